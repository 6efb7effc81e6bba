package io.facecore;

import java.time.Duration;

/** What a {@link Tracker} did so far. */
public final class TrackerStats {
    private final long frames;
    private final long passedOver;
    private final long detections;
    private final long embedded;
    private final long cuts;
    private final long dropped;
    private final Duration work;

    TrackerStats(Wire.Reader record) {
        frames = record.int64();
        passedOver = record.int64();
        detections = record.int64();
        embedded = record.int64();
        cuts = record.int64();
        dropped = record.int64();
        work = Duration.ofNanos(record.int64());
    }

    /**
     * Frames taken.
     *
     * @return from 0
     */
    public long frames() {
        return frames;
    }

    /**
     * Frames passed over, because the budget was spent.
     *
     * @return from 0
     */
    public long passedOver() {
        return passedOver;
    }

    /**
     * Frames looked at whole, for faces.
     *
     * @return from 0
     */
    public long detections() {
        return detections;
    }

    /**
     * Faces embedded.
     *
     * @return from 0
     */
    public long embedded() {
        return embedded;
    }

    /**
     * Cuts from one shot to another.
     *
     * @return from 0
     */
    public long cuts() {
        return cuts;
    }

    /**
     * Tracks dropped beyond {@link TrackerOptions#withMaxTracks}.
     *
     * @return from 0
     */
    public long dropped() {
        return dropped;
    }

    /**
     * Work, by the clock.
     *
     * @return from 0
     */
    public Duration work() {
        return work;
    }

    @Override
    public String toString() {
        return "TrackerStats[frames=" + frames + ", passedOver=" + passedOver + ", detections=" + detections + ", embedded=" + embedded
                + ", cuts=" + cuts + ", dropped=" + dropped + ", work=" + work + "]";
    }
}
