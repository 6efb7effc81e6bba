package io.facecore;

import java.util.Objects;

/**
 * What counts as a face, and how much is looked at: {@code minFace}, {@code maxFace} and {@code budget} for every detector, the rest for the
 * one that it is named after. Immutable: each {@code with…} makes a changed copy; ranges are checked by the call that detects.
 *
 * <pre>{@code
 * DetectOptions options = DetectOptions.DEFAULT.withMinFace(40).withYunet(YunetOptions.DEFAULT.withThreshold(0.8f));
 * }</pre>
 */
public final class DetectOptions {
    /** Faces of at least 20 pixels, {@link Budget#DEFAULT}, {@link MtcnnOptions#DEFAULT}, {@link YunetOptions#DEFAULT}. */
    public static final DetectOptions DEFAULT = new DetectOptions(20, 0, 0, Budget.DEFAULT, MtcnnOptions.DEFAULT, YunetOptions.DEFAULT);

    private static final DetectOptions FOR_UPLOADS = DEFAULT.withMinFace(24).withMinFaceShare(0.025f);

    private final int minFace;
    private final float minFaceShare;
    private final int maxFace;
    private final Budget budget;
    private final MtcnnOptions mtcnn;
    private final YunetOptions yunet;

    private DetectOptions(int minFace, float minFaceShare, int maxFace, Budget budget, MtcnnOptions mtcnn, YunetOptions yunet) {
        if (minFace < 0 || maxFace < 0) {
            throw new IllegalArgumentException("an option is negative");
        }
        this.minFace = minFace;
        this.minFaceShare = minFaceShare;
        this.maxFace = maxFace;
        this.budget = Objects.requireNonNull(budget, "budget");
        this.mtcnn = Objects.requireNonNull(mtcnn, "mtcnn");
        this.yunet = Objects.requireNonNull(yunet, "yunet");
    }

    /**
     * For photos that strangers upload to a service, together with {@link Limits#forUploads()}: faces of at least 24 pixels and a fortieth of
     * the photo's longer side, so that no photo costs more because it is large. The people a photo is about are larger.
     *
     * @return the preset
     */
    public static DetectOptions forUploads() {
        return FOR_UPLOADS;
    }

    /**
     * With another smallest face; with MTCNN twice as large costs a quarter of the time.
     *
     * @param pixels its side, at least 1
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public DetectOptions withMinFace(int pixels) {
        return new DetectOptions(pixels, minFaceShare, maxFace, budget, mtcnn, yunet);
    }

    /**
     * With another smallest face as a share of the photo's longer side; the larger one of this and {@link #minFace()} counts. With it a photo
     * costs the same at any size.
     *
     * @param share 0 to 1; 0: only {@link #minFace()} counts
     * @return a changed copy
     */
    public DetectOptions withMinFaceShare(float share) {
        return new DetectOptions(minFace, share, maxFace, budget, mtcnn, yunet);
    }

    /**
     * With another largest face (about, with MTCNN: its scales are steps).
     *
     * @param pixels its side; 0: up to the whole photo
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public DetectOptions withMaxFace(int pixels) {
        return new DetectOptions(minFace, minFaceShare, pixels, budget, mtcnn, yunet);
    }

    /**
     * With another bound on the work.
     *
     * @param budget what the photo may cost
     * @return a changed copy
     */
    public DetectOptions withBudget(Budget budget) {
        return new DetectOptions(minFace, minFaceShare, maxFace, budget, mtcnn, yunet);
    }

    /**
     * With other numbers of MTCNN.
     *
     * @param mtcnn what only MTCNN has
     * @return a changed copy
     */
    public DetectOptions withMtcnn(MtcnnOptions mtcnn) {
        return new DetectOptions(minFace, minFaceShare, maxFace, budget, mtcnn, yunet);
    }

    /**
     * With other numbers of YuNet.
     *
     * @param yunet what only YuNet has
     * @return a changed copy
     */
    public DetectOptions withYunet(YunetOptions yunet) {
        return new DetectOptions(minFace, minFaceShare, maxFace, budget, mtcnn, yunet);
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
     * The smallest face looked for, as a share of the photo's longer side.
     *
     * @return 0 to 1; 0: only {@link #minFace()} counts
     */
    public float minFaceShare() {
        return minFaceShare;
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
     * What the photo may cost.
     *
     * @return never null
     */
    public Budget budget() {
        return budget;
    }

    /**
     * What only MTCNN has.
     *
     * @return never null
     */
    public MtcnnOptions mtcnn() {
        return mtcnn;
    }

    /**
     * What only YuNet has.
     *
     * @return never null
     */
    public YunetOptions yunet() {
        return yunet;
    }

    Wire.Writer write(Wire.Writer record) {
        return yunet.write(mtcnn.write(budget.write(record.int32(minFace).float32(minFaceShare).int32(maxFace))));
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof DetectOptions)) {
            return false;
        }
        DetectOptions other = (DetectOptions) object;
        return minFace == other.minFace && Float.compare(minFaceShare, other.minFaceShare) == 0 && maxFace == other.maxFace
                && budget.equals(other.budget) && mtcnn.equals(other.mtcnn) && yunet.equals(other.yunet);
    }

    @Override
    public int hashCode() {
        return Objects.hash(minFace, minFaceShare, maxFace, budget, mtcnn, yunet);
    }

    @Override
    public String toString() {
        return "DetectOptions[minFace=" + minFace + ", minFaceShare=" + minFaceShare + ", maxFace=" + maxFace + ", budget=" + budget
                + ", mtcnn=" + mtcnn + ", yunet=" + yunet + "]";
    }
}
