package io.facecore.spark;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.facecore.FaceEngine;
import io.facecore.SpaceId;
import io.facecore.cassandra.CassandraProfileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The whole system on one machine: two nodes, two workers, the page; a rebuild while somebody uploads. {@code make cluster-demo} runs it. */
final class Demo {
    private static final int ALONE = 30;

    private final Page page;
    private final byte[] photo;

    private Demo(Page page, byte[] photo) {
        this.page = page;
        this.photo = photo;
    }

    /** The root of the repository, a folder for what is written, how many accounts; and a folder with a folder a person, or nothing. */
    public static void main(String[] line) throws Exception {
        Path root = Path.of(line[0]).toAbsolutePath();
        Path folder = Files.createDirectories(Path.of(line[1]).toAbsolutePath());
        Path photos = line.length > 3 ? Path.of(line[3]).toAbsolutePath() : folder;
        if (line.length > 3) {
            Albums.ofPeople(photos, folder, Integer.parseInt(line[2]));
        } else {
            Albums.compose(root.resolve("testdata/photos"), folder, Integer.parseInt(line[2]));
        }
        Files.writeString(folder.resolve("application.conf"), Driver.CASSANDRA);
        String keyspace = "demo_" + Long.toString(System.currentTimeMillis(), 36);
        make(keyspace, root);
        int port = Integer.parseInt(System.getenv().getOrDefault("CASSANDRA_PORT", "19042"));
        try (Page page = Page.start(root, folder.resolve("page"), keyspace, port)) {
            page.join("Visitor");
            Demo demo = new Demo(page, Files.readAllBytes(root.resolve("testdata/photos/obama.jpg")));
            List<Double> alone = new ArrayList<>();
            int refused = 0;
            for (int i = 0; i < ALONE; i++) {
                refused += demo.upload(alone);
            }
            Process job = Driver.start(System.getenv("SPARK_MASTER"), Path.of(System.getProperty("module")), folder.resolve("driver.log"),
                    folder.resolve("accounts.jsonl").toString(), "--photos", photos.toString(), "--models", root.resolve("models").toString(), "--keyspace",
                    keyspace, "--cassandra", folder.resolve("application.conf").toString(), "--two-replicas", "--parts", "40", "--passes", "2", "--enough",
                    "0");
            long begun = System.nanoTime();
            List<Double> beside = new ArrayList<>();
            while (job.isAlive()) {
                refused += demo.upload(beside);
            }
            System.out.printf("%nThe rebuild took %d s, exit code %d:%n", (System.nanoTime() - begun) / 1_000_000_000, job.exitValue());
            Files.readAllLines(folder.resolve("driver.log")).stream().filter(told -> told.startsWith("pass ") || told.startsWith("RebuildJob"))
                    .forEach(System.out::println);
            System.out.println("\n| uploads | how many | p50, ms | p99, ms |\n|---|--:|--:|--:|");
            row("alone", alone);
            row("beside the rebuild", beside);
            System.out.println(refused + " uploads were refused");
            System.exit(job.exitValue() == 0 && refused == 0 ? 0 : 1);
        }
    }

    private static void make(String keyspace, Path root) {
        SpaceId space;
        try (FaceEngine engine = FaceEngine.open(root.resolve("models"))) {
            space = engine.space().orElseThrow();
        }
        try (CqlSession session = CqlSession.builder().withConfigLoader(DriverConfigLoader.fromString(Driver.CASSANDRA)).build()) {
            session.execute(
                    SimpleStatement.newInstance("CREATE KEYSPACE " + keyspace + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}")
                            .setTimeout(Duration.ofSeconds(60)));
            CassandraProfileStore.migrate(session, keyspace, space);
        }
    }

    /** A photo that the page has not seen; returns 1 if it was refused. */
    private int upload(List<Double> times) throws IOException, InterruptedException {
        byte[] another = java.util.Arrays.copyOf(photo, photo.length + 4);
        java.nio.ByteBuffer.wrap(another, photo.length, 4).putInt(times.size() + 1);
        Thread.sleep(200);
        long begun = System.nanoTime();
        int status = page.upload(another);
        times.add((System.nanoTime() - begun) / 1e6);
        return status == 200 ? 0 : 1;
    }

    private static void row(String name, List<Double> times) {
        List<Double> sorted = times.stream().sorted().toList();
        double last = sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1);
        System.out.printf("| %s | %d | %.0f | %.0f |%n", name, sorted.size(), sorted.get(sorted.size() / 2), last);
    }
}
