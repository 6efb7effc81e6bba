package io.facecore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Profiles at rest, search among them, and what is made of both. */
class StoreTest {
    private static final SpaceId SPACE = SpaceId.parse("e37f9c1f75f50abd");
    private static final StoreOptions OPTIONS = StoreOptions.defaults().withDurability(Durability.PROCESS);

    @TempDir
    Path folder;

    private ProfileStore open() {
        return ProfileStore.open(folder.resolve("store"), SPACE, OPTIONS);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static ErrorCode code(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(FaceCoreException.class, call).code();
    }

    private static Embedding face(Random random) {
        float[] values = new float[128];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Embedding.of(SPACE, values);
    }

    private static Profile profile(Embedding... faces) {
        Profile profile = Profile.empty(SPACE, 128);
        for (Embedding face : faces) {
            profile = profile.with(Profile.Role.OWNER, List.of(face));
        }
        return profile;
    }

    @Test
    void whatIsWrittenIsRead() {
        FaceId first = new FaceId(-1, 65_535);
        try (ProfileStore store = open()) {
            boolean[] made = store.write(new StoreBatch().put(7, SPACE, bytes("seven")).put(-1, SPACE, bytes("last")).put(3, SPACE, new byte[0])
                    .putFace(7, first, SPACE, bytes("face")).putFace(7, new FaceId(5, 0), SPACE, bytes("other")).apply(7, first, Opinion.REJECT)
                    .apply(7, first, Opinion.REJECT).remove(8).optOut(9).put(9, SPACE, bytes("no")).setFindable(7, true));
            assertArrayEquals(new boolean[] {true, true, true, true, true, true, false, false, true, false, true}, made);
            List<Optional<byte[]>> many = store.getMany(new long[] {-1, 8, 7, 3});
            assertArrayEquals(bytes("last"), many.get(0).orElseThrow());
            assertTrue(many.get(1).isEmpty() && many.get(3).orElseThrow().length == 0);
            assertArrayEquals(bytes("seven"), many.get(2).orElseThrow());
            assertEquals(List.of(), store.getMany(new long[0]));
            List<StoredProfile> page = store.page(OptionalLong.of(3), 10);
            assertEquals(2, page.size());
            assertEquals(-1, page.get(1).user(), "ids have no sign");
            assertEquals(List.of(new FaceId(5, 0), first), new ArrayList<>(store.faces(7).keySet()));
            assertEquals(Feedback.none().with(first, Opinion.REJECT), store.feedback(7));
            assertFalse(store.feedback(7).mayPropose(first));
            assertTrue(store.feedback(9).optedOut());
            assertArrayEquals(new long[] {9}, store.optedOutAmong(new long[] {7, 9}));
            assertArrayEquals(new long[] {7}, store.findableAmong(new long[] {7, 9}));
            assertEquals(1, store.write(new StoreBatch().removePhoto(7, 5)).length);
            StoreSize size = store.size();
            assertEquals(List.of(3L, 1L, 1L, 1L), List.of(size.profiles(), size.faces(), size.opinions(), size.optedOut()));
            assertTrue(size.bytes() > 0 && store.verify().damage().isEmpty() && store.verify().records() >= 6);
        }
    }

    @Test
    void iterationsSwitchAndGoBack() {
        try (ProfileStore store = open()) {
            store.write(new StoreBatch().put(1, SPACE, bytes("old")));
            assertEquals(ErrorCode.STORE, code(() -> store.write(new StoreBatch().putNext(1, SPACE, bytes("new")))));
            long next = store.begin();
            assertEquals(OptionalLong.of(next), store.iterations().next());
            store.write(new StoreBatch().putNext(1, SPACE, bytes("new")));
            assertArrayEquals(bytes("old"), store.get(1).orElseThrow());
            assertEquals(ErrorCode.STORE, code(store::compact));
            store.switchTo(next);
            assertArrayEquals(bytes("new"), store.get(1).orElseThrow());
            assertEquals(ErrorCode.STORE, code(() -> store.switchTo(next)));
            assertEquals(1, store.back());
            assertArrayEquals(bytes("old"), store.get(1).orElseThrow());
            assertFalse(store.dropNext());
        }
    }

    @Test
    void failuresHaveTheirCodes() throws Exception {
        Path backup = folder.resolve("backup");
        try (ProfileStore store = open()) {
            assertEquals(ErrorCode.STORE, code(this::open), "it is open in this process");
            assertEquals(ErrorCode.SPACE_MISMATCH, code(() -> store.write(new StoreBatch().put(1, SPACE, bytes("a")).put(2, new SpaceId(1), bytes("b")))));
            assertTrue(store.get(1).isEmpty(), "all or nothing");
            store.backup(backup);
            assertEquals(ErrorCode.STORE, code(() -> store.backup(backup)));
            StoreBatch batch = new StoreBatch();
            assertThrows(NullPointerException.class, () -> batch.put(1, SPACE, null));
            assertThrows(NullPointerException.class, () -> batch.apply(1, null, Opinion.CONFIRM));
            assertEquals(0, store.write(batch).length, "no half of a change stays behind");
        }
        assertEquals(ErrorCode.SPACE_MISMATCH, code(() -> ProfileStore.open(backup, new SpaceId(1))));
        try (ProfileStore small = ProfileStore.open(folder.resolve("small"), SPACE, OPTIONS.withMaxBytes(1 << 20))) {
            StoreBatch large = new StoreBatch();
            for (int user = 0; user < 40; user++) {
                large.put(user, SPACE, new byte[50_000]);
            }
            assertEquals(ErrorCode.STORE_FULL, code(() -> small.write(large)));
            small.write(new StoreBatch().put(1, SPACE, bytes("fits")));
            assertTrue(small.get(2).isEmpty());
        }
        Path file = folder.resolve("faces.fci");
        Random random = new Random(1);
        try (FaceIndex index = FaceIndex.open(file, SPACE, 128)) {
            index.add(new long[] {1}, List.of(face(random)));
            assertEquals(ErrorCode.INDEX, code(() -> FaceIndex.openToRead(file)), "it is open to write");
            assertEquals(ErrorCode.SPACE_MISMATCH, code(() -> index.search(Embedding.of(new SpaceId(1), new float[] {1}), Search.defaults())));
            assertThrows(IllegalArgumentException.class, () -> index.add(new long[2], List.of()));
        }
        assertEquals(ErrorCode.EMBEDDING, code(() -> FaceIndex.open(file, SPACE, 512)));
        byte[] whole = Files.readAllBytes(file);
        whole[9] ^= 1;
        Files.write(file, whole);
        assertEquals(ErrorCode.INDEX, code(() -> FaceIndex.openToRead(file)));
        assertEquals(ErrorCode.EMBEDDING, code(() -> StoredFace.ofBytes(bytes("none"))));
        assertEquals(ErrorCode.CALIBRATION, code(() -> People.ofBytes(bytes("none"))));
        assertEquals(ErrorCode.NON_FACE, code(() -> NonFaceFilter.read(bytes("none"))));
        assertEquals(ErrorCode.CALIBRATION, code(() -> Calibration.read("none")));
    }

    @Test
    void profilesMergeAndSayWhatIsInside() {
        Random random = new Random(2);
        Embedding one = face(random);
        Embedding two = face(random);
        Profile both = profile(one).merge(profile(two));
        assertEquals(profile(one, two), both);
        Profile.Slot slot = both.slots().get(0);
        assertEquals(List.of(2, 2), List.of(slot.photos(), slot.faces()));
        assertTrue(slot.coherence() > 0.5f && slot.coherence() < 0.95f);
        assertEquals(both.embeddings(), List.of(both.embedding(Profile.Role.OWNER).orElseThrow()));
        assertTrue(both.embeddings().get(0).cosine(Embedding.mean(List.of(one, two))) > 0.9999f);
        assertEquals(List.of(), Profile.empty(SPACE, 128).embeddings());
        assertEquals(128, both.values());
        assertTrue(both.showsOwnerOf(both) && !profile(one).showsOwnerOf(profile(two)) && !both.showsOwnerOf(Profile.empty(SPACE, 128)));
        Profile foreign = Profile.empty(new SpaceId(1), 128).with(Profile.Role.OWNER, List.of(Embedding.of(new SpaceId(1), one.values())));
        assertEquals(ErrorCode.SPACE_MISMATCH, code(() -> both.showsOwnerOf(foreign)));
        assertEquals(ErrorCode.SPACE_MISMATCH, code(() -> both.merge(Profile.empty(new SpaceId(1), 128))));
        assertEquals(ErrorCode.EMBEDDING, code(() -> both.merge(Profile.empty(SPACE, 3))));
        assertEquals(ErrorCode.PROFILE, code(() -> Profile.ofBytes(new byte[20])));
    }

    @Test
    void facesAreFoundAmongMany() {
        Random random = new Random(3);
        List<Embedding> faces = new ArrayList<>();
        long[] ids = new long[200];
        for (int i = 0; i < ids.length; i++) {
            faces.add(face(random));
            ids[i] = 1_000 + i;
        }
        Path file = folder.resolve("faces.fci");
        try (FaceIndex index = FaceIndex.open(file, SPACE, 128)) {
            index.add(ids, faces);
            Hit best = index.search(faces.get(7), Search.defaults()).get(0);
            assertTrue(best.id() == 1_007 && best.cosine() > 0.99f, best::toString);
            Search search = Search.defaults().withExact().withNeighbours(5);
            assertEquals(index.search(faces.get(7), search), index.searchMany(faces.subList(5, 10), search).get(2));
            assertEquals(1_003, index.search(faces.get(7), search.withOnly(1_003)).get(0).id());
            assertEquals(List.of(), index.search(faces.get(7), search.withOnly()));
            assertEquals(List.of(), index.search(faces.get(7), search.withExcept(1_007).withLeast(0.9f)));
            assertEquals(2, index.remove(1_007, 1_008));
            index.compact();
            assertEquals(198, index.size());
            assertEquals(198, index.verify().faces());
        }
        try (FaceIndex index = FaceIndex.openToRead(file); FaceIndex other = FaceIndex.openToRead(file)) {
            assertEquals(index.bytes(), other.bytes());
            assertEquals(ErrorCode.INDEX, code(() -> index.remove(1)));
        }
    }

    @Test
    void whoAgreedIsFoundAndClonesAreReportedOnce() {
        Random random = new Random(4);
        try (ProfileStore store = open(); FaceIndex index = FaceIndex.open(folder.resolve("owners.fci"), SPACE, 128)) {
            StoreBatch batch = new StoreBatch();
            Embedding shared = face(random);
            for (long user = 0; user < 300; user++) {
                batch.put(user, profile(user == 5 || user == 200 ? shared : face(random)));
            }
            store.write(batch.setFindable(200, true));
            assertEquals(300, index.addProfiles(store, true));
            List<Hit> found = index.whoIs(store, shared, Search.defaults().withNeighbours(5).withLeast(0.9f));
            assertEquals(List.of(200L), found.stream().map(Hit::id).collect(java.util.stream.Collectors.toList()));
            float least = Clones.level(index, 10, 0);
            assertTrue(least > 0.2f && least < 0.95f, () -> "level " + least);
            Optional<Clones> clones = Clones.search(index, 0.9f, folder.resolve("progress"), 1);
            while (clones.isEmpty()) {
                clones = Clones.search(index, 0.9f, folder.resolve("progress"), 1);
            }
            assertEquals(1, clones.get().pairs());
            CloneEvent event = clones.get().report(store).get(0);
            assertEquals(List.of(5L, 200L, CloneState.OPEN), List.of(event.low(), event.high(), event.state()));
            assertEquals(List.of(), clones.get().report(store), "never twice");
            store.write(new StoreBatch().judgeClone(200, 5, CloneState.REJECTED));
            assertEquals(CloneState.REJECTED, store.clonesOf(5).get(0).state());
            assertEquals(List.of(), store.clones(Optional.of(event), 10));
            store.write(new StoreBatch().erase(5));
            assertEquals(List.of(), store.clones(Optional.empty(), 10));
        }
    }

    @Test
    void aStarCountsBesideTheUploader() {
        Random random = new Random(5);
        Embedding star = face(random);
        Embedding me = face(random);
        Matcher matcher = Matcher.cosine(0.6f, 0.05f);
        try (People people = People.empty(SPACE); Gallery uploader = matcher.gallery(List.of(new Candidate("me", List.of(me))))) {
            people.add("Ada", List.of(star));
            people.add("Bob Ünsal", List.of(face(random)));
            try (People read = People.ofBytes(people.toBytes()); StarFace stars = StarFace.of(matcher, read)) {
                assertEquals(List.of("Ada", "Bob Ünsal"), new ArrayList<>(read.all().keySet()));
                StarHit hit = stars.search(uploader, List.of(face(random), me, star)).get(0);
                assertEquals(List.of("Ada", 2, 1), List.of(hit.star(), hit.face(), hit.uploaderFace()));
                assertEquals(List.of(), stars.search(uploader, List.of(star)), "the star alone");
            }
            assertTrue(people.remove("Ada") && !people.remove("Ada"));
        }
    }

    @Test
    void closeRacesCalls() throws Exception {
        Random random = new Random(6);
        Embedding face = face(random);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        long before = FaceCore.liveHandles();
        for (int round = 0; round < 30; round++) {
            ProfileStore store = ProfileStore.open(folder.resolve("race"), SPACE, OPTIONS);
            FaceIndex index = FaceIndex.open(folder.resolve("race.fci"), SPACE, 128);
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                long user = i;
                calls.add(pool.submit(() -> {
                    try {
                        store.write(new StoreBatch().put(user, profile(face)));
                        store.getMany(new long[] {user, user + 1});
                        index.add(new long[] {user}, List.of(face));
                        index.whoIs(store, face, Search.defaults());
                    } catch (IllegalStateException closed) {
                        assertTrue(closed.getMessage().contains("closed"));
                    }
                }));
            }
            Thread.yield();
            store.close();
            index.close();
            for (Future<?> call : calls) {
                call.get(60, TimeUnit.SECONDS);
            }
            assertThrows(IllegalStateException.class, () -> store.get(1));
            assertThrows(IllegalStateException.class, () -> index.search(face, Search.defaults()));
        }
        pool.shutdown();
        assertEquals(before, FaceCore.liveHandles());
    }

    @Test
    void anErasedUserIsInNoFile() throws Exception {
        byte[] secret = bytes("a vector that nobody may find again");
        try (ProfileStore store = open()) {
            store.write(new StoreBatch().put(1, SPACE, secret).put(2, SPACE, bytes("stays")));
            store.write(new StoreBatch().erase(1));
            store.compact();
            try (java.util.stream.Stream<Path> files = Files.walk(folder)) {
                for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                    assertFalse(content.contains(new String(secret, StandardCharsets.ISO_8859_1)), file::toString);
                }
            }
            assertTrue(Arrays.equals(bytes("stays"), store.get(2).orElseThrow()));
        }
    }
}
