package io.facecore;

import java.util.Objects;
import java.util.Optional;

/** How to open a {@link FaceEngine}. Immutable: each {@code with…} makes a changed copy. */
public final class EngineOptions {
    /** The manifest's default model, {@link Detector#MTCNN}, the fastest instructions, no mirror average. */
    public static final EngineOptions DEFAULT = new EngineOptions("", Detector.MTCNN, Compute.AUTO, false);

    private final String model;
    private final Detector detector;
    private final Compute compute;
    private final boolean mirrorAverage;

    private EngineOptions(String model, Detector detector, Compute compute, boolean mirrorAverage) {
        this.model = model;
        this.detector = Objects.requireNonNull(detector, "detector");
        this.compute = Objects.requireNonNull(compute, "compute");
        this.mirrorAverage = mirrorAverage;
    }

    /**
     * With another embedder.
     *
     * @param id its id in the manifest, see {@link Models#list}
     * @return a changed copy
     * @throws IllegalArgumentException if it is empty
     */
    public EngineOptions withModel(String id) {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("the model's id is empty");
        }
        return new EngineOptions(id, detector, compute, mirrorAverage);
    }

    /**
     * With another detector. Embedders that are fed by landmarks, such as {@code sface}, have a space for each detector.
     *
     * @param detector which
     * @return a changed copy
     */
    public EngineOptions withDetector(Detector detector) {
        return new EngineOptions(model, detector, compute, mirrorAverage);
    }

    /**
     * With other instructions.
     *
     * @param compute which
     * @return a changed copy
     */
    public EngineOptions withCompute(Compute compute) {
        return new EngineOptions(model, detector, compute, mirrorAverage);
    }

    /**
     * With each embedding as the average of a face and its mirror image, at twice the time: embeddings of another space that tell people apart
     * a little better.
     *
     * @param mirrorAverage whether
     * @return a changed copy
     */
    public EngineOptions withMirrorAverage(boolean mirrorAverage) {
        return new EngineOptions(model, detector, compute, mirrorAverage);
    }

    /**
     * The embedder.
     *
     * @return its id; nothing: the manifest's default
     */
    public Optional<String> model() {
        return Wire.present(model);
    }

    /**
     * The detector.
     *
     * @return never null
     */
    public Detector detector() {
        return detector;
    }

    /**
     * The instructions.
     *
     * @return never null
     */
    public Compute compute() {
        return compute;
    }

    /**
     * Whether each embedding is averaged with the mirror image's.
     *
     * @return false by default
     */
    public boolean mirrorAverage() {
        return mirrorAverage;
    }

    Wire.Writer write(Wire.Writer record) {
        return record.text(model).int32(detector.number()).int32(compute.number()).int32(mirrorAverage ? 1 : 0);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof EngineOptions)) {
            return false;
        }
        EngineOptions options = (EngineOptions) other;
        return model.equals(options.model) && detector == options.detector && compute == options.compute
                && mirrorAverage == options.mirrorAverage;
    }

    @Override
    public int hashCode() {
        return Objects.hash(model, detector, compute, mirrorAverage);
    }

    @Override
    public String toString() {
        return "EngineOptions[model=" + model().orElse("default") + ", detector=" + detector + ", compute=" + compute + ", mirrorAverage="
                + mirrorAverage + "]";
    }
}
