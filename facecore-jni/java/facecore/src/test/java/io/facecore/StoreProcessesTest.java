package io.facecore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two JVMs and a Rust process in one folder. */
class StoreProcessesTest {
    private static final SpaceId SPACE = SpaceId.parse("6120737061636521");
    private static final StoreOptions OPTIONS = StoreOptions.defaults().withDurability(Durability.PROCESS);
    private static final Path LIBRARY = Path.of(System.getProperty("facecore.library.path"));

    @TempDir
    Path folder;

    private ProfileStore open() {
        return ProfileStore.open(folder.resolve("store"), SPACE, OPTIONS);
    }

    private Process start(List<String> program, String... role) throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(folder.resolve("store").toString(), SPACE.toString()));
        command.addAll(Arrays.asList(role));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static List<String> jvm() {
        Path target = Data.ROOT.resolve("facecore-jni/java/facecore/target");
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xcheck:jni", "-Dfacecore.library.path=" + LIBRARY, "-cp",
                target.resolve("classes") + ":" + target.resolve("test-classes"), StoreProbe.class.getName());
    }

    private static List<String> rust() {
        return List.of(LIBRARY.resolve("store_peer").toString());
    }

    private static String output(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    private static void isThere(ProfileStore store, long first, long count) {
        for (long user = first; user < first + count; user++) {
            assertArrayEquals(StoreProbe.value(user), store.get(user).orElseThrow());
        }
    }

    @Test
    void othersReadWhatOneWrites() throws Exception {
        final int rounds = 500;
        try (ProfileStore store = open()) {
            List<Process> readers = List.of(start(jvm(), "follow"), start(rust(), "follow"));
            List<Writer> told = new ArrayList<>();
            readers.forEach(reader -> told.add(new OutputStreamWriter(reader.getOutputStream(), StandardCharsets.US_ASCII)));
            for (long user = 1_000; user < 1_000 + rounds; user++) {
                StoreBatch batch = new StoreBatch().put(user, SPACE, StoreProbe.value(user));
                for (long shared : StoreProbe.SHARED) {
                    batch.put(shared, SPACE, StoreProbe.value(user));
                }
                store.write(batch);
                for (Writer reader : told) {
                    reader.write(user + "\n");
                    reader.flush();
                }
                if (user % 100 == 50) {
                    store.compact();
                }
            }
            for (Writer reader : told) {
                reader.close();
            }
            for (Process reader : readers) {
                assertEquals("followed " + rounds, output(reader));
            }
            isThere(store, 1_000, rounds);
            assertTrue(store.verify().damage().isEmpty());
        }
    }

    @Test
    void threeWriteByTurns() throws Exception {
        final int count = 300;
        try (ProfileStore store = open()) {
            List<Process> others = List.of(start(jvm(), "write", "10000", "" + count), start(rust(), "write", "20000", "" + count));
            for (long user = 0; user < count; user++) {
                assertTrue(store.write(new StoreBatch().put(user, SPACE, StoreProbe.value(user)))[0]);
            }
            for (Process other : others) {
                assertEquals(count, output(other).lines().count());
            }
            for (long first : new long[] {0, 10_000, 20_000}) {
                isThere(store, first, count);
            }
            assertEquals(3 * count, store.size().profiles());
            assertTrue(store.verify().damage().isEmpty());
        }
    }

    /** Both are killed after some hundred writes, while this JVM writes too. */
    @Test
    void whatAKilledWriterAcknowledgedIsThere() throws Exception {
        try (ProfileStore store = open()) {
            List<Process> others = List.of(start(jvm(), "write", "10000000", "1000000"), start(rust(), "write", "20000000", "1000000"));
            long user = 0;
            for (Process other : others) {
                BufferedReader lines = new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.US_ASCII));
                String first = lines.readLine();
                for (int line = 0; line < 200; line++, user++) {
                    lines.readLine();
                    store.write(new StoreBatch().put(user, SPACE, StoreProbe.value(user)));
                }
                // Unlike Process.destroyForcibly, this leaves what it said to be read.
                other.toHandle().destroyForcibly();
                // Even a line that is cut short was begun after its user was written.
                long written = 201 + lines.lines().count();
                other.waitFor();
                isThere(store, Long.parseLong(first), written);
            }
            isThere(store, 0, user);
            store.write(new StoreBatch().put(user, SPACE, StoreProbe.value(user)));
            assertTrue(store.verify().damage().isEmpty());
        }
    }
}
