package io.facecore;

/** A star beside the uploader of a photo, as {@link StarFace} finds it. */
public final class StarHit {
    private final String star;
    private final int face;
    private final int uploaderFace;
    private final float cosine;

    StarHit(Wire.Reader record) {
        star = record.text();
        face = record.int32();
        uploaderFace = record.int32();
        cosine = record.float32();
    }

    /**
     * The star's name.
     *
     * @return never null
     */
    public String star() {
        return star;
    }

    /**
     * The place of the star's face among the photo's.
     *
     * @return at least 0
     */
    public int face() {
        return face;
    }

    /**
     * The place of the uploader's face.
     *
     * @return at least 0
     */
    public int uploaderFace() {
        return uploaderFace;
    }

    /**
     * How alike the face and the star are, as a cosine.
     *
     * @return −1 to 1
     */
    public float cosine() {
        return cosine;
    }

    @Override
    public String toString() {
        return "StarHit[" + star + ", face=" + face + ", uploaderFace=" + uploaderFace + ", cosine=" + cosine + "]";
    }
}
