package io.facecore.benchmarks;

import io.facecore.AlbumPhoto;
import io.facecore.AlbumReader;
import io.facecore.DetectOptions;
import io.facecore.Detector;
import io.facecore.EngineOptions;
import io.facecore.FaceEngine;
import io.facecore.Photo;
import io.facecore.ThreadPriority;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How long an upload takes while a rebuild has all cores, with and without {@link ThreadPriority#setIdle}: a table. Uploads come one at a time, each some time
 * after the last; the rebuild is a JVM of its own, as an executor is, and reads photos on as many threads as there are processors. Arguments: the models'
 * folder and a photo; rounds of all kinds in turn.
 */
public final class Lanes {
    private static final int ROUNDS = 5;
    private static final int UPLOADS = 200;
    private static final long PAUSE = 60;

    private enum Beside { NOTHING, IDLE, NORMAL }

    private enum Networks {
        FACENET("MTCNN and FaceNet", EngineOptions.DEFAULT),
        SFACE("YuNet and SFace", EngineOptions.DEFAULT.withDetector(Detector.YUNET).withModel("sface"));

        final String told;
        final EngineOptions options;

        Networks(String told, EngineOptions options) {
            this.told = told;
            this.options = options;
        }
    }

    /** p50 and p99 of uploads, in milliseconds. */
    private static final class Times {
        final double p50;
        final double p99;

        Times(double p50, double p99) {
            this.p50 = p50;
            this.p99 = p99;
        }

        static Times medians(List<Times> rounds) {
            return new Times(rounds.stream().mapToDouble(its -> its.p50).sorted().toArray()[ROUNDS / 2],
                    rounds.stream().mapToDouble(its -> its.p99).sorted().toArray()[ROUNDS / 2]);
        }
    }

    private final AlbumReader reader;
    private final byte[] photo;

    private Lanes(AlbumReader reader, Path photo) throws IOException {
        this.reader = reader;
        this.photo = Files.readAllBytes(photo);
    }

    /**
     * Prints the table; with two more arguments, which it gives to itself, it is the rebuild.
     *
     * @param line models, photo
     * @throws IOException if the photo cannot be read
     * @throws InterruptedException never
     */
    public static void main(String[] line) throws IOException, InterruptedException {
        if (line.length == 4) {
            try (FaceEngine engine = FaceEngine.open(Path.of(line[0]), Networks.valueOf(line[2]).options)) {
                new Lanes(new AlbumReader(engine, DetectOptions.DEFAULT), Path.of(line[1])).rebuild(Beside.valueOf(line[3]));
            }
            return;
        }
        System.out.println("| Networks | rebuild | upload p50, ms | p99, ms | to no rebuild: p50 | p99 |\n|---|---|--:|--:|--:|--:|");
        for (Networks networks : Networks.values()) {
            try (FaceEngine engine = FaceEngine.open(Path.of(line[0]), networks.options)) {
                Lanes lanes = new Lanes(new AlbumReader(engine, DetectOptions.DEFAULT), Path.of(line[1]));
                Map<Beside, Times> medians = lanes.rounds(List.of(line[0], line[1], networks.name()));
                Times alone = medians.get(Beside.NOTHING);
                medians.forEach((beside, its) -> System.out.printf("| %s | %s | %.1f | %.1f | %.2f | %.2f |%n", networks.told, beside, its.p50, its.p99,
                        its.p50 / alone.p50, its.p99 / alone.p99));
            }
        }
    }

    private Map<Beside, Times> rounds(List<String> rebuild) throws IOException, InterruptedException {
        uploads();
        Map<Beside, List<Times>> rounds = new EnumMap<>(Beside.class);
        for (int round = 0; round < ROUNDS; round++) {
            for (Beside beside : Beside.values()) {
                rounds.computeIfAbsent(beside, key -> new ArrayList<>()).add(beside == Beside.NOTHING ? uploads() : uploadsBeside(rebuild, beside));
            }
        }
        Map<Beside, Times> medians = new EnumMap<>(Beside.class);
        rounds.forEach((beside, all) -> medians.put(beside, Times.medians(all)));
        return medians;
    }

    private Times uploadsBeside(List<String> rebuild, Beside beside) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-cp",
                System.getProperty("java.class.path"), Lanes.class.getName()));
        command.addAll(rebuild);
        command.add(beside.name());
        Process other = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader told = new BufferedReader(new InputStreamReader(other.getInputStream()))) {
            if (told.readLine() == null) {
                throw new IllegalStateException("the rebuild did not begin");
            }
            return uploads();
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    /** Reads until it is killed; says when it has read for some seconds, and the JVM has compiled what it compiles. */
    private void rebuild(Beside beside) throws InterruptedException {
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            new Thread(() -> {
                if (beside == Beside.IDLE && !ThreadPriority.setIdle()) {
                    throw new IllegalStateException("no idle priority on this system");
                }
                while (true) {
                    read();
                }
            }).start();
        }
        Thread.sleep(3_000);
        System.out.println("reading");
        Thread.currentThread().join();
    }

    private Times uploads() throws InterruptedException {
        double[] times = new double[UPLOADS];
        for (int i = 0; i < times.length; i++) {
            Thread.sleep(PAUSE);
            long begun = System.nanoTime();
            read();
            times[i] = (System.nanoTime() - begun) / 1e6;
        }
        Arrays.sort(times);
        return new Times(times[UPLOADS / 2], times[(int) Math.ceil(UPLOADS * 0.99) - 1]);
    }

    private void read() {
        try (Photo decoded = Photo.decode(photo)) {
            reader.readStored(decoded, new AlbumPhoto(1));
        }
    }
}
