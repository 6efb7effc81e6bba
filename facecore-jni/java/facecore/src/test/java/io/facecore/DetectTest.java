package io.facecore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Photos in all the ways they can come, and what is found in them. */
class DetectTest {
    private static FaceEngine engine;

    @BeforeAll
    static void open() {
        engine = FaceEngine.open(Data.MODELS);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void everyWayInGivesTheSameFaces() {
        byte[] bytes = Data.photo("photos/group.jpg");
        try (Photo photo = Photo.decode(bytes)) {
            List<Face> faces = engine.detect(photo).faces();
            assertEquals(3, faces.size());
            assertEquals(faces, engine.detect(bytes, Limits.DEFAULT, DetectOptions.DEFAULT).faces());
            ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 20);
            direct.position(7);
            direct.put(bytes).flip().position(7);
            assertEquals(faces, engine.detect(direct, Limits.DEFAULT, DetectOptions.DEFAULT).faces());
            assertEquals(7, direct.position());
            ByteBuffer heap = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
            assertEquals(faces, engine.detect(heap, Limits.DEFAULT, DetectOptions.DEFAULT).faces());
            for (ByteBuffer buffer : List.of(direct, heap)) {
                try (Photo again = Photo.decode(buffer, Limits.DEFAULT)) {
                    assertArrayEquals(photo.toRgb(), again.toRgb());
                }
            }
            byte[] rgb = photo.toRgb();
            ByteBuffer pixels = ByteBuffer.allocateDirect(rgb.length).put(rgb).flip();
            try (Photo raw = Photo.ofPixels(rgb, photo.width(), photo.height(), 3 * photo.width(), PixelFormat.RGB, Orientation.UPRIGHT, Limits.DEFAULT);
                    Photo same = Photo.ofPixels(pixels, photo.width(), photo.height(), 3 * photo.width(), PixelFormat.RGB, Orientation.UPRIGHT,
                            Limits.DEFAULT)) {
                assertEquals(faces, engine.detect(raw).faces());
                assertEquals(faces, engine.detect(same).faces());
            }
        }
    }

    @Test
    void pixelsThatDoNotFitAreRefused() {
        byte[] pixels = new byte[12];
        PhotoException wrong = assertThrows(PhotoException.class,
                () -> Photo.ofPixels(pixels, 2, 2, 7, PixelFormat.RGB, Orientation.UPRIGHT, Limits.DEFAULT));
        assertEquals(ErrorCode.RAW_PIXELS, wrong.code());
        assertThrows(PhotoException.class, () -> Photo.ofPixels(new byte[0], 0, 0, 0, PixelFormat.RGB, Orientation.UPRIGHT, Limits.DEFAULT));
        assertThrows(IllegalArgumentException.class, () -> Photo.ofPixels(pixels, -1, 2, 6, PixelFormat.RGB, Orientation.UPRIGHT, Limits.DEFAULT));
        assertThrows(NullPointerException.class, () -> Photo.ofPixels(pixels, 2, 2, 6, null, Orientation.UPRIGHT, Limits.DEFAULT));
    }

    @Test
    void aBudgetSaysWhatItCut() {
        try (Photo photo = Photo.decode(Data.photo("photos/group.jpg"))) {
            Detection one = engine.detect(photo, DetectOptions.DEFAULT.withBudget(Budget.UNBOUNDED.withMaxFaces(1)));
            assertEquals(1, one.faces().size());
            assertFalse(one.isComplete());
            assertEquals(2, one.cut().faces());
            Detection none = engine.detect(photo, DetectOptions.DEFAULT.withBudget(Budget.within(Duration.ofNanos(1))));
            assertTrue(!none.isComplete() && none.cut().isByDeadline() && none.faces().isEmpty(), none::toString);
            Detection all = engine.detect(photo, DetectOptions.DEFAULT.withBudget(Budget.UNBOUNDED));
            assertTrue(all.isComplete() && all.cut().faces() == 0 && all.stats().mtcnn().orElseThrow().scales() > 0);
        }
    }

    @Test
    void storedCoordinatesAreThoseOfTheFile() {
        try (Photo upright = Photo.decode(Data.photo("orientations/1.jpg")); Photo turned = Photo.decode(Data.photo("orientations/6.jpg"))) {
            assertEquals(Orientation.ROTATE_90, turned.orientation());
            assertEquals(upright.width(), turned.width());
            assertEquals(upright.width(), turned.storedHeight());
            Face face = engine.detect(turned).faces().get(0);
            assertEquals(face.box().width(), face.storedBox().height(), 0.01);
            assertEquals(5, face.landmarks().size());
        }
    }

    @Test
    void embeddingsTellPeopleApart() {
        try (Photo astronaut = Photo.decode(Data.photo("photos/astronaut.jpg")); Photo group = Photo.decode(Data.photo("photos/group.jpg"))) {
            Embedding known = engine.embed(astronaut, engine.detect(astronaut).faces()).get(0).orElseThrow();
            List<Embedding> faces = new ArrayList<>();
            engine.embed(group, engine.detect(group).faces()).forEach(face -> faces.add(face.orElseThrow()));
            Matcher matcher = Matcher.forSpace(engine.space().orElseThrow());
            List<Candidate> people = List.of(new Candidate("Eileen Collins", List.of(known)));
            List<Verdict> verdicts = matcher.decide(faces, people);
            assertEquals(1, verdicts.stream().filter(verdict -> verdict.outcome() == Outcome.MATCH).count(), verdicts::toString);
            try (Gallery kept = matcher.gallery(people)) {
                assertEquals(verdicts, kept.decide(faces));
            }
            assertEquals(engine.space().get(), known.space());
            assertEquals(known, engine.embed(astronaut, engine.detect(astronaut).faces().get(0).box()));
            BoundingBox outside = new BoundingBox(-90, -90, -20, -20);
            assertEquals(ErrorCode.EMPTY_CROP, assertThrows(FaceCoreException.class, () -> engine.embed(astronaut, outside)).code());
        }
    }

    @Test
    void eitherDetectorFindsTheFaces() {
        EngineOptions options = EngineOptions.DEFAULT.withDetector(Detector.YUNET);
        try (FaceEngine yunet = FaceEngine.openDetector(options); Photo photo = Photo.decode(Data.photo("photos/astronaut.jpg"))) {
            assertEquals(List.of(Detector.MTCNN, Detector.YUNET), List.of(engine.detector(), yunet.detector()));
            assertTrue(yunet.model().isEmpty() && yunet.space().isEmpty() && yunet.cropMargin().isEmpty());
            Detection found = yunet.detect(photo);
            Face expected = engine.detect(photo).faces().get(0);
            assertEquals(1, found.faces().size());
            for (int i = 0; i < 5; i++) {
                assertEquals(expected.landmarks().get(i).x(), found.faces().get(0).landmarks().get(i).x(), 8);
                assertEquals(expected.landmarks().get(i).y(), found.faces().get(0).landmarks().get(i).y(), 8);
            }
            YunetStats stats = found.stats().yunet().orElseThrow();
            assertTrue(found.stats().mtcnn().isEmpty() && stats.scales() == 1 && stats.proposed() >= 1 && stats.pixels() > 0, stats::toString);
            assertEquals(List.of(), yunet.detect(photo, DetectOptions.DEFAULT.withMaxFace(40)).faces());
            YunetOptions sure = YunetOptions.DEFAULT.withThreshold(1);
            assertEquals(List.of(), yunet.detect(photo, DetectOptions.DEFAULT.withYunet(sure)).faces());
        }
    }

    @Test
    void landmarksFeedSomeModels() {
        try (FaceEngine sface = FaceEngine.open(Data.MODELS, EngineOptions.DEFAULT.withModel("sface"));
                Photo photo = Photo.decode(Data.photo("photos/astronaut.jpg"))) {
            Face face = sface.detect(photo).faces().get(0);
            assertTrue(sface.cropMargin().isEmpty());
            assertEquals(sface.space().get(), sface.embed(photo, List.of(face)).get(0).orElseThrow().space());
            FaceCoreException refused = assertThrows(FaceCoreException.class, () -> sface.embed(photo, face.box()));
            assertEquals(ErrorCode.NEEDS_LANDMARKS, refused.code());
        }
    }

    @Test
    void mirrorAveragesAreASpaceOfTheirOwn() {
        try (FaceEngine averaging = FaceEngine.open(Data.MODELS, EngineOptions.DEFAULT.withMirrorAverage(true));
                Photo photo = Photo.decode(Data.photo("photos/astronaut.jpg"))) {
            BoundingBox box = engine.detect(photo).faces().get(0).box();
            Embedding plain = engine.embed(photo, box);
            Embedding average = averaging.embed(photo, box);
            assertEquals(averaging.space().get(), average.space());
            assertEquals(ErrorCode.SPACE_MISMATCH, assertThrows(FaceCoreException.class, () -> plain.cosine(average)).code());
            assertEquals(ErrorCode.NON_FACE, assertThrows(FaceCoreException.class, average::nonFaceExcess).code());
        }
    }

    @Test
    void threadsShareAnEngine() throws Exception {
        byte[] bytes = Data.photo("orientations/1.jpg");
        List<Face> expected = engine.detect(bytes, Limits.DEFAULT, DetectOptions.DEFAULT).faces();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<Future<List<Face>>> answers = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            answers.add(pool.submit(() -> engine.detect(bytes, Limits.DEFAULT, DetectOptions.DEFAULT).faces()));
        }
        for (Future<List<Face>> answer : answers) {
            assertEquals(expected, answer.get());
        }
        pool.shutdown();
    }

    @Test
    void instructionsCanBeChosen() {
        try (FaceEngine portable = FaceEngine.openDetector(EngineOptions.DEFAULT.withCompute(Compute.PORTABLE));
                Photo photo = Photo.decode(Data.photo("orientations/1.jpg"))) {
            assertEquals("tract", portable.kernels());
            Face slow = portable.detect(photo).faces().get(0);
            Face fast = engine.detect(photo).faces().get(0);
            assertEquals(fast.box().x1(), slow.box().x1(), 0.5);
            assertEquals(fast.score(), slow.score(), 0.01);
        }
        assertTrue(engine.toString().contains(engine.kernels()));
    }
}
