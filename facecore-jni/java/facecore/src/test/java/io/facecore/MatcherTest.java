package io.facecore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules for names: by a rate of false positives, by numbers of one's own, by a fixed cosine. */
class MatcherTest {
    /** That of facenet-ms1m-128. */
    private static final SpaceId SPACE = SpaceId.parse("e37f9c1f75f50abd");
    private static final SpaceId OTHER = new SpaceId(0x0303030303030303L);
    private static final String NUMBERS = "space = \"0303030303030303\"\npeople = 100\nmargin = 0.25\n[thresholds]\nlevel = [0.1, 0.05, 0.02]\n"
            + "photos = [0.03, -0.005]\n[crowding]\nlen = 3\nseed = 1\noffset = 0.2\nweights = [0.1, -0.2]\n";

    private static Embedding face(SpaceId space, int length, float... values) {
        return Embedding.of(space, Arrays.copyOf(values, length));
    }

    private static ErrorCode refused(Runnable call) {
        return assertThrows(FaceCoreException.class, call::run).code();
    }

    @Test
    void aStricterRateAndMoreCandidatesRequireMore() {
        Embedding stranger = face(SPACE, 128, 1, 0.3f);
        Matcher matcher = Matcher.forSpace(SPACE);
        assertEquals(0.01, matcher.falsePositiveRate().getAsDouble());
        Matcher strict = matcher.withFalsePositiveRate(0.0001);
        assertEquals(0.0001, strict.falsePositiveRate().getAsDouble());
        assertNotEquals(matcher, strict);
        assertEquals(matcher, strict.withFalsePositiveRate(0.01));
        List<Candidate> people = new ArrayList<>();
        float before = -1;
        for (int count : new int[] {1, 10, 100}) {
            while (people.size() < count) {
                people.add(new Candidate("person " + people.size(), List.of(face(SPACE, 128, 0, 0, 1))));
            }
            Verdict verdict = matcher.decide(List.of(stranger), people).get(0);
            assertTrue(verdict.threshold() > before, verdict::toString);
            assertEquals(verdict.threshold(), verdict.nearest().orElseThrow().required());
            assertTrue(strict.decide(List.of(stranger), people).get(0).threshold() > verdict.threshold());
            before = verdict.threshold();
        }
    }

    @Test
    void aRateOutsideItsRangeIsRefused() {
        Matcher matcher = Matcher.forSpace(SPACE);
        for (double rate : new double[] {0, -0.01, 0.2, 1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertEquals(ErrorCode.OPTION, refused(() -> matcher.withFalsePositiveRate(rate)), () -> "" + rate);
        }
        assertEquals(ErrorCode.OPTION, refused(() -> Matcher.cosine(0.5f, 0).withFalsePositiveRate(0.01)));
        assertEquals(ErrorCode.CALIBRATION, refused(() -> Matcher.forSpace(OTHER)));
    }

    @Test
    void numbersOfOnesOwnAreRead() {
        Matcher matcher = Matcher.read(NUMBERS);
        assertEquals(0.25f, matcher.margin());
        assertEquals(0.01, matcher.falsePositiveRate().getAsDouble());
        Embedding ann = face(OTHER, 3, 1);
        try (Gallery people = matcher.withFalsePositiveRate(0.001).gallery(List.of(new Candidate("Ann", List.of(ann))))) {
            assertEquals("Ann", people.decide(List.of(ann)).get(0).match().orElseThrow().person());
            assertEquals(ErrorCode.SPACE_MISMATCH, refused(() -> people.decide(List.of(face(SPACE, 3, 1)))));
        }
        for (String broken : List.of("", "space", NUMBERS.replace("seed = 1", "seed = -1"), NUMBERS.replace("0.1, -0.2", "nan"), "x".repeat(1 << 21))) {
            assertEquals(ErrorCode.CALIBRATION, refused(() -> Matcher.read(broken)));
        }
        assertThrows(NullPointerException.class, () -> Matcher.read(null));
    }

    @Test
    void aFixedCosineIsTheSameForEverybody() {
        Matcher matcher = Matcher.cosine(0.5f, 0.05f);
        assertTrue(matcher.falsePositiveRate().isEmpty());
        assertEquals(0.05f, matcher.margin());
        Embedding ann = face(OTHER, 3, 1);
        List<Candidate> people = List.of(new Candidate("Ann", List.of(ann)), new Candidate("Bob", List.of()),
                new Candidate("Ann", List.of(face(OTHER, 3, 0, 1))));
        try (Gallery gallery = matcher.gallery(people)) {
            assertEquals(1, gallery.people(), "one name is one person, and nobody without a face");
            Verdict verdict = gallery.decide(List.of(ann)).get(0);
            assertEquals(1, verdict.match().orElseThrow().cosine(), 1e-6);
            assertEquals(0.5f, verdict.threshold());
            assertEquals(0.5f, verdict.match().get().required());
        }
        for (float[] wrong : new float[][] {{Float.NaN, 0}, {1.5f, 0}, {0, -1}, {0, Float.NaN}}) {
            assertEquals(ErrorCode.OPTION, refused(() -> Matcher.cosine(wrong[0], wrong[1])), () -> Arrays.toString(wrong));
        }
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        Matcher matcher = Matcher.forSpace(SPACE);
        List<Candidate> strangers = List.of(new Candidate("Ann", List.of(face(OTHER, 128, 1))));
        long before = FaceCore.liveHandles();
        assertEquals(ErrorCode.SPACE_MISMATCH, refused(() -> matcher.gallery(strangers)));
        assertEquals(before, FaceCore.liveHandles());
        List<Embedding> crowd = Collections.nCopies(1_001, face(SPACE, 128, 1));
        assertEquals(ErrorCode.LIMIT, assertThrows(PhotoException.class, () -> matcher.decide(crowd, List.of())).code());
        assertEquals(1_000, matcher.decide(crowd.subList(0, 1_000), List.of()).size());
    }
}
