package io.facecore;

/** A face of an album: its photo, and its place among the photo's faces. Detection is deterministic, so the place is stable. */
public final class FaceId implements Comparable<FaceId> {
    private final long photo;
    private final int face;

    /**
     * A face by its photo and place.
     *
     * @param photo the photo's id, of which all 64 bits count
     * @param face the place among the photo's faces, in the detector's order: 0 to 65,535
     * @throws IllegalArgumentException for a place outside that range
     */
    public FaceId(long photo, int face) {
        if (face < 0 || face > 0xffff) {
            throw new IllegalArgumentException("face " + face + " is not from 0 to 65,535");
        }
        this.photo = photo;
        this.face = face;
    }

    static FaceId read(Wire.Reader record) {
        return new FaceId(record.int64(), record.int32());
    }

    Wire.Writer write(Wire.Writer record) {
        return record.int64(photo).int32(face);
    }

    /**
     * The photo's id.
     *
     * @return any number
     */
    public long photo() {
        return photo;
    }

    /**
     * The place among the photo's faces.
     *
     * @return 0 to 65,535
     */
    public int face() {
        return face;
    }

    /** By photo, as a number without a sign, then by place: the order in the store. */
    @Override
    public int compareTo(FaceId other) {
        int photos = Long.compareUnsigned(photo, other.photo);
        return photos != 0 ? photos : Integer.compare(face, other.face);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FaceId && compareTo((FaceId) other) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(photo) + face;
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(photo) + "/" + face;
    }
}
