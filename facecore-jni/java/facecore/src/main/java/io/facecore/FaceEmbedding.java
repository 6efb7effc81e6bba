package io.facecore;

import java.util.Objects;
import java.util.Optional;

/** The embedding of one face of many, or the reason why there is none. */
public final class FaceEmbedding {
    private final Embedding embedding;
    private final ErrorCode code;
    private final String message;

    private FaceEmbedding(Embedding embedding, ErrorCode code, String message) {
        this.embedding = embedding;
        this.code = code;
        this.message = message;
    }

    static FaceEmbedding read(Wire.Reader record) {
        int status = record.int32();
        if (status == ErrorCode.OK.number()) {
            return new FaceEmbedding(Embedding.read(record), ErrorCode.OK, "");
        }
        return new FaceEmbedding(null, ErrorCode.of(status), record.text());
    }

    /**
     * The embedding.
     *
     * @return nothing if there is none
     */
    public Optional<Embedding> embedding() {
        return Optional.ofNullable(embedding);
    }

    /**
     * Why there is none.
     *
     * @return {@link ErrorCode#OK} if there is one, else such as {@link ErrorCode#EMPTY_CROP}
     */
    public ErrorCode code() {
        return code;
    }

    /**
     * The embedding, where a face without one is a failure.
     *
     * @return never null
     * @throws FaceCoreException with {@link #code()} if there is none
     */
    public Embedding orElseThrow() {
        if (embedding == null) {
            throw FaceCoreException.of(code.number(), message);
        }
        return embedding;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof FaceEmbedding)) {
            return false;
        }
        FaceEmbedding other = (FaceEmbedding) object;
        return code == other.code && message.equals(other.message) && Objects.equals(embedding, other.embedding);
    }

    @Override
    public int hashCode() {
        return Objects.hash(embedding, code, message);
    }

    @Override
    public String toString() {
        return embedding != null ? embedding.toString() : code + ": " + message;
    }
}
