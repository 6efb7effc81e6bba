package io.facecore.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.facecore.FaceId;
import io.facecore.Profile;
import io.facecore.ProfileStore;
import io.facecore.SpaceId;
import io.facecore.StoreBatch;
import io.facecore.cassandra.CassandraOptions;
import io.facecore.cassandra.CassandraProfileStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** The job on a real Cassandra, beside {@code facecore rebuild} on the same list. */
class RebuildJobIT {
    private static final Path ROOT = Path.of(System.getProperty("facecore.root")).toAbsolutePath().normalize();
    private static final SpaceId SPACE = SpaceId.parse("e37f9c1f75f50abd");
    private static final int ACCOUNTS = 20;
    private static final Path TARGET = Path.of("target").toAbsolutePath();

    private static CqlSession session;

    @TempDir
    Path folder;
    private String keyspace;
    private CassandraProfileStore store;

    @BeforeAll
    static void connect() {
        System.setProperty("spark.master", "local[2]");
        System.setProperty("spark.driver.bindAddress", "127.0.0.1");
        System.setProperty("spark.driver.host", "127.0.0.1");
        System.setProperty("spark.sql.shuffle.partitions", "4");
        session = CqlSession.builder().withConfigLoader(DriverConfigLoader.fromString(Driver.CASSANDRA)).build();
    }

    @AfterAll
    static void disconnect() {
        session.close();
    }

    @BeforeEach
    void make() throws IOException {
        keyspace = "rebuild_" + Long.toString(System.nanoTime(), 36);
        session.execute(SimpleStatement.newInstance("CREATE KEYSPACE " + keyspace + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
                .setTimeout(Duration.ofSeconds(60)));
        CassandraProfileStore.migrate(session, keyspace, SPACE);
        store = CassandraProfileStore.open(session, keyspace, SPACE, CassandraOptions.defaults().withReadDeadline(Duration.ofSeconds(30)));
        Files.writeString(folder.resolve("application.conf"), Driver.CASSANDRA);
        Albums.compose(ROOT.resolve("testdata/photos"), folder, ACCOUNTS);
    }

    @AfterEach
    void drop() {
        store.close();
        session.execute(SimpleStatement.newInstance("DROP KEYSPACE " + keyspace).setTimeout(Duration.ofSeconds(60)));
    }

    private String[] line(String... more) {
        List<String> line = new ArrayList<>(List.of(folder.resolve("accounts.jsonl").toString(), "--photos", folder.toString(), "--models",
                ROOT.resolve("models").toString(), "--keyspace", keyspace, "--cassandra", folder.resolve("application.conf").toString(), "--passes", "2",
                "--enough", "0"));
        line.addAll(List.of(more));
        // One of the tests gives way; on a machine that is busy all of them would wait for long.
        if (!line.remove("--idle")) {
            line.add("--normal-priority");
        }
        if (!line.contains("--parts")) {
            line.addAll(List.of("--parts", "4"));
        }
        return line.toArray(String[]::new);
    }

    /** Runs the command on the same list, into an embedded store. */
    private ProfileStore onOneMachine() throws IOException, InterruptedException {
        Path target = folder.resolve("store");
        List<String> command = List.of(ROOT.resolve("target/release/facecore").toString(), "rebuild", folder.resolve("accounts.jsonl").toString(), "--store",
                target.toString(), "--models", ROOT.resolve("models").toString(), "--passes", "2", "--enough", "0");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return ProfileStore.open(target, SPACE);
    }

    private void assertSame(ProfileStore expected) {
        int profiles = 0;
        for (long user = 1; user <= ACCOUNTS; user++) {
            byte[] there = expected.get(user).orElse(new byte[0]);
            assertArrayEquals(there, store.get(user).orElse(new byte[0]), "account " + user);
            profiles += there.length > 0 ? 1 : 0;
            Map<FaceId, byte[]> faces = expected.faces(user);
            Map<FaceId, byte[]> ours = store.faces(user);
            assertEquals(faces.keySet(), ours.keySet(), "account " + user);
            faces.forEach((face, bytes) -> assertArrayEquals(bytes, ours.get(face)));
        }
        assertTrue(profiles >= 15, profiles + " profiles");
    }

    @Test
    void itBuildsWhatTheCommandBuilds() throws Exception {
        Profile other = Profile.empty(SPACE, 128);
        store.write(new StoreBatch().put(77, other));
        PrintStream out = System.out;
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        System.setOut(new PrintStream(told, true, StandardCharsets.UTF_8));
        try {
            assertEquals(0, RebuildJob.run(line("--idle")));
        } finally {
            System.setOut(out);
        }
        try (ProfileStore expected = onOneMachine()) {
            assertSame(expected);
        }
        assertEquals(3, store.iterations().current());
        assertArrayEquals(other.toBytes(), store.get(77).orElseThrow(), "who is not in the list keeps the profile");
        String report = told.toString(StandardCharsets.UTF_8);
        assertTrue(report.contains("pass 1, ") && report.contains(" s: 20 accounts") && report.contains("1 profiles of others"), report);
        assertEquals(2, RebuildJob.run(line("--resume")), "it has ended");
    }

    @Test
    void aKilledDriverIsTakenUpAgain() throws Exception {
        Process driver = Driver.start("local[1]", TARGET, folder.resolve("driver.log"), line());
        try {
            awaitParts(driver, 2);
        } finally {
            driver.destroyForcibly().waitFor();
        }
        Map<Integer, Long> before = parts(2);
        assertTrue(before.size() < 5, "it was killed too late");
        assertEquals(1, store.iterations().current(), "nobody reads half a pass");
        assertEquals(2, RebuildJob.run(line()), "neither --resume nor --anew");
        assertEquals(0, RebuildJob.run(line("--resume")));
        Map<Integer, Long> after = parts(2);
        before.forEach((part, written) -> assertEquals(written, after.get(part), "part " + part + " was done again"));
        try (ProfileStore expected = onOneMachine()) {
            assertSame(expected);
        }
    }

    /** On the cluster of {@code cluster/spark}. */
    @Test
    @EnabledIfEnvironmentVariable(named = "SPARK_MASTER", matches = "spark:.*")
    void aKilledExecutorCostsNothing() throws Exception {
        String[] line = line("--parts", "20", "--max-photos-per-second", "8", "--cache", folder.resolve("cache").toString());
        Process driver = Driver.start(System.getenv("SPARK_MASTER"), TARGET, folder.resolve("driver.log"), line);
        try {
            awaitParts(driver, 3);
            List<ProcessHandle> executors = executors();
            assertEquals(2, executors.size());
            executors.get(0).destroyForcibly();
            assertTrue(driver.waitFor(5, TimeUnit.MINUTES), "it does not end");
            assertEquals(0, driver.exitValue(), log());
        } finally {
            driver.destroyForcibly().waitFor();
        }
        assertEquals(21, parts(3).size());
        try (ProfileStore expected = onOneMachine()) {
            assertSame(expected);
        }
    }

    private static List<ProcessHandle> executors() {
        return ProcessHandle.allProcesses().filter(process -> process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
                .collect(Collectors.toList());
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("driver.log"));
        } catch (IOException error) {
            return error.toString();
        }
    }

    private void awaitParts(Process driver, int count) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (parts(2).size() < count) {
            assertTrue(driver.isAlive(), () -> "it ended too soon: " + log());
            assertTrue(System.nanoTime() < end, "no part is done");
            Thread.sleep(5);
        }
    }

    @Test
    void whatFailsIsNamedAndCostsNoMore() throws Exception {
        byte[] known = Profile.empty(SPACE, 128).toBytes();
        store.write(new StoreBatch().put(3, SPACE, known));
        Albums.poison(ROOT.resolve("testdata/hostile"), folder, 1);
        Albums.loseAllPhotos(folder, 3);
        Albums.mistype(folder, 5);
        assertEquals(2, RebuildJob.run(line()), "more than a share of 0.05 failed");
        assertEquals(1, store.iterations().current());
        assertEquals(1, RebuildJob.run(line("--resume", "--may-fail", "0.5")));
        assertArrayEquals(known, store.get(3).orElseThrow(), "nobody knows what is on its photos");
        assertTrue(store.get(1).isPresent(), "its other photos are enough");
        List<String> failures = new ArrayList<>();
        session.execute("SELECT account, file, message FROM " + keyspace + ".rebuild_failures WHERE iteration = 2 ALLOW FILTERING")
                .forEach(row -> failures.add(row.getLong(0) + " " + row.getString(1) + ": " + row.getString(2)));
        for (String expected : List.of("1 empty.jpg: ", "1 text.jpg: ", "1 huge.png: ", "1 pipe.jpg: java.io.IOException: this is no file", "1 missing.jpg: ",
                "3 null: not one of its photos",
                "1 : java.lang.IllegalArgumentException", "5 null: photo 500: its source is camera or phone, not telephone")) {
            assertTrue(failures.stream().anyMatch(failure -> failure.startsWith(expected)), expected + " is not among " + failures);
        }
    }

    @Test
    void aFieldThatNoAccountHasIsRefused() throws Exception {
        PrintStream err = System.err;
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
        try {
            for (String[] typed : new String[][] {{"friends", "freinds"}, {"manual_tags", "manual_tag"}}) {
                Albums.compose(ROOT.resolve("testdata/photos"), folder, ACCOUNTS);
                Albums.rename(folder, 6, typed[0], typed[1]);
                assertEquals(2, RebuildJob.run(line()));
                assertTrue(
                        told.toString(StandardCharsets.UTF_8).contains("no account has a field ") && told.toString(StandardCharsets.UTF_8).contains(typed[1]),
                        told.toString(StandardCharsets.UTF_8));
            }
            Albums.cut(folder, 6);
            assertEquals(2, RebuildJob.run(line()));
            assertTrue(told.toString(StandardCharsets.UTF_8).contains("a line is not a JSON object"), told.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(err);
        }
        assertTrue(store.iterations().next().isEmpty(), "nothing was begun");
    }

    /** The parts of an iteration that are done, and when they were written. */
    private Map<Integer, Long> parts(long iteration) {
        Map<Integer, Long> parts = new java.util.TreeMap<>();
        try {
            session.execute("SELECT part, writetime(accounts) FROM " + keyspace + ".rebuild_parts WHERE iteration = " + iteration)
                    .forEach(row -> parts.put(row.getInt(0), row.getLong(1)));
        } catch (com.datastax.oss.driver.api.core.DriverException notYet) {
            // The job has not made its tables yet, or is making them.
        }
        return parts;
    }
}
