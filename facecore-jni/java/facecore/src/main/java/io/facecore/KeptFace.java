package io.facecore;

import java.time.Duration;
import java.util.List;

/** One of the best views of a track's face. */
public final class KeptFace {
    private final Duration at;
    private final BoundingBox box;
    private final List<Point> landmarks;
    private final float quality;
    private final float weight;
    private final Embedding embedding;

    private KeptFace(Wire.Reader record) {
        at = Duration.ofNanos(record.int64());
        box = BoundingBox.read(record);
        landmarks = Point.five(record);
        quality = record.float32();
        weight = record.float32();
        embedding = Embedding.read(record);
    }

    static KeptFace read(Wire.Reader record) {
        return new KeptFace(record);
    }

    /**
     * The time of its frame.
     *
     * @return after the beginning of the clip
     */
    public Duration at() {
        return at;
    }

    /**
     * Where it is in the frame.
     *
     * @return in pixels
     */
    public BoundingBox box() {
        return box;
    }

    /**
     * Five points in the frame, in the order of {@link Face#landmarks()}.
     *
     * @return in pixels, unmodifiable
     */
    public List<Point> landmarks() {
        return landmarks;
    }

    /**
     * How likely it is that this view is recognised, as {@link FaceQuality#value()} has it.
     *
     * @return 0 to 1
     */
    public float quality() {
        return quality;
    }

    /**
     * What it counts in the track's embedding.
     *
     * @return above 0 to 1
     */
    public float weight() {
        return weight;
    }

    /**
     * Its embedding.
     *
     * @return never null
     */
    public Embedding embedding() {
        return embedding;
    }

    @Override
    public String toString() {
        return "KeptFace[" + at + ", weight=" + weight + "]";
    }
}
