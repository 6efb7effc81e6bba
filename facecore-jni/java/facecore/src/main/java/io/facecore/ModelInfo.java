package io.facecore;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/** What the manifest says of a model. */
public final class ModelInfo {
    private final String id;
    private final String kind;
    private final String licence;
    private final String trainingData;
    private final String source;
    private final long space;
    private final int embeddingLength;
    private final float threshold;

    private ModelInfo(Wire.Reader record) {
        id = record.text();
        kind = record.text();
        licence = record.text();
        trainingData = record.text();
        source = record.text();
        space = record.int64();
        embeddingLength = record.int32();
        threshold = record.float32();
    }

    static ModelInfo read(Wire.Reader record) {
        return new ModelInfo(record);
    }

    /**
     * What {@link EngineOptions#withModel} takes.
     *
     * @return such as {@code facenet-ms1m-128}
     */
    public String id() {
        return id;
    }

    /**
     * What it is for.
     *
     * @return {@code detector}, {@code embedder} or {@code attributes}
     */
    public String kind() {
        return kind;
    }

    /**
     * The weights' licence, as far as known.
     *
     * @return in words
     */
    public String licence() {
        return licence;
    }

    /**
     * What it was trained on, as far as known.
     *
     * @return in words
     */
    public String trainingData() {
        return trainingData;
    }

    /**
     * The public package that holds the weights.
     *
     * @return in words
     */
    public String source() {
        return source;
    }

    /**
     * The space of its embeddings.
     *
     * @return nothing for what is no embedder
     */
    public Optional<SpaceId> space() {
        return space == 0 ? Optional.empty() : Optional.of(new SpaceId(space));
    }

    /**
     * Numbers in an embedding.
     *
     * @return 0 for what is no embedder
     */
    public int embeddingLength() {
        return embeddingLength;
    }

    /**
     * Cosine from which two faces count as one person, where nothing better is known.
     *
     * @return −1 to 1; nothing if the manifest has none
     */
    public OptionalDouble threshold() {
        return Wire.present(threshold);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof ModelInfo)) {
            return false;
        }
        ModelInfo other = (ModelInfo) object;
        return id.equals(other.id) && kind.equals(other.kind) && licence.equals(other.licence) && trainingData.equals(other.trainingData)
                && source.equals(other.source) && space == other.space && embeddingLength == other.embeddingLength
                && Float.compare(threshold, other.threshold) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, kind, licence, trainingData, source, space, embeddingLength, threshold);
    }

    @Override
    public String toString() {
        return "ModelInfo[" + id + ", " + kind + "]";
    }
}
