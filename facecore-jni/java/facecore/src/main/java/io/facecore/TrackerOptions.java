package io.facecore;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/** How a {@link Tracker} works. Times are of the video, but for the work of the budget. Immutable: each {@code with…} makes a changed copy. */
public final class TrackerOptions {
    /** Faces from 24 pixels and a fiftieth of the longer side on, looked for every 120 ms; a quarter of a second of work for a second of video. */
    public static final TrackerOptions DEFAULT = new TrackerOptions(new Builder());

    private final DetectOptions detect;
    private final Duration interval;
    private final Duration budget;
    private final int facesPerTrack;
    private final Duration memory;
    private final float samePerson;
    private final int maxTracks;

    /** The values, while they are changed. */
    private static final class Builder {
        private DetectOptions detect;
        private Duration interval = Duration.ofMillis(120);
        private Duration budget = Duration.ofMillis(250);
        private int facesPerTrack = 8;
        private Duration memory = Duration.ofSeconds(10);
        private float samePerson = Float.NaN;
        private int maxTracks = 10_000;
    }

    private TrackerOptions(Builder values) {
        detect = values.detect;
        interval = values.interval;
        budget = values.budget;
        facesPerTrack = values.facesPerTrack;
        memory = values.memory;
        samePerson = values.samePerson;
        maxTracks = values.maxTracks;
    }

    private Builder copy() {
        Builder values = new Builder();
        values.detect = detect;
        values.interval = interval;
        values.budget = budget;
        values.facesPerTrack = facesPerTrack;
        values.memory = memory;
        values.samePerson = samePerson;
        values.maxTracks = maxTracks;
        return values;
    }

    private static Duration notNegative(Duration time, String name) {
        if (time.isNegative()) {
            throw new IllegalArgumentException(name + " is negative: " + time);
        }
        return time;
    }

    private static int atLeastOne(int count, String name) {
        if (count < 1) {
            throw new IllegalArgumentException(name + " is " + count + ", at least 1 is needed");
        }
        return count;
    }

    /**
     * With other options of finding faces, on the frames that are looked at whole.
     *
     * @param detect which
     * @return a changed copy
     */
    public TrackerOptions withDetect(DetectOptions detect) {
        Builder values = copy();
        values.detect = Objects.requireNonNull(detect, "detect");
        return new TrackerOptions(values);
    }

    /**
     * With another time from one look at the whole frame to the next; in between faces are followed. A cut or a lost face is looked at sooner.
     *
     * @param interval not negative
     * @return a changed copy
     * @throws IllegalArgumentException if it is negative
     */
    public TrackerOptions withInterval(Duration interval) {
        Builder values = copy();
        values.interval = notNegative(interval, "interval");
        return new TrackerOptions(values);
    }

    /**
     * With another bound of the work for a second of video. When more was spent, frames are passed over: on a machine that is too slow for the budget
     * the result depends on its speed.
     *
     * @param budget {@link Duration#ZERO}: no bound, and the same result everywhere
     * @return a changed copy
     * @throws IllegalArgumentException if it is negative
     */
    public TrackerOptions withBudget(Duration budget) {
        Builder values = copy();
        values.budget = notNegative(budget, "budget");
        return new TrackerOptions(values);
    }

    /**
     * With another number of views of a track that are embedded and kept, the best ones, spread in time.
     *
     * @param facesPerTrack 1 to 64; more are refused by {@link Tracker#Tracker(TrackerOptions)}
     * @return a changed copy
     * @throws IllegalArgumentException below 1
     */
    public TrackerOptions withFacesPerTrack(int facesPerTrack) {
        Builder values = copy();
        values.facesPerTrack = atLeastOne(facesPerTrack, "facesPerTrack");
        return new TrackerOptions(values);
    }

    /**
     * With another time in which a lost face may come back to its track.
     *
     * @param memory not negative
     * @return a changed copy
     * @throws IllegalArgumentException if it is negative
     */
    public TrackerOptions withMemory(Duration memory) {
        Builder values = copy();
        values.memory = notNegative(memory, "memory");
        return new TrackerOptions(values);
    }

    /**
     * With another cosine from which on a face that comes back is taken for the one that was lost.
     *
     * @param samePerson −1 to 1; others are refused by {@link Tracker#Tracker(TrackerOptions)}; NaN: the model's own threshold
     * @return a changed copy
     */
    public TrackerOptions withSamePerson(float samePerson) {
        Builder values = copy();
        values.samePerson = samePerson;
        return new TrackerOptions(values);
    }

    /**
     * With another bound of the tracks that are kept of a clip; those with the fewest faces go first and are counted.
     *
     * @param maxTracks at least 1
     * @return a changed copy
     * @throws IllegalArgumentException below 1
     */
    public TrackerOptions withMaxTracks(int maxTracks) {
        Builder values = copy();
        values.maxTracks = atLeastOne(maxTracks, "maxTracks");
        return new TrackerOptions(values);
    }

    /**
     * How faces are found.
     *
     * @return nothing: the tracker's own options
     */
    public Optional<DetectOptions> detect() {
        return Optional.ofNullable(detect);
    }

    /**
     * The time from one look at the whole frame to the next.
     *
     * @return not negative
     */
    public Duration interval() {
        return interval;
    }

    /**
     * The most work for a second of video.
     *
     * @return {@link Duration#ZERO}: no bound
     */
    public Duration budget() {
        return budget;
    }

    /**
     * The most views of a track that are kept.
     *
     * @return 1 to 64
     */
    public int facesPerTrack() {
        return facesPerTrack;
    }

    /**
     * How long a lost face may come back.
     *
     * @return not negative
     */
    public Duration memory() {
        return memory;
    }

    /**
     * The cosine from which on a face that comes back is taken for the one that was lost.
     *
     * @return nothing: the model's own threshold
     */
    public OptionalDouble samePerson() {
        return Wire.present(samePerson);
    }

    /**
     * The most tracks that are kept of a clip.
     *
     * @return at least 1
     */
    public int maxTracks() {
        return maxTracks;
    }

    Wire.Writer write(Wire.Writer record) {
        record.int32(detect == null ? 0 : 1);
        if (detect != null) {
            detect.write(record);
        }
        return record.int64(interval.toNanos()).int64(budget.toNanos()).int32(facesPerTrack).int64(memory.toNanos()).float32(samePerson)
                .int32(maxTracks);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof TrackerOptions)) {
            return false;
        }
        TrackerOptions options = (TrackerOptions) other;
        return Objects.equals(detect, options.detect) && interval.equals(options.interval) && budget.equals(options.budget)
                && facesPerTrack == options.facesPerTrack && memory.equals(options.memory)
                && Float.compare(samePerson, options.samePerson) == 0 && maxTracks == options.maxTracks;
    }

    @Override
    public int hashCode() {
        return Objects.hash(detect, interval, budget, facesPerTrack, memory, samePerson, maxTracks);
    }

    @Override
    public String toString() {
        return "TrackerOptions[detect=" + detect + ", interval=" + interval + ", budget=" + budget + ", facesPerTrack=" + facesPerTrack
                + ", memory=" + memory + ", samePerson=" + samePerson + ", maxTracks=" + maxTracks + "]";
    }
}
