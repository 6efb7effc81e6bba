package io.facecore;

/** What a {@link NonFaceFilter} says of an embedding. */
public final class NonFaceVerdict {
    private final boolean nonFace;
    private final float excess;
    private final int centroid;

    NonFaceVerdict(Wire.Reader record) {
        nonFace = record.int32() != 0;
        excess = record.float32();
        centroid = record.int32();
    }

    /**
     * Whether it is no face.
     *
     * @return whether
     */
    public boolean isNonFace() {
        return nonFace;
    }

    /**
     * The cosine to a centroid less that centroid's threshold, of all centroids the largest.
     *
     * @return above 0 for a non-face
     */
    public float excess() {
        return excess;
    }

    /**
     * The centroid with that excess.
     *
     * @return its place in the filter
     */
    public int centroid() {
        return centroid;
    }

    @Override
    public String toString() {
        return "NonFaceVerdict[" + (nonFace ? "no face" : "face") + ", excess=" + excess + "]";
    }
}
