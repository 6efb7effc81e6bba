package io.facecore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Values are equal by what they hold, and cannot be changed from outside. */
class ValuesTest {
    private static void equal(Object a, Object b, Object other) {
        assertEquals(a, b);
        assertEquals(a.hashCode(), b.hashCode());
        assertEquals(a.toString(), b.toString());
        assertNotEquals(a, other);
        assertNotEquals(a, null);
        assertNotEquals(a, "text");
    }

    @Test
    void equality() {
        SpaceId space = SpaceId.parse("00112233aabbccdd");
        equal(space, new SpaceId(0x00112233aabbccddL), new SpaceId(1));
        assertEquals("00112233aabbccdd", space.toString());
        equal(Embedding.of(space, 3, 4), Embedding.of(space, 6, 8), Embedding.of(space, 4, 3));
        equal(new Point(1, 2), new Point(1, 2), new Point(2, 1));
        equal(new BoundingBox(1, 2, 3, 4), new BoundingBox(1, 2, 3, 4), new BoundingBox(1, 2, 3, 5));
        equal(Limits.DEFAULT, Limits.DEFAULT.withMaxPixels(100_000_000), Limits.DEFAULT.withMaxSize(1, 2));
        equal(Limits.DEFAULT, Limits.DEFAULT.withReduceJpegAbove(25_000_000), Limits.DEFAULT.withReduceJpegAbove(0));
        equal(Limits.DEFAULT, Limits.DEFAULT.withDamage(Damage.REFUSE), Limits.DEFAULT.withDamage(Damage.KEEP));
        equal(Budget.DEFAULT, Budget.UNBOUNDED.withMaxCandidates(200), Budget.within(Duration.ofMillis(5)));
        equal(DetectOptions.DEFAULT, DetectOptions.DEFAULT.withMinFace(20), DetectOptions.DEFAULT.withMaxFace(9));
        equal(MtcnnOptions.DEFAULT, MtcnnOptions.DEFAULT.withFactor(0.709f), MtcnnOptions.DEFAULT.withThresholds(0, 0, 0));
        equal(YunetOptions.DEFAULT, YunetOptions.DEFAULT.withOverlap(0.3f), YunetOptions.DEFAULT.withSecondLook(false));
        assertNotEquals(DetectOptions.DEFAULT, DetectOptions.DEFAULT.withMtcnn(MtcnnOptions.DEFAULT.withFilter(ProposalFilter.NMS)));
        assertNotEquals(DetectOptions.DEFAULT, DetectOptions.DEFAULT.withYunet(YunetOptions.DEFAULT.withThreshold(0.5f)));
        equal(EngineOptions.DEFAULT, EngineOptions.DEFAULT.withCompute(Compute.AUTO), EngineOptions.DEFAULT.withModel("other"));
        equal(EngineOptions.DEFAULT, EngineOptions.DEFAULT.withDetector(Detector.MTCNN), EngineOptions.DEFAULT.withDetector(Detector.YUNET));
        equal(EngineOptions.DEFAULT.withMirrorAverage(true).withMirrorAverage(false), EngineOptions.DEFAULT, EngineOptions.DEFAULT.withMirrorAverage(true));
        equal(Matcher.cosine(0.5f, 0), Matcher.cosine(0.5f, 0), Matcher.cosine(0.5f, 0.1f));
        equal(new Candidate("a", List.of()), new Candidate("a", List.of()), new Candidate("b", List.of()));
        equal(Models.list(Data.MODELS).get(0), Models.list(Data.MODELS).get(0), Models.list(Data.MODELS).get(1));
        try (FaceEngine engine = FaceEngine.openDetector(); Photo photo = Photo.decode(Data.photo("orientations/1.jpg"))) {
            Face face = engine.detect(photo).faces().get(0);
            Face same = engine.detect(photo).faces().get(0);
            equal(face, same, new Point(0, 0));
            assertThrows(UnsupportedOperationException.class, () -> engine.detect(photo).faces().clear());
        }
    }

    @Test
    void anEmbeddingCannotBeChanged() {
        Embedding embedding = Embedding.of(new SpaceId(7), 3, 4);
        embedding.values()[0] = 9;
        assertArrayEquals(new float[] {0.6f, 0.8f}, embedding.values());
        for (Encoding encoding : Encoding.values()) {
            assertTrue(Embedding.decode(embedding.encode(encoding)).cosine(embedding) > 0.999f);
        }
        assertEquals(embedding, Embedding.decode(embedding.encode(Encoding.F32)));
    }

    @Test
    void orientationsHaveExifNumbers() {
        for (Orientation orientation : Orientation.values()) {
            assertEquals(orientation, Orientation.ofExif(orientation.exif()));
        }
        assertThrows(IllegalArgumentException.class, () -> Orientation.ofExif(0));
        assertThrows(IllegalArgumentException.class, () -> Orientation.ofExif(9));
    }
}
