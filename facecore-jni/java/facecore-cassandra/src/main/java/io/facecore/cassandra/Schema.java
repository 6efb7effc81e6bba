package io.facecore.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.ResultSet;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import io.facecore.SpaceId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

/** The tables, and how they come to be: steps by number, each made once, by one process at a time. */
final class Schema {
    /** The newest step: the file {@code schema-N.cql}. */
    static final int VERSION = 1;
    static final String POINTER = "profiles";
    /** Statements about tables wait for all nodes. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** How long news of a table may take from node to node. */
    private static final Duration NEWS = Duration.ofSeconds(10);

    private final CqlSession session;
    private final String keyspace;

    Schema(CqlSession session, String keyspace) {
        if (!keyspace.matches("[a-z][a-z0-9_]{0,47}")) {
            throw new IllegalArgumentException("a keyspace is named by small letters, digits and _, not " + keyspace);
        }
        this.session = session;
        this.keyspace = keyspace;
    }

    String table(String name) {
        return keyspace + "." + name;
    }

    String profiles(long iteration) {
        return table("profiles_" + iteration);
    }

    void migrate(SpaceId space) {
        try {
            define("CREATE TABLE IF NOT EXISTS " + table("schema_version") + " (name text PRIMARY KEY, version int, locked_by uuid)");
            set("INSERT INTO " + table("schema_version") + " (name, version) VALUES (?, 0) IF NOT EXISTS", POINTER);
            UUID me = UUID.randomUUID();
            lock(me);
            for (int step = version(DefaultConsistencyLevel.SERIAL) + 1; step <= VERSION; step++) {
                steps(step);
                set("UPDATE " + table("schema_version") + " SET version = ? WHERE name = ? IF version = ?", step, POINTER, step - 1);
            }
            createProfiles(1);
            set("INSERT INTO " + table("iterations") + " (name, space, current, previous, next, last, begun) VALUES (?, ?, 1, 0, 0, 1, 0) IF NOT EXISTS",
                    POINTER, space.value());
            set("UPDATE " + table("schema_version") + " SET locked_by = null WHERE name = ? IF locked_by = ?", POINTER, me);
        } catch (DriverException error) {
            throw Requests.failed("the tables of keyspace " + keyspace + " cannot be made", error);
        }
    }

    /** Two processes that make one table at the same time may make it twice, and lose what is in one of them. */
    private void lock(UUID me) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!set("UPDATE " + table("schema_version") + " USING TTL 120 SET locked_by = ? WHERE name = ? IF locked_by = null", me, POINTER)) {
            if (System.nanoTime() > end) {
                throw FaceCoreException.of(ErrorCode.STORE, "another process is changing the tables of keyspace " + keyspace + "; try again when it ended");
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(500);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw FaceCoreException.of(ErrorCode.STORE, "interrupted while the tables were made");
        }
    }

    /** A node that has just started may not have heard of a new table when it is asked. */
    private ResultSet execute(SimpleStatement statement) {
        for (long end = System.nanoTime() + NEWS.toNanos();; pause()) {
            try {
                return session.execute(statement);
            } catch (InvalidQueryException error) {
                if (!Requests.isTableGone(error) || System.nanoTime() > end) {
                    throw error;
                }
            }
        }
    }

    private int version(ConsistencyLevel level) {
        SimpleStatement question = SimpleStatement.newInstance("SELECT version FROM " + table("schema_version") + " WHERE name = ?", POINTER);
        // Idempotent, so that the driver asks another node where a connection to a dying one breaks.
        return execute(question.setConsistencyLevel(level).setIdempotent(true)).one().getInt(0);
    }

    /** An older or newer schema than this version's is not touched. One replica is enough, since a new version is written to all. */
    void check(ConsistencyLevel level) {
        boolean known = session.getMetadata().getKeyspace(CqlIdentifier.fromInternal(keyspace)).flatMap(found -> found.getTable("schema_version")).isPresent();
        int version;
        try {
            version = known ? version(level) : 0;
        } catch (DriverException error) {
            throw Requests.failed("keyspace " + keyspace + " cannot be opened now", error);
        }
        if (version != VERSION) {
            throw FaceCoreException.of(ErrorCode.STORE, "keyspace " + keyspace + " has the tables of version " + version + ", not " + VERSION
                    + "; call CassandraProfileStore.migrate once");
        }
    }

    private void steps(int number) {
        try (InputStream file = Schema.class.getResourceAsStream("schema-" + number + ".cql")) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^--.*$", "");
            for (String step : text.split(";")) {
                if (!step.isBlank()) {
                    define(step.strip().replace("CREATE TABLE IF NOT EXISTS ", "CREATE TABLE IF NOT EXISTS " + keyspace + "."));
                }
            }
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** Unit vectors do not compress. */
    void createProfiles(long iteration) {
        define("CREATE TABLE IF NOT EXISTS " + profiles(iteration) + " (user bigint PRIMARY KEY, profile blob)"
                + " WITH compression = {'enabled': 'false'} AND compaction = {'class': 'LeveledCompactionStrategy'}");
    }

    void dropProfiles(long iteration) {
        if (iteration != 0) {
            define("DROP TABLE IF EXISTS " + profiles(iteration));
        }
    }

    private void define(String statement) {
        execute(SimpleStatement.newInstance(statement).setTimeout(PATIENCE));
    }

    /** A compare-and-set; all replicas have it when this returns, so that whoever reads one of them afterwards sees it. Says whether it was made. */
    boolean set(String statement, Object... values) {
        SimpleStatement set = SimpleStatement.newInstance(statement, values).setTimeout(PATIENCE).setConsistencyLevel(DefaultConsistencyLevel.ALL);
        return execute(set.setSerialConsistencyLevel(DefaultConsistencyLevel.SERIAL)).wasApplied();
    }
}
