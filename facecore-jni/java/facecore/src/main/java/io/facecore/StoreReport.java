package io.facecore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What {@link ProfileStore#verify} found. */
public final class StoreReport {
    private final long records;
    private final List<String> damage;

    StoreReport(Wire.Reader record) {
        records = record.int64();
        List<String> lines = new ArrayList<>();
        for (int left = record.int32(); left > 0; left--) {
            lines.add(record.text());
        }
        damage = Collections.unmodifiableList(lines);
    }

    /**
     * Records that were read.
     *
     * @return at least 0
     */
    public long records() {
        return records;
    }

    /**
     * What is wrong.
     *
     * @return one line each, at most 100; empty for a sound store
     */
    public List<String> damage() {
        return damage;
    }

    @Override
    public String toString() {
        return "StoreReport[" + records + " records, damage=" + damage + "]";
    }
}
