package io.facecore;

/** How much a face can be trusted to carry its owner's identity, from what the photo shows of it. */
public final class FaceQuality {
    static {
        NativeLibrary.load();
    }

    private final float size;
    private final float sharpness;
    private final float brightness;
    private final float yaw;
    private final float roll;
    private final float score;
    private final float value;

    private FaceQuality(Wire.Reader record) {
        size = record.float32();
        sharpness = record.float32();
        brightness = record.float32();
        yaw = record.float32();
        roll = record.float32();
        score = record.float32();
        value = record.float32();
    }

    /**
     * Measures a face.
     *
     * @param photo the photo that the face was found in
     * @param face one of its faces
     * @return what the photo shows of it
     * @throws FaceCoreException with {@link ErrorCode#EMPTY_CROP} for a box without pixels in the photo
     * @throws IllegalStateException if the photo is closed
     */
    public static FaceQuality measure(Photo photo, Face face) {
        Wire.Writer record = new Wire.Writer();
        face.write(record);
        byte[] question = record.record();
        return new FaceQuality(new Wire.Reader(photo.handle().use(pixels -> measure0(pixels, question))));
    }

    /**
     * The shorter side of the box.
     *
     * @return in pixels of the photo
     */
    public float size() {
        return size;
    }

    /**
     * Fine detail by contrast.
     *
     * @return about 0.1 (blurred) to 1
     */
    public float sharpness() {
        return sharpness;
    }

    /**
     * Mean brightness of the face.
     *
     * @return 0 to 1
     */
    public float brightness() {
        return brightness;
    }

    /**
     * The head's turn to a side, from the landmarks.
     *
     * @return 0 (to the camera) to 1 (profile or beyond)
     */
    public float yaw() {
        return yaw;
    }

    /**
     * The head's tilt in the plane of the photo.
     *
     * @return 0 to 180 degrees
     */
    public float roll() {
        return roll;
    }

    /**
     * The detector's score.
     *
     * @return 0 to 1
     */
    public float score() {
        return score;
    }

    /**
     * The chance that this face and another photo of the same person are recognised as one, at a rate of false positives of 0.1 %: refuse faces by
     * it, or enrol from 0.8 on.
     *
     * @return 0 to 1
     */
    public float value() {
        return value;
    }

    @Override
    public String toString() {
        return "FaceQuality[value=" + value + ", size=" + size + ", sharpness=" + sharpness + "]";
    }

    private static native byte[] measure0(long photo, byte[] record);
}
