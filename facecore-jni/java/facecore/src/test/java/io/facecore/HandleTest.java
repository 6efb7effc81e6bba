package io.facecore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Native objects: used after close, closed during use, forgotten. */
class HandleTest {
    @Test
    void useAfterCloseIsIllegalState() {
        Photo photo = Photo.decode(Data.photo("formats/rgb.png"));
        FaceEngine engine = FaceEngine.openDetector();
        Gallery gallery = Matcher.cosine(0.5f, 0).gallery(List.of());
        engine.detect(photo);
        photo.close();
        photo.close();
        assertThrows(IllegalStateException.class, () -> engine.detect(photo));
        assertThrows(IllegalStateException.class, photo::toRgb);
        assertEquals(128, photo.width(), "what is known without the pixels stays known");
        engine.close();
        engine.close();
        assertThrows(IllegalStateException.class, () -> engine.detect(Data.photo("formats/rgb.png"), Limits.DEFAULT, DetectOptions.DEFAULT));
        gallery.close();
        gallery.close();
        Embedding face = Embedding.of(new SpaceId(1), 1, 2);
        assertThrows(IllegalStateException.class, () -> gallery.decide(List.of(face)));
        assertEquals(0, gallery.people(), "what is known without native memory stays known");
    }

    /** 16 threads detect while one closes: each call ends well or says that it came too late, and nothing crashes. */
    @Test
    void closeRacesCalls() throws Exception {
        final int threads = 16;
        final int rounds = Integer.getInteger("facecore.rounds", 200);
        byte[] bytes = Data.photo("formats/rgb.png");
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        long before = FaceCore.liveHandles();
        long start = System.nanoTime();
        int served = 0;
        int late = 0;
        try {
            for (int round = 0; round < rounds; round++) {
                FaceEngine engine = FaceEngine.openDetector();
                Photo photo = Photo.decode(bytes);
                boolean closePhoto = round % 2 == 1;
                CyclicBarrier together = new CyclicBarrier(threads + 1);
                List<Future<Boolean>> calls = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    Callable<Boolean> call = () -> {
                        together.await();
                        try {
                            engine.detect(photo);
                            return true;
                        } catch (IllegalStateException closed) {
                            return false;
                        }
                    };
                    calls.add(pool.submit(call));
                }
                together.await();
                Thread.yield();
                if (closePhoto) {
                    photo.close();
                }
                engine.close();
                for (Future<Boolean> call : calls) {
                    if (call.get(60, TimeUnit.SECONDS)) {
                        served++;
                    } else {
                        late++;
                    }
                }
                photo.close();
                assertThrows(IllegalStateException.class, () -> engine.detect(photo));
            }
        } finally {
            pool.shutdown();
            assertTrue(pool.awaitTermination(60, TimeUnit.SECONDS));
        }
        assertEquals(before, FaceCore.liveHandles());
        System.out.printf("close race: %d rounds, %d threads, %d calls served, %d too late, %.1f s%n", rounds, threads, served, late,
                (System.nanoTime() - start) / 1e9);
        assertEquals(rounds * threads, served + late);
    }

    /** 8 threads ask while one closes. */
    @Test
    void closeRacesAGallery() throws Exception {
        Embedding face = Embedding.of(new SpaceId(1), 1, 2);
        List<Candidate> people = List.of(new Candidate("Ann", List.of(face)));
        ExecutorService pool = Executors.newFixedThreadPool(8);
        long before = FaceCore.liveHandles();
        for (int round = 0; round < 100; round++) {
            Gallery gallery = Matcher.cosine(0.5f, 0).gallery(people);
            List<Future<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                calls.add(pool.submit(() -> {
                    try {
                        return gallery.decide(List.of(face)).get(0).outcome() == Outcome.MATCH;
                    } catch (IllegalStateException closed) {
                        return true;
                    }
                }));
            }
            gallery.close();
            for (Future<Boolean> call : calls) {
                assertTrue(call.get(60, TimeUnit.SECONDS));
            }
        }
        pool.shutdown();
        assertEquals(before, FaceCore.liveHandles());
    }

    @Test
    void whatIsForgottenIsFreed() throws Exception {
        long before = FaceCore.liveHandles();
        for (int i = 0; i < 10; i++) {
            Photo.decode(Data.photo("formats/rgb.png"));
            Matcher.cosine(0.5f, 0).gallery(List.of());
        }
        assertEquals(before + 20, FaceCore.liveHandles(), 20);
        for (int i = 0; i < 100 && FaceCore.liveHandles() > before; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertEquals(before, FaceCore.liveHandles());
    }
}
