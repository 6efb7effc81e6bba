package io.facecore.spark;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.ResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far a rebuild is, and what failed in it: beside the store's tables. A part is written here after everything of it was acknowledged, so a part that
 * is here need not be done again.
 */
final class RebuildTables {
    /** The part that has the users who are not in the list. */
    static final int OTHERS = -1;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String KEPT = " WITH default_time_to_live = 2592000"; // 30 days

    /** A rebuild that has not ended. */
    record Run(String input, int parts, int pass, long base) {
        Run next(long current) {
            return new Run(input, parts, pass + 1, current);
        }
    }

    private final CqlSession session;
    private final String keyspace;

    RebuildTables(CqlSession session, String keyspace) {
        this.session = session;
        this.keyspace = keyspace;
    }

    /** Makes the tables if they are not there; by the one process that drives the job. */
    void make() {
        run("CREATE TABLE IF NOT EXISTS %s.rebuild_run (name text PRIMARY KEY, input text, parts int, pass int, base bigint)");
        run("CREATE TABLE IF NOT EXISTS %s.rebuild_parts (iteration bigint, part int, accounts bigint, built bigint, no_leader bigint, no_faces bigint,"
                + " opted_out bigint, failed bigint, changed bigint, photos bigint, failed_photos bigint, others bigint, PRIMARY KEY (iteration, part))"
                + KEPT);
        run("CREATE TABLE IF NOT EXISTS %s.rebuild_failures (iteration bigint, part int, account bigint, number int, photo bigint, file text, code text,"
                + " message text, PRIMARY KEY ((iteration, part), account, number))" + KEPT);
    }

    Optional<Run> run() {
        Row row = run("SELECT input, parts, pass, base FROM %s.rebuild_run WHERE name = 'profiles'").one();
        return Optional.ofNullable(row).map(its -> new Run(its.getString(0), its.getInt(1), its.getInt(2), its.getLong(3)));
    }

    void keep(Run run) {
        run("INSERT INTO %s.rebuild_run (name, input, parts, pass, base) VALUES ('profiles', ?, ?, ?, ?)", run.input, run.parts, run.pass, run.base);
    }

    void end() {
        run("DELETE FROM %s.rebuild_run WHERE name = 'profiles'");
    }

    /** The parts of an iteration that are done. */
    Map<Integer, PassReport> done(long iteration) {
        Map<Integer, PassReport> done = new HashMap<>();
        String columns = "SELECT part, accounts, built, no_leader, no_faces, opted_out, failed, changed, photos, failed_photos, others";
        for (Row row : run(columns + " FROM %s.rebuild_parts WHERE iteration = ?", iteration)) {
            done.put(row.getInt(0),
                    new PassReport(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6), row.getLong(7),
                            row.getLong(8), row.getLong(9), row.getLong(10)));
        }
        return done;
    }

    void done(long iteration, int part, PassReport its) {
        run("INSERT INTO %s.rebuild_parts (iteration, part, accounts, built, no_leader, no_faces, opted_out, failed, changed, photos, failed_photos, others)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", iteration, part, its.accounts(), its.built(), its.noLeader(), its.noFaces(), its.optedOut(),
                its.failed(), its.changed(), its.photos(), its.failedPhotos(), its.others());
    }

    void failed(long iteration, int part, long account, List<Built.Failure> failures) {
        int number = 0;
        for (Built.Failure failure : failures) {
            run("INSERT INTO %s.rebuild_failures (iteration, part, account, number, photo, file, code, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", iteration,
                    part, account, number++, failure.photo(), failure.file(), failure.code(), failure.message());
        }
    }

    private ResultSet run(String statement, Object... values) {
        SimpleStatement question = SimpleStatement.newInstance(String.format(statement, keyspace), values).setTimeout(PATIENCE).setIdempotent(true);
        try {
            return session.execute(question.setConsistencyLevel(DefaultConsistencyLevel.LOCAL_QUORUM));
        } catch (DriverException error) {
            throw FaceCoreException.of(ErrorCode.STORE, "keyspace " + keyspace + ", how far the rebuild is: " + error.getMessage());
        }
    }
}
