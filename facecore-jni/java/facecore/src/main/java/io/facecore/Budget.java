package io.facecore;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Bounds of the work on one photo: the largest faces come first, and what was left out is told ({@link Detection#cut()}). Immutable: each
 * {@code with…} makes a changed copy.
 */
public final class Budget {
    /** At most 200 candidates in vain, no other bound. */
    public static final Budget DEFAULT = new Budget(0, 200, 0, null);

    /** No bound at all. */
    public static final Budget UNBOUNDED = new Budget(0, 0, 0, null);

    private final long maxPixels;
    private final int maxCandidates;
    private final int maxFaces;
    private final Duration deadline;

    private Budget(long maxPixels, int maxCandidates, int maxFaces, Duration deadline) {
        if (maxPixels < 0 || maxCandidates < 0 || maxFaces < 0) {
            throw new IllegalArgumentException("a bound is negative");
        }
        if (deadline != null && (deadline.isNegative() || deadline.isZero())) {
            throw new IllegalArgumentException("the deadline " + deadline + " is not above zero");
        }
        this.maxPixels = maxPixels;
        this.maxCandidates = maxCandidates;
        this.maxFaces = maxFaces;
        this.deadline = deadline;
    }

    /**
     * The default with a deadline.
     *
     * @param deadline time after which detection stops, obeyed within 10 ms; above zero
     * @return a budget
     * @throws IllegalArgumentException if it is not above zero
     */
    public static Budget within(Duration deadline) {
        return new Budget(0, 200, 0, Objects.requireNonNull(deadline, "deadline"));
    }

    /**
     * With another bound on the pixels that the first network sees, all scales of the photo together.
     *
     * @param pixels the most; 0: no bound
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public Budget withMaxPixels(long pixels) {
        return new Budget(pixels, maxCandidates, maxFaces, deadline);
    }

    /**
     * For MTCNN: with another bound on the first network's candidates, the best of which are shown to the second. Candidates that the second network
     * passes do not count, so a crowd is not cut.
     *
     * @param count the most that it may reject; 0: no bound
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public Budget withMaxCandidates(int count) {
        return new Budget(maxPixels, count, maxFaces, deadline);
    }

    /**
     * With another bound on the faces, of which the best are returned.
     *
     * @param count the most; 0: no bound
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public Budget withMaxFaces(int count) {
        return new Budget(maxPixels, maxCandidates, count, deadline);
    }

    /**
     * Most pixels that the first network sees.
     *
     * @return 0: no bound
     */
    public long maxPixels() {
        return maxPixels;
    }

    /**
     * For MTCNN: most candidates that the second network may reject.
     *
     * @return 0: no bound
     */
    public int maxCandidates() {
        return maxCandidates;
    }

    /**
     * Most faces returned.
     *
     * @return 0: no bound
     */
    public int maxFaces() {
        return maxFaces;
    }

    /**
     * Time after which detection stops.
     *
     * @return nothing: never
     */
    public Optional<Duration> deadline() {
        return Optional.ofNullable(deadline);
    }

    Wire.Writer write(Wire.Writer record) {
        long nanoseconds = 0;
        if (deadline != null) {
            // What is longer than 292 years is never.
            nanoseconds = deadline.getSeconds() > Long.MAX_VALUE / 1_000_000_000L - 1 ? 0 : deadline.toNanos();
        }
        return record.int64(maxPixels).int32(maxCandidates).int32(maxFaces).int64(nanoseconds);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Budget)) {
            return false;
        }
        Budget other = (Budget) object;
        return maxPixels == other.maxPixels && maxCandidates == other.maxCandidates && maxFaces == other.maxFaces
                && Objects.equals(deadline, other.deadline);
    }

    @Override
    public int hashCode() {
        return Objects.hash(maxPixels, maxCandidates, maxFaces, deadline);
    }

    @Override
    public String toString() {
        return "Budget[maxPixels=" + maxPixels + ", maxCandidates=" + maxCandidates + ", maxFaces=" + maxFaces + ", deadline=" + deadline + "]";
    }
}
