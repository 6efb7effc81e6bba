package io.facecore;

import java.util.Objects;
import java.util.Optional;

/** How to open a {@link FaceEngine}. Immutable: each {@code with…} makes a changed copy. */
public final class EngineOptions {
    /** The default model, the fastest instructions. */
    public static final EngineOptions DEFAULT = new EngineOptions("", Compute.AUTO);

    private final String model;
    private final Compute compute;

    private EngineOptions(String model, Compute compute) {
        this.model = model;
        this.compute = Objects.requireNonNull(compute, "compute");
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
        return new EngineOptions(id, compute);
    }

    /**
     * With other instructions.
     *
     * @param compute which
     * @return a changed copy
     */
    public EngineOptions withCompute(Compute compute) {
        return new EngineOptions(model, compute);
    }

    /**
     * The embedder.
     *
     * @return its id; nothing: the default
     */
    public Optional<String> model() {
        return Wire.present(model);
    }

    /**
     * The instructions.
     *
     * @return never null
     */
    public Compute compute() {
        return compute;
    }

    Wire.Writer write(Wire.Writer record) {
        return record.text(model).int32(compute.number());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EngineOptions && model.equals(((EngineOptions) other).model) && compute == ((EngineOptions) other).compute;
    }

    @Override
    public int hashCode() {
        return Objects.hash(model, compute);
    }

    @Override
    public String toString() {
        return "EngineOptions[model=" + model().orElse("default") + ", compute=" + compute + "]";
    }
}
