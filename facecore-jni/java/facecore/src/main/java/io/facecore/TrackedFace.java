package io.facecore;

import java.util.List;

/** A face in a frame of a clip. */
public final class TrackedFace {
    private final int track;
    private final BoundingBox box;
    private final List<Point> landmarks;
    private final float score;
    private final boolean detected;
    private final boolean kept;

    private TrackedFace(Wire.Reader record) {
        track = record.int32();
        box = BoundingBox.read(record);
        landmarks = Point.five(record);
        score = record.float32();
        detected = record.int32() != 0;
        kept = record.int32() != 0;
    }

    static TrackedFace read(Wire.Reader record) {
        return new TrackedFace(record);
    }

    /**
     * Which track it belongs to.
     *
     * @return {@link Track#id}
     */
    public int track() {
        return track;
    }

    /**
     * Where it is in the upright frame.
     *
     * @return in pixels; it may reach beyond the frame
     */
    public BoundingBox box() {
        return box;
    }

    /**
     * Five points in the upright frame, in the order of {@link Face#landmarks()}.
     *
     * @return in pixels, unmodifiable
     */
    public List<Point> landmarks() {
        return landmarks;
    }

    /**
     * The detector's score where the face was last found.
     *
     * @return 0 to 1
     */
    public float score() {
        return score;
    }

    /**
     * Whether the detector found it in this very frame.
     *
     * @return false: it was followed here
     */
    public boolean isDetected() {
        return detected;
    }

    /**
     * Whether this view of the face is kept with its embedding, until better ones take its place.
     *
     * @return mostly false
     */
    public boolean isKept() {
        return kept;
    }

    @Override
    public String toString() {
        return "TrackedFace[" + track + " at " + box + (detected ? "" : ", followed") + "]";
    }
}
