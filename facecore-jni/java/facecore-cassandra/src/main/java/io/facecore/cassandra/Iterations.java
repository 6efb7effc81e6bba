package io.facecore.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The pointer: read often and remembered for a second, moved seldom and by compare-and-set. */
final class Iterations {
    private static final long REMEMBERED = TimeUnit.SECONDS.toNanos(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CqlSession session;
    private final Schema schema;
    private final Clock clock = new Clock();
    private final ConsistencyLevel level;
    private volatile Pointer remembered;
    private volatile long readAt;

    Iterations(CqlSession session, Schema schema, ConsistencyLevel level) {
        this.session = session;
        this.schema = schema;
        this.level = level;
    }

    /** The pointer that all writes of a store follow. */
    Clock clock() {
        return clock;
    }

    /** As it was within the last second; older if it cannot be read until {@code end}, since the old iteration is good enough to be served. */
    Pointer recent(long end) {
        Pointer pointer = remembered;
        if (pointer != null && System.nanoTime() - readAt < REMEMBERED) {
            return pointer;
        }
        try {
            return read(level, left(end));
        } catch (FaceCoreException away) {
            if (pointer == null) {
                throw away;
            }
            readAt = System.nanoTime();
            return pointer;
        }
    }

    /** The pointer as it is now: whoever moves it waits until all replicas know. */
    Pointer fresh() {
        return read(level, PATIENCE);
    }

    /** The pointer as it was last read; asks nobody. */
    Pointer remembered() {
        return remembered;
    }

    /** After a failure: the iteration that a request went to may have been dropped. */
    void lookAgain(long end) {
        try {
            read(level, left(end));
        } catch (FaceCoreException away) {
            // The requests will say so themselves.
        }
    }

    private static Duration left(long end) {
        return Duration.ofNanos(Math.min(PATIENCE.toNanos(), Math.max(TimeUnit.MILLISECONDS.toNanos(1), end - System.nanoTime())));
    }

    private Pointer read(ConsistencyLevel level, Duration timeout) {
        String question = "SELECT space, current, previous, next, last, begun FROM " + schema.table("iterations") + " WHERE name = ?";
        SimpleStatement statement = SimpleStatement.newInstance(question, Schema.POINTER).setConsistencyLevel(level).setIdempotent(true).setTimeout(timeout);
        Row row = ask(() -> session.execute(statement).one());
        if (row == null) {
            throw FaceCoreException.of(ErrorCode.STORE, "the tables were not made completely; call CassandraProfileStore.migrate again");
        }
        Pointer pointer = new Pointer(row);
        readAt = System.nanoTime();
        remembered = pointer;
        return pointer;
    }

    private static <T> T ask(Supplier<T> request) {
        try {
            return request.get();
        } catch (DriverException error) {
            throw Requests.failed("the iterations cannot be read or changed now", error);
        }
    }

    private Pointer certain() {
        return read(DefaultConsistencyLevel.SERIAL, PATIENCE);
    }

    private void move(String assignments, String condition, Object... values) {
        String statement = "UPDATE " + schema.table("iterations") + " SET " + assignments + " WHERE name = '" + Schema.POINTER + "' IF " + condition;
        if (!ask(() -> schema.set(statement, values))) {
            throw FaceCoreException.of(ErrorCode.STORE, "somebody else moved the iterations at the same time; look at them again");
        }
        fresh();
    }

    /** The number is claimed first, so that one process only makes the table. */
    long begin() {
        Pointer now = certain();
        if (now.next != 0) {
            throw FaceCoreException.of(ErrorCode.STORE, "iteration " + now.next + " is being written already; go on with it, or drop it");
        }
        long next = now.last + 1;
        move("last = ?", "last = ? AND next = 0", next, now.last);
        ask(() -> {
            if (!now.all().contains(now.last)) {
                // Left behind by a process that claimed the number and ended.
                schema.dropProfiles(now.last);
            }
            schema.createProfiles(next);
            return null;
        });
        move("next = ?, begun = ?", "last = ? AND next = 0", next, clock.next(), next);
        return next;
    }

    void switchTo(long iteration) {
        Pointer now = certain();
        if (now.next != iteration || iteration == 0) {
            throw FaceCoreException.of(ErrorCode.STORE, "iteration " + iteration + " is not being written; the current one is " + now.current);
        }
        move("current = ?, previous = ?, next = 0", "next = ? AND current = ?", iteration, now.current, iteration, now.current);
        drop(now.previous);
    }

    boolean dropNext() {
        Pointer now = certain();
        if (now.next == 0) {
            return false;
        }
        move("next = 0", "next = ?", now.next);
        drop(now.next);
        return true;
    }

    long back() {
        Pointer now = certain();
        if (now.next != 0) {
            throw FaceCoreException.of(ErrorCode.STORE, "an iteration is being written; drop it first");
        }
        if (now.previous == 0) {
            throw FaceCoreException.of(ErrorCode.STORE, "there is no previous iteration to go back to");
        }
        move("current = ?, previous = 0", "current = ? AND previous = ? AND next = 0", now.previous, now.current, now.previous);
        drop(now.current);
        return now.previous;
    }

    private void drop(long iteration) {
        ask(() -> {
            schema.dropProfiles(iteration);
            return null;
        });
    }
}
