package io.facecore.spark;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.facecore.ProfileStore;
import io.facecore.SpaceId;
import io.facecore.StoredProfile;
import io.facecore.cassandra.CassandraOptions;
import io.facecore.cassandra.CassandraProfileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** The job on real albums, beside what {@code facecore rebuild} made of the same list: {@code cluster/rebuild} runs it. Exit code 1: they differ. */
final class Comparison {
    private Comparison() {}

    /** List, photos, models, model, space, the command's store, a folder for what is written meanwhile. */
    public static void main(String[] line) throws Exception {
        SpaceId space = SpaceId.parse(line[4]);
        Path folder = Files.createDirectories(Path.of(line[6]));
        String settings = Driver.CASSANDRA;
        Files.writeString(folder.resolve("application.conf"), settings);
        String keyspace = "comparison_" + Long.toString(System.currentTimeMillis(), 36);
        try (CqlSession session = CqlSession.builder().withConfigLoader(DriverConfigLoader.fromString(settings)).build();
                ProfileStore expected = ProfileStore.open(Path.of(line[5]), space)) {
            session.execute(
                    SimpleStatement.newInstance("CREATE KEYSPACE " + keyspace + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
                            .setTimeout(Duration.ofSeconds(60)));
            CassandraProfileStore.migrate(session, keyspace, space);
            long begun = System.nanoTime();
            Process driver = Driver.start(System.getenv("SPARK_MASTER"), Path.of(System.getProperty("module")), folder.resolve("driver.log"), line[0],
                    "--photos", line[1], "--models", line[2], "--model", line[3], "--keyspace", keyspace, "--cassandra",
                    folder.resolve("application.conf").toString(),
                    "--parts", "40", "--passes", "2", "--enough", "0", "--normal-priority", "--cache", folder.resolve("cache").toString());
            int code = driver.waitFor();
            System.out.printf("Spark, two executors of one core: %d s, exit code %d%n", (System.nanoTime() - begun) / 1_000_000_000, code);
            Files.readAllLines(folder.resolve("driver.log")).stream().filter(told -> told.startsWith("pass ")).forEach(System.out::println);
            CassandraProfileStore store = CassandraProfileStore.open(session, keyspace, space, CassandraOptions.defaults());
            System.exit(compare(expected, store) && code == 0 ? 0 : 1);
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
