package io.facecore;

import java.time.Duration;
import java.util.Objects;

/** A stretch of time in which a face was seen, after the beginning of the clip. */
public final class TimeSpan {
    private final Duration start;
    private final Duration end;

    private TimeSpan(Wire.Reader record) {
        start = Duration.ofNanos(record.int64());
        end = Duration.ofNanos(record.int64());
    }

    static TimeSpan read(Wire.Reader record) {
        return new TimeSpan(record);
    }

    /**
     * The time of the first frame.
     *
     * @return after the beginning of the clip
     */
    public Duration start() {
        return start;
    }

    /**
     * The time of the last frame.
     *
     * @return not before {@link #start}
     */
    public Duration end() {
        return end;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TimeSpan && start.equals(((TimeSpan) other).start) && end.equals(((TimeSpan) other).end);
    }

    @Override
    public int hashCode() {
        return Objects.hash(start, end);
    }

    @Override
    public String toString() {
        return start + "–" + end;
    }
}
