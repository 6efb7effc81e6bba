package io.facecore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** Thresholds fitted on one's own photos by {@code facecore calibrate}, for a space and a kind of photos. Immutable. */
public final class Calibration {
    static {
        NativeLibrary.load();
    }

    private final String text;
    private final SpaceId space;
    private final int photos;
    private final int people;
    private final float margin;
    private final double slope;
    private final double offset;
    private final List<OperatingPoint> points;

    private Calibration(String text) {
        this.text = Objects.requireNonNull(text, "text");
        Wire.Reader inside = new Wire.Reader(read0(new Wire.Writer().text(text).record()));
        space = new SpaceId(inside.int64());
        photos = inside.int32();
        people = inside.int32();
        margin = inside.float32();
        slope = inside.float64();
        offset = inside.float64();
        List<OperatingPoint> read = new ArrayList<>();
        for (int left = inside.int32(); left > 0; left--) {
            read.add(new OperatingPoint(inside));
        }
        points = Collections.unmodifiableList(read);
    }

    /**
     * Reads a calibration, from any source: the text is not trusted.
     *
     * @param text as TOML
     * @return the calibration
     * @throws FaceCoreException with {@link ErrorCode#CALIBRATION} for anything else
     */
    public static Calibration read(String text) {
        return new Calibration(text);
    }

    /**
     * A matcher that keeps a rate of false positives against lists up to a length. Each candidate counts as the mean of the embeddings, and more is
     * required of a face that strangers resemble.
     *
     * @param falsePositiveRate one that was fitted
     * @param candidates the longest list
     * @return the matcher
     * @throws FaceCoreException with {@link ErrorCode#CALIBRATION} if nothing was fitted for the rate, or for lists as long
     */
    public Matcher matcher(double falsePositiveRate, int candidates) {
        return Matcher.calibrated(text, space, falsePositiveRate, candidates);
    }

    /**
     * The probability that a face is a candidate, by the score: the cosine less the {@link Cohort}'s crowding around the face. It holds where a face
     * is a candidate's or a stranger's equally often.
     *
     * @param score −2 to 2
     * @return 0 to 1
     */
    public double probability(double score) {
        return probability0(slope, offset, score);
    }

    /**
     * The space of the embeddings.
     *
     * @return never null
     */
    public SpaceId space() {
        return space;
    }

    /**
     * Photos in a profile, at the most, when the thresholds were fitted.
     *
     * @return at least 0
     */
    public int photos() {
        return photos;
    }

    /**
     * People it was fitted on.
     *
     * @return at least 0
     */
    public int people() {
        return people;
    }

    /**
     * How far the nearest candidate must be ahead of the second.
     *
     * @return 0 to 2
     */
    public float margin() {
        return margin;
    }

    /**
     * The fitted thresholds.
     *
     * @return unmodifiable
     */
    public List<OperatingPoint> points() {
        return points;
    }

    @Override
    public String toString() {
        return "Calibration[space=" + space + ", " + people + " people, " + points.size() + " points]";
    }

    private static native byte[] read0(byte[] record);

    private static native double probability0(double slope, double offset, double score);
}
