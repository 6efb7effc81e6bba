package io.facecore;

import java.util.Objects;
import java.util.OptionalLong;

/** The iterations of profiles in a {@link ProfileRepository}: numbers that only grow, from 1. */
public final class StoreIterations {
    private final long current;
    private final long previous;
    private final long next;

    StoreIterations(Wire.Reader record) {
        this(record.int64(), record.int64(), record.int64());
    }

    /**
     * Iterations by their numbers, for whoever implements {@link ProfileRepository}.
     *
     * @param current the one that everybody reads
     * @param previous the one to go back to; 0 if there is none
     * @param next the one that a rebuild is writing; 0 if there is none
     */
    public StoreIterations(long current, long previous, long next) {
        this.current = current;
        this.previous = previous;
        this.next = next;
    }

    /**
     * The one that everybody reads.
     *
     * @return at least 1
     */
    public long current() {
        return current;
    }

    /**
     * The one that {@link ProfileRepository#back} goes back to.
     *
     * @return nothing if there is none
     */
    public OptionalLong previous() {
        return present(previous);
    }

    /**
     * The one that a rebuild is writing.
     *
     * @return nothing if none is written
     */
    public OptionalLong next() {
        return present(next);
    }

    private static OptionalLong present(long number) {
        return number == 0 ? OptionalLong.empty() : OptionalLong.of(number);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof StoreIterations)) {
            return false;
        }
        StoreIterations other = (StoreIterations) object;
        return current == other.current && previous == other.previous && next == other.next;
    }

    @Override
    public int hashCode() {
        return Objects.hash(current, previous, next);
    }

    @Override
    public String toString() {
        return "StoreIterations[current=" + current + (previous == 0 ? "" : ", previous=" + previous) + (next == 0 ? "" : ", next=" + next) + "]";
    }
}
