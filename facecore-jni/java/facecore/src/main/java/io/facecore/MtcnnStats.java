package io.facecore;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/** What the stages of {@link Detector#MTCNN} did, see {@link DetectStats}. */
public final class MtcnnStats {
    private final int scales;
    private final int proposed;
    private final int candidates;
    private final int refined;
    private final long pixels;
    private final Duration proposeTime;
    private final Duration filterTime;
    private final Duration refineTime;
    private final Duration outputTime;

    private MtcnnStats(Wire.Reader record) {
        scales = record.int32();
        proposed = record.int32();
        candidates = record.int32();
        refined = record.int32();
        pixels = record.int64();
        proposeTime = Duration.of(record.int64(), ChronoUnit.MICROS);
        filterTime = Duration.of(record.int64(), ChronoUnit.MICROS);
        refineTime = Duration.of(record.int64(), ChronoUnit.MICROS);
        outputTime = Duration.of(record.int64(), ChronoUnit.MICROS);
    }

    static MtcnnStats read(Wire.Reader record) {
        return new MtcnnStats(record);
    }

    /**
     * Scales of the pyramid that P-Net saw to their end.
     *
     * @return a count
     */
    public int scales() {
        return scales;
    }

    /**
     * Cells that P-Net passed.
     *
     * @return a count
     */
    public int proposed() {
        return proposed;
    }

    /**
     * Candidates after filtering and suppression.
     *
     * @return a count
     */
    public int candidates() {
        return candidates;
    }

    /**
     * Pixels of the pyramid that P-Net saw.
     *
     * @return a count
     */
    public long pixels() {
        return pixels;
    }

    /**
     * Candidates that R-Net passed, after suppression.
     *
     * @return a count
     */
    public int refined() {
        return refined;
    }

    /**
     * Pyramid, P-Net and what follows up to the candidates.
     *
     * @return to the microsecond
     */
    public Duration proposeTime() {
        return proposeTime;
    }

    /**
     * The part of {@link #proposeTime()} that filters P-Net's cells and suppresses double finds.
     *
     * @return to the microsecond
     */
    public Duration filterTime() {
        return filterTime;
    }

    /**
     * Crops and R-Net.
     *
     * @return to the microsecond
     */
    public Duration refineTime() {
        return refineTime;
    }

    /**
     * Crops and O-Net.
     *
     * @return to the microsecond
     */
    public Duration outputTime() {
        return outputTime;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof MtcnnStats)) {
            return false;
        }
        MtcnnStats other = (MtcnnStats) object;
        return scales == other.scales && proposed == other.proposed && candidates == other.candidates && pixels == other.pixels
                && refined == other.refined && proposeTime.equals(other.proposeTime) && filterTime.equals(other.filterTime)
                && refineTime.equals(other.refineTime) && outputTime.equals(other.outputTime);
    }

    @Override
    public int hashCode() {
        return Objects.hash(scales, proposed, candidates, pixels, refined, proposeTime, filterTime, refineTime, outputTime);
    }

    @Override
    public String toString() {
        return "MtcnnStats[scales=" + scales + ", proposed=" + proposed + ", candidates=" + candidates + ", pixels=" + pixels
                + ", refined=" + refined + ", proposeTime=" + proposeTime + ", refineTime=" + refineTime + ", outputTime=" + outputTime + "]";
    }
}
