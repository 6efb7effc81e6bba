package io.facecore;

/** A threshold of a {@link Calibration} for lists of a length. */
public final class OperatingPoint {
    private final int candidates;
    private final int strangers;
    private final double falsePositiveRate;
    private final double low;
    private final double high;
    private final double truePositiveRate;
    private final float threshold;

    OperatingPoint(Wire.Reader record) {
        candidates = record.int32();
        strangers = record.int32();
        falsePositiveRate = record.float64();
        low = record.float64();
        high = record.float64();
        truePositiveRate = record.float64();
        threshold = record.float32();
    }

    /**
     * The candidates in a list.
     *
     * @return at least 1
     */
    public int candidates() {
        return candidates;
    }

    /**
     * The number of independent strangers' faces that would tell as much of the rate.
     *
     * @return at least 0
     */
    public int strangers() {
        return strangers;
    }

    /**
     * The share of strangers' faces that get a name.
     *
     * @return 0 to 1
     */
    public double falsePositiveRate() {
        return falsePositiveRate;
    }

    /**
     * Where that share lies with 95 % confidence, at least.
     *
     * @return 0 to 1
     */
    public double falsePositiveRateAtLeast() {
        return low;
    }

    /**
     * Where that share lies with 95 % confidence, at most.
     *
     * @return 0 to 1
     */
    public double falsePositiveRateAtMost() {
        return high;
    }

    /**
     * The share of candidates' faces that got their name, on the data of the fit.
     *
     * @return 0 to 1
     */
    public double truePositiveRate() {
        return truePositiveRate;
    }

    /**
     * The score from which a face gets a name.
     *
     * @return −2 to 2
     */
    public float threshold() {
        return threshold;
    }

    @Override
    public String toString() {
        return "OperatingPoint[" + falsePositiveRate + " among " + candidates + ": " + threshold + "]";
    }
}
