package io.facecore;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/** What {@link Detector#YUNET} did, see {@link DetectStats}. */
public final class YunetStats {
    private final int scales;
    private final int proposed;
    private final long pixels;
    private final Duration networkTime;
    private final Duration filterTime;

    private YunetStats(Wire.Reader record) {
        scales = record.int32();
        proposed = record.int32();
        pixels = record.int64();
        networkTime = Duration.of(record.int64(), ChronoUnit.MICROS);
        filterTime = Duration.of(record.int64(), ChronoUnit.MICROS);
    }

    static YunetStats read(Wire.Reader record) {
        return new YunetStats(record);
    }

    /**
     * Sizes of the photo that the network saw to their end.
     *
     * @return a count
     */
    public int scales() {
        return scales;
    }

    /**
     * Cells whose score reached the threshold.
     *
     * @return a count
     */
    public int proposed() {
        return proposed;
    }

    /**
     * Pixels that the network saw, all sizes together.
     *
     * @return a count
     */
    public long pixels() {
        return pixels;
    }

    /**
     * Shrinking and the network.
     *
     * @return to the microsecond
     */
    public Duration networkTime() {
        return networkTime;
    }

    /**
     * What made faces of cells.
     *
     * @return to the microsecond
     */
    public Duration filterTime() {
        return filterTime;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof YunetStats)) {
            return false;
        }
        YunetStats other = (YunetStats) object;
        return scales == other.scales && proposed == other.proposed && pixels == other.pixels && networkTime.equals(other.networkTime)
                && filterTime.equals(other.filterTime);
    }

    @Override
    public int hashCode() {
        return Objects.hash(scales, proposed, pixels, networkTime, filterTime);
    }

    @Override
    public String toString() {
        return "YunetStats[scales=" + scales + ", proposed=" + proposed + ", pixels=" + pixels + ", networkTime=" + networkTime
                + ", filterTime=" + filterTime + "]";
    }
}
