package io.facecore;

/** What a face's pixels say: a hint for choosing among the people of an album, no fact about a person. */
public final class FaceAttributes {
    private final float age;
    private final float female;

    FaceAttributes(Wire.Reader record) {
        age = record.float32();
        female = record.float32();
    }

    /**
     * Age, on average.
     *
     * @return 0 to 80 years
     */
    public float age() {
        return age;
    }

    /**
     * Probability of a woman.
     *
     * @return 0 to 1
     */
    public float female() {
        return female;
    }

    @Override
    public String toString() {
        return "FaceAttributes[age=" + age + ", female=" + female + "]";
    }
}
