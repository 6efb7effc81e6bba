package io.facecore;

import java.util.Objects;
import java.util.OptionalDouble;

/** A face of an album. */
public final class AlbumFace {
    /** A mark that a user put on a face by hand. */
    public enum Pin {
        /** None. */
        NONE,
        /** It names the owner of the album. */
        OWNER,
        /** It names somebody else. */
        OTHER
    }

    private final Embedding embedding;
    private final float width;
    private final float score;
    private float age = Float.NaN;
    private float female = Float.NaN;
    private Pin pin = Pin.NONE;
    private boolean nonFace;

    /**
     * A face of which nothing more is known.
     *
     * @param embedding its embedding
     * @param width of its box, in pixels
     * @param score the detector's, 0 to 1
     */
    public AlbumFace(Embedding embedding, float width, float score) {
        this.embedding = Objects.requireNonNull(embedding, "embedding");
        this.width = width;
        this.score = score;
    }

    static AlbumFace read(Wire.Reader record) {
        AlbumFace face = new AlbumFace(Embedding.read(record), record.float32(), record.float32());
        face.age = record.float32();
        face.female = record.float32();
        face.pin = Pin.values()[record.int32()];
        face.nonFace = record.int32() != 0;
        return face;
    }

    /**
     * Its embedding.
     *
     * @return never null
     */
    public Embedding embedding() {
        return embedding;
    }

    /**
     * The width of its box.
     *
     * @return in pixels
     */
    public float width() {
        return width;
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
     * Years, from the pixels.
     *
     * @return nothing if unknown
     */
    public OptionalDouble age() {
        return Wire.present(age);
    }

    /**
     * Probability of a woman, from the pixels.
     *
     * @return 0 to 1; nothing if unknown
     */
    public OptionalDouble female() {
        return Wire.present(female);
    }

    /**
     * The mark by hand.
     *
     * @return never null
     */
    public Pin pin() {
        return pin;
    }

    /**
     * No face at all, as far as a filter can tell.
     *
     * @return whether
     */
    public boolean isNonFace() {
        return nonFace;
    }

    /**
     * What the pixels say.
     *
     * @param age years; NaN if unknown
     * @param female probability of a woman, 0 to 1; NaN if unknown
     * @return this
     */
    public AlbumFace attributes(float age, float female) {
        this.age = age;
        this.female = female;
        return this;
    }

    /**
     * A mark by hand.
     *
     * @param pin not null
     * @return this
     */
    public AlbumFace pin(Pin pin) {
        this.pin = Objects.requireNonNull(pin, "pin");
        return this;
    }

    /**
     * No face at all, as far as a filter can tell.
     *
     * @param is whether
     * @return this
     */
    public AlbumFace nonFace(boolean is) {
        nonFace = is;
        return this;
    }

    Wire.Writer write(Wire.Writer record) {
        return embedding.write(record).float32(width).float32(score).float32(age).float32(female).int32(pin.ordinal()).int32(nonFace ? 1 : 0);
    }
}
