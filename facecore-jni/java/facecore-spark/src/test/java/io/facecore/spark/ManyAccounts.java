package io.facecore.spark;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.facecore.AlbumFace;
import io.facecore.AlbumPhoto;
import io.facecore.BoundingBox;
import io.facecore.Embedding;
import io.facecore.FaceEngine;
import io.facecore.FaceId;
import io.facecore.SpaceId;
import io.facecore.StoreBatch;
import io.facecore.StoredFace;
import io.facecore.cassandra.CassandraOptions;
import io.facecore.cassandra.CassandraProfileStore;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;

/**
 * The memory of executors while they build many accounts of faces that nobody has: a table; {@code cluster/memory} runs it. The store has the faces already, so
 * no photo is read.
 */
final class ManyAccounts {
    private static final int PARTS = 100;
    private static final int PHOTOS = 4;
    private static final int FRIENDS = 10;

    private final int accounts;
    private final Path folder;
    private final Random random = new Random(20);

    private ManyAccounts(int accounts, Path folder) {
        this.accounts = accounts;
        this.folder = folder;
    }

    /** Models, a folder, the number of accounts. */
    public static void main(String[] line) throws Exception {
        Path folder = Files.createDirectories(Path.of(line[1]));
        ManyAccounts many = new ManyAccounts(Integer.parseInt(line[2]), folder);
        Files.writeString(folder.resolve("application.conf"), Driver.CASSANDRA);
        SpaceId space;
        try (FaceEngine engine = FaceEngine.open(Path.of(line[0]))) {
            space = engine.space().orElseThrow();
        }
        String keyspace = "many_" + Long.toString(System.currentTimeMillis(), 36);
        try (CqlSession session = CqlSession.builder().withConfigLoader(DriverConfigLoader.fromString(Driver.CASSANDRA)).build()) {
            session.execute(
                    SimpleStatement.newInstance("CREATE KEYSPACE " + keyspace + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
                            .setTimeout(Duration.ofSeconds(60)));
            CassandraProfileStore.migrate(session, keyspace, space);
            CassandraProfileStore store = CassandraProfileStore.open(session, keyspace, space, CassandraOptions.defaults());
            many.write(store, space);
            System.exit(many.watch(line[0], keyspace, store, new RebuildTables(session, keyspace)));
        }
    }

    /** The list, and the owner's face in the store for each of its photos. */
    private void write(CassandraProfileStore store, SpaceId space) throws IOException {
        BoundingBox box = new BoundingBox(10, 10, 90, 110);
        try (BufferedWriter list = Files.newBufferedWriter(folder.resolve("accounts.jsonl"))) {
            StoreBatch batch = new StoreBatch();
            for (long account = 1; account <= accounts; account++) {
                float[] owner = direction(new float[128], 1);
                StringJoiner photos = new StringJoiner(",", "[", "]");
                for (int i = 0; i < PHOTOS; i++) {
                    long photo = account * PHOTOS + i;
                    photos.add("{\"id\":" + photo + ",\"file\":\"none.jpg\"}");
                    AlbumFace face = new AlbumFace(Embedding.of(space, direction(owner, 0.6f)), 80, 0.999f);
                    batch.putFace(account, new FaceId(photo, 0), StoredFace.of(new AlbumPhoto(photo), face, box, 0.8f));
                }
                StringJoiner friends = new StringJoiner(",", "[", "]");
                random.ints(FRIENDS, 1, accounts + 1).forEach(friend -> friends.add(Integer.toString(friend)));
                list.write("{\"id\":" + account + ",\"friends\":" + friends + ",\"photos\":" + photos + "}\n");
                if (batch.size() >= 1_000 || account == accounts) {
                    store.write(batch);
                    batch = new StoreBatch();
                }
            }
        }
    }

    /** A unit vector near {@code from}. */
    private float[] direction(float[] from, float noise) {
        float[] values = new float[from.length];
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = from[i] + noise * (float) (random.nextGaussian() / Math.sqrt(values.length));
            sum += values[i] * values[i];
        }
        for (int i = 0; i < values.length; i++) {
            values[i] /= (float) Math.sqrt(sum);
        }
        return values;
    }

    private int watch(String models, String keyspace, CassandraProfileStore store, RebuildTables tables) throws IOException, InterruptedException {
        Process driver = Driver.start(System.getenv("SPARK_MASTER"), Path.of(System.getProperty("module")), folder.resolve("driver.log"),
                folder.resolve("accounts.jsonl").toString(), "--photos", folder.toString(), "--models", models, "--keyspace", keyspace, "--cassandra",
                folder.resolve("application.conf").toString(), "--parts", Integer.toString(PARTS), "--passes", "2", "--enough", "0", "--normal-priority",
                "--cache", folder.resolve("cache").toString());
        System.out.println("| pass | accounts | executors' own memory, MB | with the files they map |\n|--:|--:|--:|--:|");
        long told = -1;
        while (!driver.waitFor(500, TimeUnit.MILLISECONDS)) {
            if (store.iterations().next().isEmpty()) {
                continue;
            }
            long iteration = store.iterations().next().getAsLong();
            long done = tables.done(iteration).size();
            if (done > 0 && done % (PARTS / 10) == 0 && told != iteration * PARTS + done) {
                told = iteration * PARTS + done;
                System.out.printf("| %d | %,d | %s | %s |%n", iteration - 1, done * accounts / PARTS, memory("RssAnon"), memory("VmRSS"));
            }
        }
        Files.readAllLines(folder.resolve("driver.log")).stream().filter(line -> line.startsWith("pass ") || line.startsWith("RebuildJob"))
                .forEach(System.out::println);
        return driver.exitValue();
    }

    private static String memory(String kind) {
        StringJoiner each = new StringJoiner(", ");
        ProcessHandle.allProcesses().map(process -> Path.of("/proc/" + process.pid())).filter(ManyAccounts::isExecutor).forEach(process -> {
            try (var lines = Files.lines(process.resolve("status"))) {
                lines.filter(line -> line.startsWith(kind)).forEach(line -> each.add(Long.toString(Long.parseLong(line.replaceAll("\\D", "")) / 1024)));
            } catch (IOException ended) {
                each.add("ended");
            }
        });
        return each.toString();
    }

    private static boolean isExecutor(Path process) {
        try {
            return List.of(Files.readString(process.resolve("cmdline")).split("\0")).contains("org.apache.spark.executor.CoarseGrainedExecutorBackend");
        } catch (IOException ended) {
            return false;
        }
    }
}
