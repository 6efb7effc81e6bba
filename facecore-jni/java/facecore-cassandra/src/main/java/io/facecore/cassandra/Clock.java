package io.facecore.cassandra;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** When a value was written, in microseconds since 1970: Cassandra keeps the value with the highest time. No time is given twice in a process. */
final class Clock {
    /** How far a rebuild's values lie before its beginning. It also covers clocks of several machines that differ. */
    private static final long HEAD_START = TimeUnit.HOURS.toMicros(1);

    private final AtomicLong last = new AtomicLong();
    private final AtomicLong lastOfRebuild = new AtomicLong();

    static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    long next() {
        return advance(last, now());
    }

    /**
     * The time of what a rebuild writes. All of it lies before the rebuild's beginning, so that everything that was written live since then wins; and
     * it goes on, a thousand times slower than the clock, so that a rebuild that was taken up again wins over its first try.
     */
    long ofRebuild(long begun) {
        long since = Math.max(0, now() - begun) / 1_000;
        return Math.min(begun - 1, advance(lastOfRebuild, begun - HEAD_START + since));
    }

    private static long advance(AtomicLong last, long time) {
        return last.updateAndGet(before -> Math.max(before + 1, time));
    }
}
