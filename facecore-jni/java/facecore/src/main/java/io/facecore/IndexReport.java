package io.facecore;

/** What {@link FaceIndex#verify} found. */
public final class IndexReport {
    private final long faces;
    private final long[] damaged;

    IndexReport(Wire.Reader record) {
        faces = record.int64();
        damaged = record.int64s();
    }

    /**
     * Faces that are there.
     *
     * @return at least 0
     */
    public long faces() {
        return faces;
    }

    /**
     * Ids of faces that do not fit their checksum.
     *
     * @return a copy, at most 100; empty for a sound index
     */
    public long[] damaged() {
        return damaged.clone();
    }

    @Override
    public String toString() {
        return "IndexReport[" + faces + " faces, " + damaged.length + " damaged]";
    }
}
