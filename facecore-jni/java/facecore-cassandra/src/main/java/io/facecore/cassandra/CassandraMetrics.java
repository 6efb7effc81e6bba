package io.facecore.cassandra;

import java.util.concurrent.atomic.LongAdder;

/** Counters of a {@link CassandraProfileStore} since it was opened; the driver has its own for latencies and pools. */
public final class CassandraMetrics {
    final LongAdder cached = new LongAdder();
    final LongAdder requests = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder confirmed = new LongAdder();
    final LongAdder recovered = new LongAdder();
    final LongAdder unanswered = new LongAdder();
    final LongAdder waited = new LongAdder();

    CassandraMetrics() {}

    /**
     * Profiles that were answered by the cache of {@link CassandraOptions#withCache}.
     *
     * @return how many
     */
    public long cached() {
        return cached.sum();
    }

    /**
     * Requests that were sent, first tries and later ones.
     *
     * @return how many
     */
    public long requests() {
        return requests.sum();
    }

    /**
     * Requests that failed, even if a later try succeeded.
     *
     * @return how many
     */
    public long failures() {
        return failures.sum();
    }

    /**
     * Rounds of tries after the first, each after a pause.
     *
     * @return how many
     */
    public long retries() {
        return retries.sum();
    }

    /**
     * Missing profiles that were asked for again.
     *
     * @return how many
     */
    public long confirmed() {
        return confirmed.sum();
    }

    /**
     * Those of {@link #confirmed} that were there after all: a replica lacks writes. If there are many for a long time, run a repair.
     *
     * @return how many
     */
    public long recovered() {
        return recovered.sum();
    }

    /**
     * Users for whom a read had no answer in time.
     *
     * @return how many
     */
    public long unanswered() {
        return unanswered.sum();
    }

    /**
     * Requests that had to wait because too many were under way.
     *
     * @return how many
     */
    public long waited() {
        return waited.sum();
    }

    @Override
    public String toString() {
        return "CassandraMetrics[cached=" + cached + ", requests=" + requests + ", failures=" + failures + ", retries=" + retries + ", confirmed=" + confirmed
                + ", recovered=" + recovered + ", unanswered=" + unanswered + ", waited=" + waited + "]";
    }
}
