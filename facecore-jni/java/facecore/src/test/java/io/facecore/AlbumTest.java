package io.facecore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** From photos to a profile, and what is measured on the way. */
class AlbumTest {
    private static final SpaceId SPACE = SpaceId.parse("e37f9c1f75f50abd");

    private static AlbumFace face(float... values) {
        return new AlbumFace(Embedding.of(SPACE, values), 110, 0.99f);
    }

    private static List<AlbumPhoto> photos(int count) {
        List<AlbumPhoto> photos = new ArrayList<>();
        for (int id = 0; id < count; id++) {
            photos.add(new AlbumPhoto(id).frontCamera(true));
        }
        return photos;
    }

    @Test
    void aSessionAsksForPhotosAndKeepsPlaces() {
        Feedback feedback = Feedback.none().with(new FaceId(0, 1), Opinion.CONFIRM).with(new FaceId(2, 1), Opinion.REJECT);
        try (AlbumSession session = AlbumSession.open(photos(6), AlbumOwner.UNKNOWN, feedback, SPACE)) {
            assertEquals(ErrorCode.OPTION, assertThrows(FaceCoreException.class, session::finish).code());
            assertEquals(6, session.wants().length);
            for (long id : session.wants()) {
                session.give(id, List.of(Optional.empty(), Optional.of(face(1, 0.01f * id, 0)), Optional.of(face(0, 0, id % 2 == 0 ? 1 : -1))));
            }
            assertEquals(ErrorCode.OPTION, assertThrows(FaceCoreException.class, () -> session.give(0, List.of())).code());
            assertEquals(0, session.wants().length);
            ProfileBuild build = session.finish();
            assertEquals(ProfileBuild.Outcome.BUILT, build.outcome(), build::explanation);
            assertEquals(6, build.photos());
            assertTrue(build.members().stream().allMatch(member -> member.face().face() == 1 && member.face().photo() != 2), build::explanation);
            assertTrue(build.lead() >= build.wantedLead() && build.explanation().startsWith("Profile of "), build::explanation);
            assertEquals(build.profile(), session.finish().profile(), "asked twice");
        }
        try (AlbumSession session = AlbumSession.open(photos(3), AlbumOwner.UNKNOWN, Feedback.none().withOptedOut(true), SPACE)) {
            assertEquals(0, session.wants().length);
            assertEquals(ProfileBuild.Outcome.OPTED_OUT, session.finish().outcome());
        }
        List<AlbumPhoto> twice = List.of(new AlbumPhoto(1), new AlbumPhoto(1));
        assertThrows(FaceCoreException.class, () -> AlbumSession.open(twice, AlbumOwner.UNKNOWN, Feedback.none(), SPACE));
        assertThrows(FaceCoreException.class, () -> AlbumSession.open(twice, AlbumOwner.UNKNOWN, Feedback.none(), new SpaceId(1)));
    }

    @Test
    void keptFacesBuildWhatThePhotosDid() {
        List<AlbumPhoto> album = new ArrayList<>();
        Map<FaceId, byte[]> kept = new LinkedHashMap<>();
        for (int id = 0; id < 5; id++) {
            AlbumFace face = face(1, 0.02f * id, 0).attributes(30, Float.NaN);
            album.add(new AlbumPhoto(id, List.of(face)).frontCamera(true).manualTags(2).source(AlbumPhoto.Source.PHONE));
            StoredFace stored = StoredFace.of(album.get(id), face, new BoundingBox(1, 2, 111, 140), Float.NaN);
            assertEquals(stored.box(), StoredFace.ofBytes(stored.toBytes()).box());
            assertTrue(stored.quality().isEmpty() && stored.photo().frontCamera() && stored.photo().manualTags() == 2);
            assertEquals(30, stored.face().age().orElseThrow());
            assertTrue(stored.face().female().isEmpty() && stored.embedding().cosine(face.embedding()) > 0.99f);
            kept.put(new FaceId(id, 0), stored.toBytes());
        }
        Feedback feedback = Feedback.none().with(new FaceId(4, 0), Opinion.REMOVE);
        Profile fromPhotos = Profile.build(album, AlbumOwner.UNKNOWN, feedback).profile().orElseThrow();
        Profile fromStore = Profile.buildStored(kept, AlbumOwner.UNKNOWN, feedback).profile().orElseThrow();
        assertEquals(4, fromStore.photos(Profile.Role.OWNER));
        assertTrue(fromPhotos.embeddings().get(0).cosine(fromStore.embeddings().get(0)) > 0.999f);
        assertEquals(ProfileBuild.Outcome.NO_FACES, Profile.buildStored(Map.of(), AlbumOwner.UNKNOWN, Feedback.none()).outcome());
    }

    @Test
    void aPhotoIsReadAsAnAlbumNeedsIt() {
        long before = FaceCore.liveHandles();
        try (FaceEngine engine = FaceEngine.open(Data.MODELS);
                Attributes attributes = Attributes.open(Data.MODELS);
                Photo photo = Photo.decode(Data.photo("photos/group.jpg"));
                NonFaceFilter filter = NonFaceFilter.bundled(engine.space().orElseThrow()).orElseThrow()) {
            List<FoundFace> plain = engine.readAlbumPhoto(photo, DetectOptions.DEFAULT);
            List<Face> faces = engine.detect(photo).faces();
            assertEquals(faces.size(), plain.size());
            List<FoundFace> found = new AlbumReader(engine, DetectOptions.DEFAULT).withAttributes(attributes).withNonFaceFilter(filter).read(photo);
            List<FaceEmbedding> embedded = engine.embed(photo, faces);
            for (int i = 0; i < faces.size(); i++) {
                AlbumFace usable = found.get(i).usable().orElseThrow();
                assertEquals(faces.get(i), found.get(i).face());
                assertEquals(embedded.get(i).orElseThrow(), usable.embedding());
                assertEquals(faces.get(i).box().width(), usable.width());
                FaceAttributes read = attributes.read(photo, faces.get(i));
                assertEquals(read.age(), usable.age().orElseThrow(), 1e-6);
                assertEquals(read.female(), usable.female().orElseThrow(), 1e-6);
                assertTrue(plain.get(i).usable().orElseThrow().age().isEmpty());
                NonFaceVerdict verdict = filter.judge(usable.embedding());
                assertEquals(verdict.isNonFace(), usable.isNonFace());
                assertEquals(verdict.excess(), usable.embedding().nonFaceExcess());
                FaceQuality quality = FaceQuality.measure(photo, faces.get(i));
                assertTrue(quality.value() > 0 && quality.value() <= 1 && quality.sharpness() > 0 && quality.size() > 20, quality::toString);
                assertEquals(faces.get(i).score(), quality.score());
            }
            try (NonFaceFilter copy = NonFaceFilter.read(filter.toBytes())) {
                assertArrayEquals(filter.toBytes(), copy.toBytes());
            }
        }
        assertEquals(before, FaceCore.liveHandles());
    }

    @Test
    void whatIsKeptOfPhotosIsWhatASessionIsGiven() {
        try (FaceEngine engine = FaceEngine.open(Data.MODELS); Photo photo = Photo.decode(Data.photo("photos/group.jpg"))) {
            AlbumReader reader = new AlbumReader(engine, DetectOptions.DEFAULT);
            SpaceId space = engine.space().orElseThrow();
            Map<FaceId, byte[]> kept = new LinkedHashMap<>();
            try (AlbumSession session = AlbumSession.open(photos(4), AlbumOwner.UNKNOWN, Feedback.none(), space)) {
                for (long id : session.wants()) {
                    List<Optional<StoredFace>> faces = reader.readStored(photo, new AlbumPhoto(id).frontCamera(true));
                    List<FoundFace> found = reader.read(photo);
                    for (int i = 0; i < faces.size(); i++) {
                        StoredFace face = faces.get(i).orElseThrow();
                        assertEquals(found.get(i).face().box(), face.box());
                        assertEquals(FaceQuality.measure(photo, found.get(i).face()).value(), (float) face.quality().orElseThrow());
                        assertTrue(face.photo().id() == id && face.photo().frontCamera());
                        assertTrue(found.get(i).usable().orElseThrow().embedding().cosine(face.embedding()) > 0.999f);
                        assertArrayEquals(face.toBytes(), StoredFace.ofBytes(face.toBytes()).toBytes());
                        kept.put(new FaceId(id, i), face.toBytes());
                    }
                    session.giveStored(id, faces);
                }
                ProfileBuild first = session.finish();
                ProfileBuild later = Profile.buildStored(kept, AlbumOwner.UNKNOWN, Feedback.none());
                assertEquals(first.profile(), later.profile());
                assertEquals(first.explanation(), later.explanation());
            }
        }
    }

    @Test
    void aNameSaysTheSex() {
        assertTrue(AlbumOwner.femaleByName("Anna Maria Petrova").orElseThrow() > 0.9);
        assertTrue(AlbumOwner.femaleByName("John").orElseThrow() < 0.1);
        assertTrue(AlbumOwner.femaleByName(" ").isEmpty());
    }

    @Test
    void crowdsAndFilters() {
        Embedding one = Embedding.of(SPACE, 1, 0, 0);
        Embedding other = Embedding.of(SPACE, 0, 1, 0);
        try (Cohort cohort = Cohort.of(List.of(one, other)); NonFaceFilter filter = NonFaceFilter.of(List.of(one), 0.7f)) {
            assertEquals(0.8f, cohort.crowding(Embedding.of(SPACE, 0.6f, 0.8f, 0)), 1e-6);
            assertTrue(filter.judge(Embedding.of(SPACE, 0.8f, 0.6f, 0)).isNonFace());
        }
        Cohort closed = Cohort.of(List.of(one));
        closed.close();
        assertThrows(IllegalStateException.class, () -> closed.crowding(one));
        assertEquals(ErrorCode.OPTION, assertThrows(FaceCoreException.class, () -> Cohort.of(List.of())).code());
        assertTrue(NonFaceFilter.bundled(new SpaceId(1)).isEmpty());
    }

    @Test
    void anAdaptationCarriesEmbeddings() {
        java.nio.ByteBuffer map = java.nio.ByteBuffer.allocate(60).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        map.put(new byte[] {'F', 'C', 'A', 'D', 1, 0, 3, 0}).putLong(Long.reverseBytes(SPACE.value())).putLong(Long.reverseBytes(0x1b72650f570810f7L));
        for (float value : new float[] {1, 0, 0, 0, 2, 0, 0, 0, 1}) {
            map.putFloat(value);
        }
        long before = FaceCore.liveHandles();
        Adaptation closed;
        try (Adaptation adaptation = Adaptation.read(map.array())) {
            closed = adaptation;
            assertEquals(SPACE, adaptation.from());
            assertEquals(new SpaceId(0x1b72650f570810f7L), adaptation.space());
            Embedding carried = adaptation.apply(Embedding.of(SPACE, 3, 2, 0));
            assertEquals(adaptation.space(), carried.space());
            assertArrayEquals(new float[] {0.6f, 0.8f, 0}, carried.values(), 1e-6f);
            assertEquals(ErrorCode.SPACE_MISMATCH, assertThrows(FaceCoreException.class, () -> adaptation.apply(carried)).code());
            assertArrayEquals(map.array(), adaptation.toBytes());
        }
        assertEquals(before, FaceCore.liveHandles());
        assertThrows(IllegalStateException.class, closed::toBytes);
        map.putFloat(24, 3);
        assertEquals(ErrorCode.ADAPTATION, assertThrows(FaceCoreException.class, () -> Adaptation.read(map.array())).code());
    }

    @Test
    void aCalibrationMakesMatchers() {
        String text = "space = \"00112233aabbccdd\"\nphotos = 5\npeople = 100\nmargin = 0.05\nunsupported = []\n"
                + "cohort = [\"464345310100030000112233aabbccdd0000003c0000\"]\n\n[probability]\nslope = 10.0\noffset = -1.0\n\n"
                + "[[point]]\ncandidates = 10\nfp = 0.001\ninterval = [0.0005, 0.002]\nthreshold = 0.2\ntp = 0.9\nstrangers = 5000\n";
        Calibration calibration = Calibration.read(text);
        assertEquals(0.5, calibration.probability(0.1), 1e-9);
        OperatingPoint point = calibration.points().get(0);
        assertEquals(List.of(10, 5_000, 0.001), List.of(point.candidates(), point.strangers(), point.falsePositiveRate()));
        Matcher matcher = calibration.matcher(0.001, 10);
        assertEquals(0.05f, matcher.margin());
        SpaceId space = calibration.space();
        List<Candidate> people = List.of(new Candidate("Ann", List.of(Embedding.of(space, 1, 0.2f, 0), Embedding.of(space, 1, -0.2f, 0))));
        assertEquals(Outcome.MATCH, matcher.decide(List.of(Embedding.of(space, 0.6f, 0, 0.8f)), people).get(0).outcome());
        assertEquals(Outcome.BELOW_THRESHOLD, matcher.decide(List.of(Embedding.of(space, 0.6f, 0.8f, 0)), people).get(0).outcome(), "strangers are near");
        assertEquals(ErrorCode.CALIBRATION, assertThrows(FaceCoreException.class, () -> calibration.matcher(0.001, 11)).code());
    }
}
