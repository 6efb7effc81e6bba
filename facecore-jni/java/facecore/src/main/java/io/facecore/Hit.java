package io.facecore;

import java.util.Objects;

/** A face of a {@link FaceIndex} that was found. */
public final class Hit {
    private final long id;
    private final float cosine;

    Hit(Wire.Reader record) {
        id = record.int64();
        cosine = record.float32();
    }

    /**
     * The id that it was added with.
     *
     * @return any number
     */
    public long id() {
        return id;
    }

    /**
     * The cosine with the face that was searched for.
     *
     * @return −1 to 1; it differs from that of the embeddings by less than 0.005
     */
    public float cosine() {
        return cosine;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hit && id == ((Hit) other).id && Float.compare(cosine, ((Hit) other).cosine) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, cosine);
    }

    @Override
    public String toString() {
        return "Hit[" + Long.toUnsignedString(id) + ", cosine=" + cosine + "]";
    }
}
