package io.facecore;

import java.util.Objects;

/**
 * What only {@link Detector#MTCNN} has, for {@link DetectOptions#withMtcnn}. Immutable: each {@code with…} makes a changed copy; ranges are
 * checked by the call that detects.
 */
public final class MtcnnOptions {
    /** Factor 0.709, thresholds 0.6, 0.7, 0.7, {@link ProposalFilter#BLOBS}. */
    public static final MtcnnOptions DEFAULT = new MtcnnOptions(0.709f, 0.6f, 0.7f, 0.7f, ProposalFilter.BLOBS);

    private final float factor;
    private final float proposalThreshold;
    private final float refineThreshold;
    private final float outputThreshold;
    private final ProposalFilter filter;

    private MtcnnOptions(float factor, float proposalThreshold, float refineThreshold, float outputThreshold, ProposalFilter filter) {
        this.factor = factor;
        this.proposalThreshold = proposalThreshold;
        this.refineThreshold = refineThreshold;
        this.outputThreshold = outputThreshold;
        this.filter = Objects.requireNonNull(filter, "filter");
    }

    /**
     * With another step between the scales of the pyramid.
     *
     * @param factor from 0.1 to below 1
     * @return a changed copy
     */
    public MtcnnOptions withFactor(float factor) {
        return new MtcnnOptions(factor, proposalThreshold, refineThreshold, outputThreshold, filter);
    }

    /**
     * With other probabilities, 0 to 1, from which the three networks pass a candidate on.
     *
     * @param proposal of P-Net
     * @param refine of R-Net
     * @param output of O-Net
     * @return a changed copy
     */
    public MtcnnOptions withThresholds(float proposal, float refine, float output) {
        return new MtcnnOptions(factor, proposal, refine, output, filter);
    }

    /**
     * With another way to make candidates of P-Net's answer.
     *
     * @param filter which
     * @return a changed copy
     */
    public MtcnnOptions withFilter(ProposalFilter filter) {
        return new MtcnnOptions(factor, proposalThreshold, refineThreshold, outputThreshold, filter);
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

    Wire.Writer write(Wire.Writer record) {
        return record.float32(factor).float32(proposalThreshold).float32(refineThreshold).float32(outputThreshold).int32(filter.number());
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof MtcnnOptions)) {
            return false;
        }
        MtcnnOptions other = (MtcnnOptions) object;
        return filter == other.filter && Float.compare(factor, other.factor) == 0
                && Float.compare(proposalThreshold, other.proposalThreshold) == 0
                && Float.compare(refineThreshold, other.refineThreshold) == 0 && Float.compare(outputThreshold, other.outputThreshold) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(factor, proposalThreshold, refineThreshold, outputThreshold, filter);
    }

    @Override
    public String toString() {
        return "MtcnnOptions[factor=" + factor + ", thresholds=" + proposalThreshold + "/" + refineThreshold + "/" + outputThreshold
                + ", filter=" + filter + "]";
    }
}
