package io.facecore.benchmarks;

import io.facecore.ProfileStore;
import io.facecore.SpaceId;
import io.facecore.StoreBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The profiles of 100 friends in one call, from a store of a million, alone and while another process writes; facecore-jni/bench-store runs it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 3)
public class StoreBenchmark {
    private static final SpaceId SPACE = SpaceId.parse("6120737061636521");
    private static final int USERS = 1_000_000;
    private static final int BATCH = 10_000;

    /** Whether another process writes meanwhile. */
    @Param({"false", "true"})
    public boolean writer;

    /** Friends are any of so many users: of all, most of the time is waiting for memory. */
    @Param({"10000", "1000000"})
    public int among;

    private final SplittableRandom random = new SplittableRandom(1);
    private final long[] friends = new long[100];
    private ProfileStore store;
    private Process other;

    /** Opens the store, which is filled if it is empty, and starts the writer. */
    @Setup
    public void open() throws IOException {
        Path folder = Path.of(System.getProperty("facecore.store"));
        store = ProfileStore.open(folder, SPACE);
        for (int first = (int) store.size().profiles(); first < USERS; first += BATCH) {
            StoreBatch batch = new StoreBatch();
            for (long user = first; user < first + BATCH; user++) {
                byte[] profile = new byte[544];
                new java.util.Random(user).nextBytes(profile);
                batch.put(user, SPACE, profile);
            }
            store.write(batch);
        }
        if (writer) {
            other = new ProcessBuilder(System.getProperty("facecore.writer"), folder.toString(), "--write-until-killed").inheritIO().start();
        }
    }

    /** Ends the writer and closes the store. */
    @TearDown
    public void close() throws InterruptedException {
        if (other != null) {
            if (!other.isAlive()) {
                throw new IllegalStateException("the writer ended");
            }
            other.destroyForcibly().waitFor();
        }
        store.close();
    }

    /** The profiles of 100 friends. */
    @Benchmark
    public List<Optional<byte[]>> getMany() {
        for (int i = 0; i < friends.length; i++) {
            friends[i] = random.nextInt(among);
        }
        return store.getMany(friends);
    }
}
