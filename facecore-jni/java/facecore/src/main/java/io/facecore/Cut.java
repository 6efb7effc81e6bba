package io.facecore;

import java.util.Objects;

/** What a {@link Budget} left out of a detection; all zero where the photo was seen whole. */
public final class Cut {
    private final int scales;
    private final int candidates;
    private final int faces;
    private final boolean deadline;

    private Cut(Wire.Reader record) {
        scales = record.int32();
        candidates = record.int32();
        faces = record.int32();
        deadline = record.int32() != 0;
    }

    static Cut read(Wire.Reader record) {
        return new Cut(record);
    }

    /**
     * Scales of the photo that the first network did not see, or not to their end.
     *
     * @return a count
     */
    public int scales() {
        return scales;
    }

    /**
     * Candidates that R-Net or O-Net did not see.
     *
     * @return a count
     */
    public int candidates() {
        return candidates;
    }

    /**
     * Faces beyond {@link Budget#maxFaces()}.
     *
     * @return a count
     */
    public int faces() {
        return faces;
    }

    /**
     * Whether it was the deadline that cut.
     *
     * @return true if time ran out
     */
    public boolean isByDeadline() {
        return deadline;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cut && scales == ((Cut) other).scales && candidates == ((Cut) other).candidates
                && faces == ((Cut) other).faces && deadline == ((Cut) other).deadline;
    }

    @Override
    public int hashCode() {
        return Objects.hash(scales, candidates, faces, deadline);
    }

    @Override
    public String toString() {
        return "Cut[scales=" + scales + ", candidates=" + candidates + ", faces=" + faces + ", deadline=" + deadline + "]";
    }
}
