package io.facecore.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import io.facecore.Durability;
import io.facecore.ProfileRepository;
import io.facecore.ProfileStore;
import io.facecore.SpaceId;
import io.facecore.StoreBatch;
import io.facecore.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** How long reads of 100 friends take, one after the other: a table. {@code cluster/reads} runs it. */
final class Reads {
    private static final SpaceId SPACE = SpaceId.parse("e37f9c1f75f50abd");
    private static final int PROFILES = 100_000;
    private static final int BYTES = 544;
    private static final int FRIENDS = 100;
    private static final int ROUNDS = 2_000;

    private Reads() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("facecore-reads");
        CassandraOptions options = CassandraOptions.defaults().withWriteDeadline(Duration.ofMinutes(2));
        try (CqlSession session = Cluster.session();
                ProfileStore embedded = ProfileStore.open(folder.resolve("store"), SPACE, StoreOptions.defaults().withDurability(Durability.PROCESS))) {
            String keyspace = Cluster.keyspace(session, 1);
            CassandraProfileStore.migrate(session, keyspace, SPACE);
            System.out.println("| 100 friends of " + PROFILES + " | p50, ms | p99, ms |");
            System.out.println("|---|--:|--:|");
            fill(embedded);
            measure("embedded store (LMDB)", embedded);
            try (CassandraProfileStore cassandra = CassandraProfileStore.open(session, keyspace, SPACE, options)) {
                fill(cassandra);
                measure("Cassandra, warm", cassandra);
            }
            CassandraOptions cached = options.withCache(folder.resolve("cache"), 2 * PROFILES, Duration.ofHours(1));
            try (CassandraProfileStore cassandra = CassandraProfileStore.open(session, keyspace, SPACE, cached)) {
                read(cassandra, everybody());
                measure("Cassandra behind a full cache", cassandra);
            }
        } finally {
            delete(folder);
        }
    }

    private static long[] everybody() {
        long[] users = new long[PROFILES];
        Arrays.setAll(users, i -> i);
        return users;
    }

    /** Values that do not compress, as profiles do not. */
    private static void fill(ProfileRepository store) {
        Random random = new Random(1);
        for (int first = 0; first < PROFILES; first += 1_000) {
            StoreBatch batch = new StoreBatch();
            for (int user = first; user < first + 1_000; user++) {
                byte[] profile = new byte[BYTES];
                random.nextBytes(profile);
                batch.put(user, SPACE, profile);
            }
            store.write(batch);
        }
    }

    private static void read(ProfileRepository store, long[] users) {
        for (int from = 0; from < users.length; from += 1_000) {
            store.getMany(Arrays.copyOfRange(users, from, Math.min(users.length, from + 1_000)));
        }
    }

    private static void measure(String name, ProfileRepository store) {
        Random random = new Random(2);
        long[] times = new long[ROUNDS];
        // The first half warms caches and the compiler up.
        for (int round = -ROUNDS; round < ROUNDS; round++) {
            long[] friends = random.longs(FRIENDS, 0, PROFILES).toArray();
            long start = System.nanoTime();
            if (store.getMany(friends).stream().anyMatch(Optional::isEmpty)) {
                throw new IllegalStateException("a profile is missing");
            }
            if (round >= 0) {
                times[round] = System.nanoTime() - start;
            }
        }
        Arrays.sort(times);
        System.out.printf("| %s | %.2f | %.2f |%n", name, times[ROUNDS / 2] / 1e6, times[ROUNDS * 99 / 100] / 1e6);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        }
    }
}
