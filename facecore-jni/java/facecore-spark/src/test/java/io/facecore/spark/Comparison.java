package io.facecore.spark;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.facecore.ProfileStore;
import io.facecore.SpaceId;
import io.facecore.StoredProfile;
import io.facecore.cassandra.CassandraOptions;
import io.facecore.cassandra.CassandraProfileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * The job on real albums, beside what {@code facecore rebuild} made of the same list: {@code cluster/rebuild} runs it, on request with both nodes killed in the
 * midst of it. Exit code 1: they differ.
 */
final class Comparison {
    private static final int PARTS = 40;

    private final List<String> job;
    private final Path folder;
    private final ProcessorTimes times = new ProcessorTimes();

    private Comparison(List<String> job, Path folder) {
        this.job = job;
        this.folder = folder;
    }

    /** List, photos, models, model, space, the command's store, a folder for what is written meanwhile; and {@code cluster/cassandra}, whose two nodes to kill. */
    public static void main(String[] line) throws Exception {
        SpaceId space = SpaceId.parse(line[4]);
        Path folder = Files.createDirectories(Path.of(line[6]));
        Path nodes = line.length > 7 ? Path.of(line[7]) : null;
        String settings = Driver.CASSANDRA;
        Files.writeString(folder.resolve("application.conf"), settings);
        String keyspace = "comparison_" + Long.toString(System.currentTimeMillis(), 36);
        try (CqlSession session = CqlSession.builder().withConfigLoader(DriverConfigLoader.fromString(settings)).build();
                ProfileStore expected = ProfileStore.open(Path.of(line[5]), space)) {
            session.execute(SimpleStatement.newInstance("CREATE KEYSPACE " + keyspace + " WITH replication = {'class': 'SimpleStrategy', "
                    + "'replication_factor': " + (nodes == null ? 1 : 2) + "}").setTimeout(Duration.ofSeconds(60)));
            CassandraProfileStore.migrate(session, keyspace, space);
            List<String> job = new ArrayList<>(List.of(line[0], "--photos", line[1], "--models", line[2], "--model", line[3], "--keyspace", keyspace,
                    "--cassandra", folder.resolve("application.conf").toString(), "--parts", Integer.toString(PARTS), "--passes", "2", "--enough", "0",
                    "--normal-priority", "--cache", folder.resolve("cache").toString()));
            CassandraOptions options = CassandraOptions.defaults();
            if (nodes != null) {
                job.add("--two-replicas");
                options = CassandraOptions.forTwoReplicas();
            }
            Comparison comparison = new Comparison(job, folder);
            CassandraProfileStore store = CassandraProfileStore.open(session, keyspace, space, options);
            int code = nodes == null ? comparison.run() : comparison.runWithout(nodes, store, new RebuildTables(session, keyspace));
            comparison.times.print();
            System.exit(compare(expected, store) && code == 0 ? 0 : 1);
        }
    }

    private Process start() throws IOException {
        return Driver.start(System.getenv("SPARK_MASTER"), Path.of(System.getProperty("module")), folder.resolve("driver.log"), job.toArray(String[]::new));
    }

    private int run() throws IOException, InterruptedException {
        return end(start());
    }

    private int end(Process driver) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        while (!driver.waitFor(1, TimeUnit.SECONDS)) {
            times.look();
        }
        System.out.printf("Spark, two executors of one core: %d s, exit code %d%n", (System.nanoTime() - begun) / 1_000_000_000, driver.exitValue());
        Files.readAllLines(folder.resolve("driver.log")).stream().filter(told -> told.startsWith("pass ") || told.startsWith("RebuildJob"))
                .forEach(System.out::println);
        return driver.exitValue();
    }

    /** Both nodes are killed once a quarter of the parts is done, and are back after 20 seconds. If the job gives up, it is told to resume. */
    private int runWithout(Path nodes, CassandraProfileStore store, RebuildTables tables) throws IOException, InterruptedException {
        Process driver = start();
        while (driver.isAlive() && (store.iterations().next().isEmpty() || tables.done(store.iterations().next().getAsLong()).size() < PARTS / 4)) {
            Thread.sleep(500);
        }
        cassandra(nodes, "kill", "2");
        cassandra(nodes, "kill", "1");
        Thread.sleep(20_000);
        cassandra(nodes, "start", "2");
        System.out.println("both nodes were killed, and are back");
        int code = end(driver);
        if (code != 0) {
            job.add("--resume");
            code = run();
        }
        return code;
    }

    private static void cassandra(Path script, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(words));
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IllegalStateException(command + " failed");
        }
    }

    private static boolean compare(ProfileStore expected, CassandraProfileStore store) {
        long same = 0;
        long other = 0;
        List<StoredProfile> page = expected.page(OptionalLong.empty(), 1_000);
        while (!page.isEmpty()) {
            for (StoredProfile profile : page) {
                boolean equal = Arrays.equals(profile.bytes(), store.get(profile.user()).orElse(new byte[0]));
                same += equal ? 1 : 0;
                other += equal ? 0 : 1;
            }
            page = expected.page(OptionalLong.of(page.get(page.size() - 1).user()), 1_000);
        }
        long more = store.usersWithin(Long.MIN_VALUE, Long.MAX_VALUE).length - same - other;
        System.out.printf("profiles equal to the command's, byte for byte: %d; others: %d; not there: %d%n", same, other, more);
        return other == 0 && more == 0;
    }
}
