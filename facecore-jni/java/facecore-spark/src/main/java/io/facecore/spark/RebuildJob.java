package io.facecore.spark;

import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import io.facecore.FaceEngine;
import io.facecore.SpaceId;
import io.facecore.StoreIterations;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Rebuilds the profiles of all accounts of a list, pass by pass, into the next iteration of a {@link io.facecore.cassandra.CassandraProfileStore}, while everybody
 * reads the current one. For {@code spark-submit}; {@code docs/cluster.md} has the list's columns and what becomes of what fails.
 *
 * <pre>{@code
 * spark-submit --class io.facecore.spark.RebuildJob facecore-spark.jar accounts.jsonl --photos /photos --models /models --keyspace facecore
 * }</pre>
 */
public final class RebuildJob {
    private final SparkSession spark;
    private final RebuildSettings settings;
    private final Connection connection;

    private RebuildJob(SparkSession spark, RebuildSettings settings, Connection connection) {
        this.spark = spark;
        this.settings = settings;
        this.connection = connection;
    }

    /**
     * Runs the job. Exit code: 0 done; 1 done, and something failed, which the table {@code rebuild_failures} names; 2 not done.
     *
     * @param line the list, and options; without any, says which there are
     */
    public static void main(String[] line) {
        System.exit(run(line));
    }

    /** The whole job; returns the exit code. */
    static int run(String... line) {
        try {
            RebuildSettings settings = new RebuildSettings(line);
            SpaceId space;
            try (FaceEngine engine = Machine.engine(settings)) {
                space = engine.space().orElseThrow(() -> new IllegalArgumentException("--models: no network that makes embeddings is there"));
            }
            try (Connection connection = Connection.open(settings, space, null)) {
                SparkSession spark = SparkSession.builder().appName("facecore rebuild").getOrCreate();
                try {
                    return new RebuildJob(spark, settings, connection).run();
                } finally {
                    spark.stop();
                }
            }
        } catch (IllegalArgumentException wrong) {
            System.err.println("RebuildJob: " + wrong.getMessage() + "\n" + RebuildSettings.USAGE);
            return 2;
        } catch (FaceCoreException | IOException error) {
            System.err.println("RebuildJob: " + error.getMessage());
            return 2;
        }
    }

    private int run() throws IOException {
        connection.tables.make();
        Dataset<Row> accounts = read();
        RebuildTables.Run run = begin(accounts);
        boolean failures = false;
        while (true) {
            long current = connection.store.iterations().current();
            PassReport report;
            if (current == run.base()) {
                report = pass(accounts, run);
            } else {
                // The iteration was switched to: the pass is done.
                report = report(current);
                failures |= report.failed() + report.failedPhotos() > 0;
                if (run.pass() >= settings.passes || report.change() < settings.enough) {
                    connection.tables.end();
                    return failures ? 1 : 0;
                }
                run = run.next(current);
                connection.tables.keep(run);
            }
        }
    }

    /** The accounts in their parts; a line that is none is an error. */
    private Dataset<Row> read() {
        Dataset<Row> list = isParquet()
                ? spark.read().schema(Account.COLUMNS).parquet(settings.accounts)
                : spark.read().schema(Account.COLUMNS).option("mode", "FAILFAST").json(settings.accounts);
        return list.repartition(settings.parts, list.col("id"));
    }

    private boolean isParquet() {
        return settings.accounts.endsWith(".parquet");
    }

    /** Where the rebuild stands: at its beginning, or where it ended too early. */
    private RebuildTables.Run begin(Dataset<Row> accounts) throws IOException {
        var kept = connection.tables.run();
        StoreIterations iterations = connection.store.iterations();
        String input = input();
        if (settings.resume) {
            RebuildTables.Run run = kept.orElseThrow(() -> refused("--resume: there is nothing to go on with: no rebuild was begun, or the last one ended"));
            if (!run.input().equals(input) || run.parts() != settings.parts) {
                throw refused("--resume: the list of accounts or --parts is another one than the rebuild began with");
            }
            return run;
        }
        if (settings.anew) {
            connection.store.dropNext();
        } else if (kept.isPresent()) {
            throw refused("a rebuild was begun and has not ended: --resume goes on with it, --anew begins again");
        } else if (iterations.next().isPresent()) {
            throw refused("iteration " + iterations.next().getAsLong() + " is being written by somebody else; --anew drops it");
        }
        check(accounts);
        RebuildTables.Run run = new RebuildTables.Run(input, settings.parts, 1, iterations.current());
        connection.tables.keep(run);
        return run;
    }

    /** Checked before hours of work, not after. */
    private void check(Dataset<Row> accounts) {
        // Without columns said, those that are there.
        StructType given = (isParquet() ? spark.read().parquet(settings.accounts) : spark.read().json(settings.accounts)).schema();
        List<String> unknown = Account.unknown(given);
        if (!unknown.isEmpty()) {
            // Spark's name for what it could not read.
            throw refused(settings.accounts + (unknown.contains("_corrupt_record")
                    ? ": a line is not a JSON object"
                    : ": no account has a field " + unknown.get(0) + "; docs/rebuild.md says which there are"));
        }
        if (accounts.filter("id IS NULL").limit(1).count() > 0) {
            throw refused(settings.accounts + ": an account has no id");
        }
        List<Row> twice = accounts.groupBy("id").count().filter("count > 1").limit(1).collectAsList();
        if (!twice.isEmpty()) {
            throw refused(settings.accounts + ": account " + twice.get(0).getLong(0) + " comes more than once");
        }
        if (accounts.isEmpty()) {
            throw refused(settings.accounts + ": no account is in the list");
        }
    }

    private static FaceCoreException refused(String reason) {
        return FaceCoreException.of(ErrorCode.STORE, reason);
    }

    /** What distinguishes one list from another. */
    private String input() throws IOException {
        Path path = new Path(settings.accounts);
        FileSystem system = path.getFileSystem(spark.sparkContext().hadoopConfiguration());
        long bytes = 0;
        for (FileStatus file : system.getFileStatus(path).isFile() ? new FileStatus[] {system.getFileStatus(path)} : system.listStatus(path)) {
            bytes += file.getLen();
        }
        return system.makeQualified(path) + ", " + bytes + " bytes";
    }

    /** Builds all accounts of the parts that are still to be done, and switches to what was built, unless too much of it failed. */
    private PassReport pass(Dataset<Row> accounts, RebuildTables.Run run) {
        long begun = System.nanoTime();
        StoreIterations iterations = connection.store.iterations();
        long next = iterations.next().isPresent() ? iterations.next().getAsLong() : connection.store.begin();
        Set<Integer> done = new HashSet<>(connection.tables.done(next).keySet());
        accounts.javaRDD().mapPartitionsWithIndex(new RebuiltPart(settings, next, run.pass() == 1, done), true).count();
        if (!done.contains(RebuildTables.OTHERS)) {
            long others = Others.carry(spark, settings, accounts);
            connection.tables.done(next, RebuildTables.OTHERS, new PassReport(0, 0, 0, 0, 0, 0, 0, 0, 0, others));
        }
        Map<Integer, PassReport> parts = connection.tables.done(next);
        if (parts.size() != settings.parts + 1) {
            throw refused(parts.size() - 1 + " of " + settings.parts + " parts are done: run it again with --resume");
        }
        PassReport report = report(next);
        System.out.printf(Locale.ROOT, "pass %d, %.1f s: %s%n", run.pass(), (System.nanoTime() - begun) / 1e9, report);
        if (report.failures() > settings.mayFail) {
            throw refused("more failed than --may-fail " + settings.mayFail + " (" + report + "): the store serves the profiles that it had; the table "
                    + "rebuild_failures says why; --anew begins again, --resume with a larger share takes it as it is");
        }
        connection.store.switchTo(next);
        return report;
    }

    private PassReport report(long iteration) {
        return connection.tables.done(iteration).values().stream().reduce(PassReport.EMPTY, PassReport::plus);
    }
}
