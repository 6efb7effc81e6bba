package io.facecore.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.facecore.FaceCoreException;
import io.facecore.PartialProfiles;
import io.facecore.ProfileRepository;
import io.facecore.SpaceId;
import io.facecore.StoreBatch;
import io.facecore.StoredProfile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/**
 * What nodes and writers that are killed cost, with two nodes and two replicas: a table. {@code cluster/faults} runs it; an exit code of 1 means that
 * something acknowledged was lost, or something erased came back.
 */
final class Faults {
    private static final SpaceId SPACE = SpaceId.parse("e37f9c1f75f50abd");
    private static final int BATCH = 50;
    private static final CassandraOptions OPTIONS = CassandraOptions.forTwoReplicas().withWriteDeadline(Duration.ofSeconds(90))
            .withReadDeadline(Duration.ofSeconds(60));

    private final String script;
    private final CqlSession session;
    private final String keyspace;
    private boolean failed;

    private Faults(String script, CqlSession session, String keyspace) {
        this.script = script;
        this.session = session;
        this.keyspace = keyspace;
    }

    public static void main(String[] arguments) throws Exception {
        try (CqlSession session = Cluster.session()) {
            if (arguments[0].equals("write")) {
                writeUntilKilled(session, arguments[1]);
            }
            Faults faults = new Faults(arguments[0], session, Cluster.keyspace(session, 2));
            CassandraProfileStore.migrate(session, faults.keyspace, SPACE);
            System.out.println("| fault | acknowledged | refused | lost | twice | seconds |");
            System.out.println("|---|--:|--:|--:|--:|--:|");
            faults.aNodeIsKilled();
            faults.allNodesAreAway();
            faults.theWriterIsKilled();
            faults.anErasureDuringARebuild();
            System.exit(faults.failed ? 1 : 0);
        }
    }

    private CassandraProfileStore open() {
        return CassandraProfileStore.open(session, keyspace, SPACE, OPTIONS);
    }

    private static byte[] value(long user) {
        return Arrays.copyOf(Long.toString(user).getBytes(StandardCharsets.US_ASCII), 544);
    }

    private void cluster(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script));
        command.addAll(List.of(words));
        int code = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        if (code != 0) {
            throw new IllegalStateException(command + " ended with " + code);
        }
    }

    /** Writes batches from a first user on, one after the other, until told to stop. */
    private static final class Writer extends Thread {
        final List<Long> acknowledged = new ArrayList<>();
        final AtomicLong refused = new AtomicLong();
        final AtomicBoolean stop = new AtomicBoolean();
        private final ProfileRepository store;
        private final long first;

        Writer(ProfileRepository store, long first) {
            this.store = store;
            this.first = first;
            start();
        }

        @Override
        public void run() {
            for (long user = first; !stop.get(); user += BATCH) {
                StoreBatch batch = new StoreBatch();
                for (long one = user; one < user + BATCH; one++) {
                    batch.put(one, SPACE, value(one));
                }
                try {
                    store.write(batch);
                    acknowledged.add(user);
                } catch (FaceCoreException away) {
                    refused.incrementAndGet();
                }
            }
        }

        List<Long> end() throws InterruptedException {
            stop.set(true);
            join();
            return acknowledged;
        }
    }

    private static long lost(ProfileRepository store, List<Long> batches) {
        long lost = 0;
        for (long first : batches) {
            List<Optional<byte[]>> found = store.getMany(LongStream.range(first, first + BATCH).toArray());
            for (int i = 0; i < BATCH; i++) {
                lost += Arrays.equals(value(first + i), found.get(i).orElse(null)) ? 0 : 1;
            }
        }
        return lost;
    }

    /** Users that are on two pages. */
    private static long twice(ProfileRepository store) {
        Set<Long> seen = new HashSet<>();
        long twice = 0;
        OptionalLong after = OptionalLong.empty();
        for (List<StoredProfile> page; !(page = store.page(after, 5_000)).isEmpty(); after = OptionalLong.of(page.get(page.size() - 1).user())) {
            for (StoredProfile profile : page) {
                twice += seen.add(profile.user()) ? 0 : 1;
            }
        }
        return twice;
    }

    private void row(String fault, long acknowledged, long refused, long lost, long twice, long start) {
        failed |= lost + twice > 0 || acknowledged == 0;
        System.out.printf("| %s | %,d | %,d | %d | %d | %d |%n", fault, acknowledged, refused, lost, twice, (System.nanoTime() - start) / 1_000_000_000);
    }

    private void aNodeIsKilled() throws Exception {
        long start = System.nanoTime();
        CassandraProfileStore store = open();
        Writer writer = new Writer(store, 0);
        Thread.sleep(3_000);
        cluster("kill", "2");
        Thread.sleep(5_000);
        PartialProfiles there = store.getManyWithin(new long[] {0, 1, 2}, Duration.ofSeconds(5));
        PartialProfiles nobody = store.getManyWithin(new long[] {-1}, Duration.ofMillis(500));
        failed |= !there.isComplete() || nobody.isComplete();
        cluster("start", "2");
        Thread.sleep(2_000);
        List<Long> acknowledged = writer.end();
        row("node 2 killed and back, writes going on; " + (there.isComplete() ? "profiles read" : "PROFILES NOT READ") + " meanwhile, a missing one "
                + (nobody.isComplete() ? "ANSWERED" : "without an answer"), acknowledged.size() * BATCH, writer.refused.get(), lost(store, acknowledged),
                twice(store), start);
        System.out.println("| … " + store.metrics() + " | | | | | |");
    }

    private void allNodesAreAway() throws Exception {
        long start = System.nanoTime();
        CassandraProfileStore store = open();
        Writer writer = new Writer(store, 10_000_000);
        Thread.sleep(3_000);
        cluster("kill", "2");
        cluster("kill", "1");
        Thread.sleep(10_000);
        PartialProfiles none = store.getManyWithin(new long[] {10_000_000, 10_000_001}, Duration.ofMillis(200));
        failed |= none.missing() != 2;
        Thread.sleep(10_000);
        cluster("start", "2");
        Thread.sleep(5_000);
        List<Long> acknowledged = writer.end();
        row("both nodes killed, back after 20 s; reads said that they had no answer", acknowledged.size() * BATCH, writer.refused.get(),
                lost(store, acknowledged), twice(store), start);
        System.out.println("| … " + store.metrics() + " | | | | | |");
    }

    private static void writeUntilKilled(CqlSession session, String keyspace) {
        ProfileRepository store = CassandraProfileStore.open(session, keyspace, SPACE, OPTIONS);
        for (long user = 20_000_000;; user += BATCH) {
            StoreBatch batch = new StoreBatch();
            for (long one = user; one < user + BATCH; one++) {
                batch.put(one, SPACE, value(one));
            }
            store.write(batch);
            System.out.println(user);
        }
    }

    private void theWriterIsKilled() throws Exception {
        long start = System.nanoTime();
        List<Long> acknowledged = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            Process other = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-cp", System.getProperty("java.class.path"),
                    Faults.class.getName(), "write", keyspace)
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            BufferedReader lines = new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.US_ASCII));
            for (int line = 0; line < 50 + 37 * round; line++) {
                acknowledged.add(Long.parseLong(lines.readLine()));
            }
            other.toHandle().destroyForcibly();
            other.waitFor();
        }
        CassandraProfileStore store = open();
        row("writer killed, 3 times", acknowledged.size() * BATCH, 0, lost(store, acknowledged), twice(store), start);
    }

    private void anErasureDuringARebuild() throws Exception {
        long start = System.nanoTime();
        CassandraProfileStore store = open();
        CassandraProfileStore hasty = CassandraProfileStore.open(session, keyspace, SPACE, OPTIONS.withWriteDeadline(Duration.ofSeconds(3)));
        long next = store.begin();
        StoreBatch rebuilt = new StoreBatch();
        StoreBatch erased = new StoreBatch();
        for (long user = 0; user < 40; user++) {
            rebuilt.putNext(user, SPACE, value(user));
            if (user < 20) {
                erased.erase(user);
            }
        }
        store.write(rebuilt);
        cluster("kill", "2");
        long refused = 0;
        try {
            hasty.write(erased);
        } catch (FaceCoreException away) {
            refused++;
        }
        cluster("start", "2");
        store.write(erased);
        store.write(rebuilt);
        store.switchTo(next);
        // Node 2, which was away, is asked alone.
        cluster("kill", "1");
        CassandraProfileStore alone = CassandraProfileStore.open(session, keyspace, SPACE, OPTIONS.withConfirm(DefaultConsistencyLevel.LOCAL_ONE));
        long back = 0;
        for (long user = 0; user < 20; user++) {
            back += alone.get(user).isPresent() ? 1 : 0;
        }
        cluster("start", "2");
        long lost = back;
        for (long user = 20; user < 40; user++) {
            lost += store.get(user).isPresent() ? 0 : 1;
        }
        row("20 users erased during a rebuild, node 2 away and back; erased ones that came back: " + back, 20, refused, lost, twice(store), start);
    }
}
