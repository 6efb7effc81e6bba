package io.facecore;

/** How much is in a {@link ProfileStore}. */
public final class StoreSize {
    private final long profiles;
    private final long faces;
    private final long opinions;
    private final long optedOut;
    private final long bytes;

    StoreSize(Wire.Reader record) {
        profiles = record.int64();
        faces = record.int64();
        opinions = record.int64();
        optedOut = record.int64();
        bytes = record.int64();
    }

    /**
     * Profiles of the current iteration.
     *
     * @return at least 0
     */
    public long profiles() {
        return profiles;
    }

    /**
     * Stored faces.
     *
     * @return at least 0
     */
    public long faces() {
        return faces;
    }

    /**
     * Opinions on faces.
     *
     * @return at least 0
     */
    public long opinions() {
        return opinions;
    }

    /**
     * Users who have opted out.
     *
     * @return at least 0
     */
    public long optedOut() {
        return optedOut;
    }

    /**
     * Bytes of the file, with pages that are free to be written again.
     *
     * @return at least 0
     */
    public long bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return "StoreSize[" + profiles + " profiles, " + faces + " faces, " + opinions + " opinions, " + optedOut + " opted out, " + bytes + " bytes]";
    }
}
