package io.facecore;

/** A threshold of a {@link Calibration}, for one length of lists of candidates. */
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
     * How many independent strangers' faces would tell the rate as surely as those that were measured.
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
     * The lower end of the 95 % confidence interval of that share.
     *
     * @return 0 to 1
     */
    public double falsePositiveRateAtLeast() {
        return low;
    }

    /**
     * The upper end of the 95 % confidence interval of that share.
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
