package io.facecore.benchmarks;

import io.facecore.AlbumPhoto;
import io.facecore.AlbumReader;
import io.facecore.DetectOptions;
import io.facecore.FaceEngine;
import io.facecore.Photo;
import io.facecore.ThreadPriority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long an upload takes while a rebuild has all cores, with and without {@link ThreadPriority#setIdle}: a table. Uploads come one at a time, each some time
 * after the last; the rebuild reads photos on as many threads as there are processors. Arguments: the models' folder and a photo; rounds of all kinds in turn.
 */
public final class Lanes {
    private static final int ROUNDS = 5;
    private static final int UPLOADS = 60;
    private static final long PAUSE = 60;

    private enum Beside { NOTHING, IDLE, NORMAL }

    private final AlbumReader reader;
    private final byte[] photo;

    private Lanes(AlbumReader reader, byte[] photo) {
        this.reader = reader;
        this.photo = photo;
    }

    /**
     * Prints the table.
     *
     * @param line models, photo
     * @throws IOException if the photo cannot be read
     * @throws InterruptedException never
     */
    public static void main(String[] line) throws IOException, InterruptedException {
        try (FaceEngine engine = FaceEngine.open(Path.of(line[0]))) {
            Lanes lanes = new Lanes(new AlbumReader(engine, DetectOptions.DEFAULT), Files.readAllBytes(Path.of(line[1])));
            lanes.uploads();
            Map<Beside, List<double[]>> rounds = new EnumMap<>(Beside.class);
            for (int round = 0; round < ROUNDS; round++) {
                for (Beside beside : Beside.values()) {
                    rounds.computeIfAbsent(beside, key -> new ArrayList<>()).add(lanes.round(beside));
                }
            }
            System.out.println("| rebuild | upload p50, ms | p99, ms | to no rebuild: p50 | p99 | photos a second beside |\n|---|--:|--:|--:|--:|--:|");
            double[] alone = medians(rounds.get(Beside.NOTHING));
            rounds.forEach((beside, all) -> {
                double[] its = medians(all);
                System.out.printf("| %s | %.1f | %.1f | %.2f | %.2f | %.1f |%n", beside, its[0], its[1], its[0] / alone[0], its[1] / alone[1], its[2]);
            });
        }
    }

    private static double[] medians(List<double[]> rounds) {
        double[] medians = new double[3];
        for (int i = 0; i < medians.length; i++) {
            int at = i;
            medians[i] = rounds.stream().mapToDouble(round -> round[at]).sorted().toArray()[ROUNDS / 2];
        }
        return medians;
    }

    /** p50 and p99 of uploads in milliseconds, and photos a second of the rebuild beside them. */
    private double[] round(Beside beside) throws InterruptedException {
        AtomicBoolean ended = new AtomicBoolean();
        AtomicLong read = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; beside != Beside.NOTHING && i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread thread = new Thread(() -> {
                if (beside == Beside.IDLE && !ThreadPriority.setIdle()) {
                    throw new IllegalStateException("no idle priority on this system");
                }
                while (!ended.get()) {
                    read();
                    read.incrementAndGet();
                }
            });
            thread.start();
            threads.add(thread);
        }
        long begun = System.nanoTime();
        double[] times = uploads();
        double seconds = (System.nanoTime() - begun) / 1e9;
        ended.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        Arrays.sort(times);
        return new double[] {times[times.length / 2], times[(int) Math.ceil(times.length * 0.99) - 1], read.get() / seconds};
    }

    private double[] uploads() throws InterruptedException {
        double[] times = new double[UPLOADS];
        for (int i = 0; i < times.length; i++) {
            Thread.sleep(PAUSE);
            long begun = System.nanoTime();
            read();
            times[i] = (System.nanoTime() - begun) / 1e6;
        }
        return times;
    }

    private void read() {
        try (Photo decoded = Photo.decode(photo)) {
            reader.readStored(decoded, new AlbumPhoto(1));
        }
    }
}
