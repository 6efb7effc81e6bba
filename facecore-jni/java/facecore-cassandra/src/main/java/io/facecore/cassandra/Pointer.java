package io.facecore.cassandra;

import com.datastax.oss.driver.api.core.cql.Row;
import io.facecore.SpaceId;
import io.facecore.StoreIterations;
import java.util.ArrayList;
import java.util.List;

/** The row that says which iterations there are; 0 stands for none. */
final class Pointer {
    final SpaceId space;
    final long current;
    final long previous;
    final long next;
    final long last;
    /** When the next iteration was begun, in microseconds. */
    final long begun;

    Pointer(Row row) {
        space = new SpaceId(row.getLong("space"));
        current = row.getLong("current");
        previous = row.getLong("previous");
        next = row.getLong("next");
        last = row.getLong("last");
        begun = row.getLong("begun");
    }

    StoreIterations iterations() {
        return new StoreIterations(current, previous, next);
    }

    /** Where a live write goes. */
    List<Long> written() {
        return present(current, next);
    }

    /** Where something of a user may be. */
    List<Long> all() {
        return present(current, next, previous);
    }

    private static List<Long> present(long... iterations) {
        List<Long> present = new ArrayList<>();
        for (long iteration : iterations) {
            if (iteration != 0) {
                present.add(iteration);
            }
        }
        return present;
    }
}
