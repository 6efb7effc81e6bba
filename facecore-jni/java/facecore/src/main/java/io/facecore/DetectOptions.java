package io.facecore;

import java.util.Objects;

/** What counts as a face, and how much is looked at. Immutable: each {@code with…} makes a changed copy; ranges are checked by the call. */
public final class DetectOptions {
    /** Faces of at least 20 pixels, factor 0.709, thresholds 0.6, 0.7, 0.7, {@link Budget#DEFAULT}. */
    public static final DetectOptions DEFAULT = new DetectOptions(20, 0, 0.709f, 0.6f, 0.7f, 0.7f, ProposalFilter.BLOBS, Budget.DEFAULT);

    private final int minFace;
    private final int maxFace;
    private final float factor;
    private final float proposalThreshold;
    private final float refineThreshold;
    private final float outputThreshold;
    private final ProposalFilter filter;
    private final Budget budget;

    private DetectOptions(int minFace, int maxFace, float factor, float proposalThreshold, float refineThreshold, float outputThreshold,
            ProposalFilter filter, Budget budget) {
        if (minFace < 0 || maxFace < 0) {
            throw new IllegalArgumentException("an option is negative");
        }
        this.minFace = minFace;
        this.maxFace = maxFace;
        this.factor = factor;
        this.proposalThreshold = proposalThreshold;
        this.refineThreshold = refineThreshold;
        this.outputThreshold = outputThreshold;
        this.filter = Objects.requireNonNull(filter, "filter");
        this.budget = Objects.requireNonNull(budget, "budget");
    }

    /**
     * With another smallest face; twice as large costs a quarter of the time.
     *
     * @param pixels its side, at least 1
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public DetectOptions withMinFace(int pixels) {
        return new DetectOptions(pixels, maxFace, factor, proposalThreshold, refineThreshold, outputThreshold, filter, budget);
    }

    /**
     * With another largest face (about: scales are steps).
     *
     * @param pixels its side; 0: up to the whole photo
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public DetectOptions withMaxFace(int pixels) {
        return new DetectOptions(minFace, pixels, factor, proposalThreshold, refineThreshold, outputThreshold, filter, budget);
    }

    /**
     * With another step between the scales of the pyramid.
     *
     * @param factor from 0.1 to below 1
     * @return a changed copy
     */
    public DetectOptions withFactor(float factor) {
        return new DetectOptions(minFace, maxFace, factor, proposalThreshold, refineThreshold, outputThreshold, filter, budget);
    }

    /**
     * With other probabilities, 0 to 1, from which the three networks pass a candidate on.
     *
     * @param proposal of P-Net
     * @param refine of R-Net
     * @param output of O-Net
     * @return a changed copy
     */
    public DetectOptions withThresholds(float proposal, float refine, float output) {
        return new DetectOptions(minFace, maxFace, factor, proposal, refine, output, filter, budget);
    }

    /**
     * With another way from P-Net's answer to candidates.
     *
     * @param filter which
     * @return a changed copy
     */
    public DetectOptions withFilter(ProposalFilter filter) {
        return new DetectOptions(minFace, maxFace, factor, proposalThreshold, refineThreshold, outputThreshold, filter, budget);
    }

    /**
     * With another bound on the work.
     *
     * @param budget what the photo may cost
     * @return a changed copy
     */
    public DetectOptions withBudget(Budget budget) {
        return new DetectOptions(minFace, maxFace, factor, proposalThreshold, refineThreshold, outputThreshold, filter, budget);
    }

    /**
     * The smallest face looked for.
     *
     * @return its side in pixels
     */
    public int minFace() {
        return minFace;
    }

    /**
     * The largest face looked for.
     *
     * @return its side in pixels; 0: up to the whole photo
     */
    public int maxFace() {
        return maxFace;
    }

    /**
     * The step between the scales of the pyramid.
     *
     * @return from 0.1 to below 1
     */
    public float factor() {
        return factor;
    }

    /**
     * From which probability P-Net passes a candidate on.
     *
     * @return 0 to 1
     */
    public float proposalThreshold() {
        return proposalThreshold;
    }

    /**
     * From which probability R-Net passes a candidate on.
     *
     * @return 0 to 1
     */
    public float refineThreshold() {
        return refineThreshold;
    }

    /**
     * From which probability O-Net calls a candidate a face.
     *
     * @return 0 to 1
     */
    public float outputThreshold() {
        return outputThreshold;
    }

    /**
     * How P-Net's answer becomes candidates.
     *
     * @return never null
     */
    public ProposalFilter filter() {
        return filter;
    }

    /**
     * What the photo may cost.
     *
     * @return never null
     */
    public Budget budget() {
        return budget;
    }

    Wire.Writer write(Wire.Writer record) {
        record.int32(minFace).int32(maxFace).float32(factor).float32(proposalThreshold).float32(refineThreshold).float32(outputThreshold)
                .int32(filter.number());
        return budget.write(record);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof DetectOptions)) {
            return false;
        }
        DetectOptions other = (DetectOptions) object;
        return minFace == other.minFace && maxFace == other.maxFace && filter == other.filter && budget.equals(other.budget)
                && Float.compare(factor, other.factor) == 0 && Float.compare(proposalThreshold, other.proposalThreshold) == 0
                && Float.compare(refineThreshold, other.refineThreshold) == 0 && Float.compare(outputThreshold, other.outputThreshold) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(minFace, maxFace, factor, proposalThreshold, refineThreshold, outputThreshold, filter, budget);
    }

    @Override
    public String toString() {
        return "DetectOptions[minFace=" + minFace + ", maxFace=" + maxFace + ", factor=" + factor + ", thresholds=" + proposalThreshold + "/"
                + refineThreshold + "/" + outputThreshold + ", filter=" + filter + ", budget=" + budget + "]";
    }
}
