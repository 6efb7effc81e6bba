package io.facecore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A pair of accounts that may show one person. The two ids name the pair, however often clones are searched for. */
public final class CloneEvent {
    private final long low;
    private final long high;
    private final float cosine;
    private final CloneState state;

    private CloneEvent(Wire.Reader record) {
        low = record.int64();
        high = record.int64();
        cosine = record.float32();
        state = CloneState.of(record.int32());
    }

    static List<CloneEvent> readAll(Wire.Reader record) {
        List<CloneEvent> events = new ArrayList<>();
        for (int left = record.int32(); left > 0; left--) {
            events.add(new CloneEvent(record));
        }
        return Collections.unmodifiableList(events);
    }

    /**
     * The account with the lower id (as a number without a sign).
     *
     * @return its id
     */
    public long low() {
        return low;
    }

    /**
     * The account with the higher id.
     *
     * @return its id
     */
    public long high() {
        return high;
    }

    /**
     * How alike the two profiles were when it was reported.
     *
     * @return −1 to 1; 0 for a pair that was known before
     */
    public float cosine() {
        return cosine;
    }

    /**
     * What became of it.
     *
     * @return never null
     */
    public CloneState state() {
        return state;
    }

    @Override
    public String toString() {
        return "CloneEvent[" + Long.toUnsignedString(low) + ", " + Long.toUnsignedString(high) + ", cosine=" + cosine + ", " + state + "]";
    }
}
