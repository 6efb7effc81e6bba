package io.facecore;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The decision about one face and the numbers behind it. {@link #nearest}, {@link #runnerUp} and {@link #margin} are about this face alone;
 * the match is the nearest, unless that person is certainly another face of the photo.
 */
public final class Verdict {
    private final Outcome outcome;
    private final Optional<Neighbour> match;
    private final Optional<Neighbour> nearest;
    private final Optional<Neighbour> runnerUp;
    private final float margin;
    private final float threshold;

    private Verdict(Wire.Reader record) {
        outcome = Outcome.of(record.int32());
        match = Neighbour.read(record);
        nearest = Neighbour.read(record);
        runnerUp = Neighbour.read(record);
        margin = record.float32();
        threshold = record.float32();
    }

    static Verdict read(Wire.Reader record) {
        return new Verdict(record);
    }

    /**
     * What was decided.
     *
     * @return {@link Outcome#MATCH} or the reason why not
     */
    public Outcome outcome() {
        return outcome;
    }

    /**
     * Who it is.
     *
     * @return nothing without a match
     */
    public Optional<Neighbour> match() {
        return match;
    }

    /**
     * The nearest person: whose cosine is the furthest above what is required, or the least below.
     *
     * @return nothing if there is nobody
     */
    public Optional<Neighbour> nearest() {
        return nearest;
    }

    /**
     * The second nearest person.
     *
     * @return nothing if there is none
     */
    public Optional<Neighbour> runnerUp() {
        return runnerUp;
    }

    /**
     * How far the nearest is ahead of the runner-up, in cosines above what each of them requires.
     *
     * @return at least 0; nothing if there is no runner-up
     */
    public OptionalDouble margin() {
        return Wire.present(margin);
    }

    /**
     * The cosine that was required of the match, or of the nearest where there is no match; if there is nobody to compare with, the part that is
     * required whoever it is.
     *
     * @return about −1 to 1
     */
    public float threshold() {
        return threshold;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Verdict)) {
            return false;
        }
        Verdict other = (Verdict) object;
        return outcome == other.outcome && match.equals(other.match) && nearest.equals(other.nearest) && runnerUp.equals(other.runnerUp)
                && Float.compare(margin, other.margin) == 0 && Float.compare(threshold, other.threshold) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(outcome, match, nearest, runnerUp, margin, threshold);
    }

    @Override
    public String toString() {
        return "Verdict[" + match.map(Neighbour::toString).orElse(outcome.toString()) + ", nearest=" + nearest.orElse(null) + ", runnerUp="
                + runnerUp.orElse(null) + ", threshold=" + threshold + "]";
    }
}
