package io.facecore;

import java.util.Objects;

/**
 * What only {@link Detector#YUNET} has, for {@link DetectOptions#withYunet}. The defaults are OpenCV's, but for the second look. Immutable:
 * each {@code with…} makes a changed copy; ranges are checked by the call that detects.
 */
public final class YunetOptions {
    /** Threshold 0.6, overlap 0.3, with a second look. */
    public static final YunetOptions DEFAULT = new YunetOptions(0.6f, 0.3f, true);

    private final float threshold;
    private final float overlap;
    private final boolean secondLook;

    private YunetOptions(float threshold, float overlap, boolean secondLook) {
        this.threshold = threshold;
        this.overlap = overlap;
        this.secondLook = secondLook;
    }

    /**
     * With another score from which something is a face.
     *
     * @param threshold 0 to 1; 0.6 by default
     * @return a changed copy
     */
    public YunetOptions withThreshold(float threshold) {
        return new YunetOptions(threshold, overlap, secondLook);
    }

    /**
     * With another share of their union above which the less sure of two boxes goes.
     *
     * @param overlap 0 to 1; 0.3 by default
     * @return a changed copy
     */
    public YunetOptions withOverlap(float overlap) {
        return new YunetOptions(threshold, overlap, secondLook);
    }

    /**
     * With or without a second look at a large photo, shrunken, without which large faces are missed.
     *
     * @param secondLook whether; true by default
     * @return a changed copy
     */
    public YunetOptions withSecondLook(boolean secondLook) {
        return new YunetOptions(threshold, overlap, secondLook);
    }

    /**
     * The score from which something is a face.
     *
     * @return 0 to 1
     */
    public float threshold() {
        return threshold;
    }

    /**
     * The share of their union above which the less sure of two boxes goes.
     *
     * @return 0 to 1
     */
    public float overlap() {
        return overlap;
    }

    /**
     * Whether a large photo is looked at shrunken too.
     *
     * @return true by default
     */
    public boolean secondLook() {
        return secondLook;
    }

    Wire.Writer write(Wire.Writer record) {
        return record.float32(threshold).float32(overlap).int32(secondLook ? 1 : 0);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof YunetOptions)) {
            return false;
        }
        YunetOptions other = (YunetOptions) object;
        return Float.compare(threshold, other.threshold) == 0 && Float.compare(overlap, other.overlap) == 0 && secondLook == other.secondLook;
    }

    @Override
    public int hashCode() {
        return Objects.hash(threshold, overlap, secondLook);
    }

    @Override
    public String toString() {
        return "YunetOptions[threshold=" + threshold + ", overlap=" + overlap + ", secondLook=" + secondLook + "]";
    }
}
