package io.facecore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of profiles does; each kind of store runs this. */
public abstract class ProfileRepositoryBehaviour {
    /** The space of all values. */
    protected static final SpaceId SPACE = SpaceId.parse("e37f9c1f75f50abd");

    private ProfileRepository store;

    /** For the kinds of stores. */
    protected ProfileRepositoryBehaviour() {}

    /**
     * An empty store.
     *
     * @return of {@link #SPACE}
     */
    protected abstract ProfileRepository open() throws Exception;

    @BeforeEach
    void openOne() throws Exception {
        store = open();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static ErrorCode code(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(FaceCoreException.class, call).code();
    }

    private boolean[] put(long user, String text) {
        return store.write(new StoreBatch().put(user, SPACE, bytes(text)));
    }

    private void putNext(long user, String text) {
        store.write(new StoreBatch().putNext(user, SPACE, bytes(text)));
    }

    private String read(long user) {
        return store.get(user).map(found -> new String(found, StandardCharsets.US_ASCII)).orElse("none");
    }

    @Test
    void whatIsWrittenIsRead() {
        put(7, "seven");
        put(-1, "last");
        put(7, "again");
        store.write(new StoreBatch().put(3, SPACE, new byte[0]));
        List<Optional<byte[]>> many = store.getMany(new long[] {-1, 8, 7, 3, 7});
        assertArrayEquals(bytes("last"), many.get(0).orElseThrow());
        assertTrue(many.get(1).isEmpty() && many.get(3).orElseThrow().length == 0);
        assertArrayEquals(bytes("again"), many.get(2).orElseThrow());
        assertArrayEquals(bytes("again"), many.get(4).orElseThrow());
        assertEquals(List.of(), store.getMany(new long[0]));
        PartialProfiles within = store.getManyWithin(new long[] {7, 8}, Duration.ofSeconds(10));
        assertTrue(within.isComplete() && within.isAnswered(1) && within.profiles().get(1).isEmpty());
        assertEquals(SPACE, store.space());
    }

    @Test
    void changesAreAnsweredInTheirOrder() {
        FaceId face = new FaceId(-1, 65_535);
        boolean[] made = store.write(new StoreBatch().put(7, SPACE, bytes("seven")).putFace(7, face, SPACE, bytes("face")).apply(7, face, Opinion.REJECT)
                .apply(7, face, Opinion.REJECT).remove(8).optOut(9).put(9, SPACE, bytes("no")).setFindable(7, true).setFindable(7, true).remove(7).remove(7)
                .put(7, SPACE, bytes("after")));
        assertArrayEquals(new boolean[] {true, true, true, false, false, true, false, true, false, true, false, true}, made);
        assertEquals("after", read(7));
        assertEquals(0, store.write(new StoreBatch()).length);
    }

    @Test
    void everybodyIsOnSomePage() {
        Set<Long> users = new TreeSet<>();
        StoreBatch batch = new StoreBatch();
        for (long user = -50; user < 50; user++) {
            batch.put(user, SPACE, bytes("u" + user));
            users.add(user);
        }
        store.write(batch);
        for (int count : new int[] {1, 7, 100, 1_000}) {
            List<Long> seen = new ArrayList<>();
            OptionalLong after = OptionalLong.empty();
            for (List<StoredProfile> page; !(page = store.page(after, count)).isEmpty(); after = OptionalLong.of(seen.get(seen.size() - 1))) {
                assertTrue(page.size() <= count);
                for (StoredProfile profile : page) {
                    assertArrayEquals(bytes("u" + profile.user()), profile.bytes());
                    seen.add(profile.user());
                }
            }
            assertEquals(100, seen.size());
            assertEquals(users, new TreeSet<>(seen));
        }
        assertEquals(List.of(), store.page(OptionalLong.empty(), 0));
    }

    @Test
    void facesAndOpinionsAreKeptByPhoto() {
        FaceId high = new FaceId(-1, 65_535);
        FaceId low = new FaceId(5, 0);
        FaceId beside = new FaceId(5, 3);
        store.write(new StoreBatch().putFace(7, high, SPACE, bytes("high")).putFace(7, low, SPACE, bytes("low")).putFace(7, beside, SPACE, bytes("beside"))
                .putFace(8, low, SPACE, bytes("other")).apply(7, high, Opinion.REJECT).apply(7, low, Opinion.CONFIRM).apply(7, low, Opinion.REMOVE));
        assertEquals(List.of(low, beside, high), new ArrayList<>(store.faces(7).keySet()));
        assertArrayEquals(bytes("high"), store.faces(7).get(high));
        assertEquals(Feedback.none().with(high, Opinion.REJECT).with(low, Opinion.REMOVE), store.feedback(7));
        assertArrayEquals(new boolean[] {true, false}, store.write(new StoreBatch().removePhoto(7, 5).removePhoto(7, 5)));
        assertEquals(Set.of(high), store.faces(7).keySet());
        assertEquals(Feedback.none().with(high, Opinion.REJECT), store.feedback(7));
        assertEquals(Set.of(low), store.faces(8).keySet());
        assertEquals(Feedback.none(), store.feedback(99));
        assertTrue(store.faces(99).isEmpty());
    }

    @Test
    void whoHasOptedOutHasNothing() {
        FaceId face = new FaceId(1, 0);
        store.write(new StoreBatch().put(9, SPACE, bytes("nine")).putFace(9, face, SPACE, bytes("face")).apply(9, face, Opinion.CONFIRM).setFindable(9, true));
        assertArrayEquals(new long[] {9}, store.findableAmong(new long[] {7, 9}));
        store.write(new StoreBatch().optOut(9));
        assertEquals("none", read(9));
        assertTrue(store.faces(9).isEmpty());
        assertEquals(Feedback.none().withOptedOut(true), store.feedback(9));
        assertArrayEquals(new long[] {9}, store.optedOutAmong(new long[] {7, 9}));
        assertEquals(0, store.findableAmong(new long[] {7, 9}).length);
        assertArrayEquals(new boolean[] {false, false, false},
                store.write(new StoreBatch().put(9, SPACE, bytes("no")).putFace(9, face, SPACE, bytes("no")).setFindable(9, true)));
        assertEquals("none", read(9));
        assertArrayEquals(new boolean[] {true, false}, store.write(new StoreBatch().optIn(9).optIn(9)));
        assertTrue(put(9, "back")[0]);
        assertEquals("back", read(9));
        store.write(new StoreBatch().optOut(9));
        store.write(new StoreBatch().erase(9));
        assertEquals(0, store.optedOutAmong(new long[] {9}).length, "an erasure forgets the opt-out as well");
    }

    @Test
    void iterationsSwitchAndGoBack() {
        put(1, "old");
        assertEquals(ErrorCode.STORE, code(() -> putNext(1, "new")), "none was begun");
        assertEquals(ErrorCode.STORE, code(store::back));
        assertFalse(store.dropNext());
        long next = store.begin();
        assertEquals(OptionalLong.of(next), store.iterations().next());
        assertEquals(ErrorCode.STORE, code(store::begin));
        assertEquals(ErrorCode.STORE, code(store::back));
        assertEquals(ErrorCode.STORE, code(() -> store.switchTo(next + 1)));
        putNext(1, "first try");
        putNext(1, "new");
        assertEquals("old", read(1));
        store.switchTo(next);
        assertEquals("new", read(1));
        assertEquals(ErrorCode.STORE, code(() -> store.switchTo(next)));
        assertEquals(1, store.back());
        assertEquals("old", read(1));
        long third = store.begin();
        assertTrue(third > next, "a number is never used again");
        putNext(1, "given up");
        assertTrue(store.dropNext());
        assertEquals("old", read(1));
        for (int round = 0; round < 3; round++) {
            long number = store.begin();
            putNext(1, "round " + round);
            store.switchTo(number);
            assertEquals("round " + round, read(1));
        }
        store.back();
        assertEquals("round 1", read(1));
    }

    @Test
    void whatIsLiveWinsOverTheRebuild() {
        put(1, "old");
        put(2, "old");
        put(3, "old");
        put(4, "old");
        long next = store.begin();
        putNext(1, "rebuilt");
        put(1, "live after");
        put(2, "live before");
        putNext(2, "rebuilt");
        store.write(new StoreBatch().remove(3));
        putNext(3, "rebuilt");
        putNext(4, "rebuilt");
        assertEquals("live after", read(1), "live writes are read at once");
        store.switchTo(next);
        assertEquals("live after", read(1));
        assertEquals("live before", read(2));
        assertEquals("none", read(3));
        assertEquals("rebuilt", read(4));
        store.back();
        assertEquals("live after", read(1));
    }

    @Test
    void anErasureStaysWhateverTheRebuildWrites() {
        FaceId face = new FaceId(1, 0);
        for (long user : new long[] {1, 2, 3}) {
            store.write(new StoreBatch().put(user, SPACE, bytes("old")).putFace(user, face, SPACE, bytes("face")).apply(user, face, Opinion.CONFIRM));
        }
        long second = store.begin();
        for (long user : new long[] {1, 2, 3}) {
            putNext(user, "second");
        }
        store.switchTo(second);
        long third = store.begin();
        putNext(1, "third");
        store.write(new StoreBatch().erase(1).optOut(2));
        putNext(1, "third");
        putNext(2, "third");
        putNext(3, "third");
        FaceId read = new FaceId(2, 0);
        for (long user : new long[] {1, 2, 3}) {
            store.write(new StoreBatch().putFaceNext(user, read, SPACE, bytes("read before")));
        }
        assertEquals(Set.of(), store.faces(1).keySet());
        assertEquals(Set.of(), store.faces(2).keySet());
        assertEquals(Set.of(face, read), store.faces(3).keySet());
        for (int look = 0; look < 3; look++) {
            assertEquals("none", read(1));
            assertEquals("none", read(2));
            if (look == 0) {
                store.switchTo(third);
            } else if (look == 1) {
                store.back();
            }
        }
        assertEquals("second", read(3));
        assertTrue(store.faces(1).isEmpty() && store.faces(2).isEmpty());
        assertEquals(Feedback.none(), store.feedback(1));
        put(1, "anew");
        assertEquals("anew", read(1), "who was erased may come again");
    }

    @Test
    void anotherSpaceChangesNothing() {
        SpaceId other = new SpaceId(1);
        assertEquals(ErrorCode.SPACE_MISMATCH, code(() -> store.write(new StoreBatch().put(1, SPACE, bytes("a")).put(2, other, bytes("b")))));
        assertEquals("none", read(1), "all or nothing");
        assertEquals(ErrorCode.SPACE_MISMATCH,
                code(() -> store.write(new StoreBatch().put(1, SPACE, bytes("a")).putFace(1, new FaceId(1, 0), other, bytes("b")))));
        assertEquals("none", read(1));
        assertEquals(ErrorCode.STORE, code(() -> store.write(new StoreBatch().put(1, SPACE, bytes("a")).putNext(2, SPACE, bytes("b")))), "none was begun");
        assertEquals("none", read(1));
    }

    @Test
    void hostileSizesAreRefused() {
        byte[] large = new byte[(1 << 24) + 1];
        assertEquals(ErrorCode.LIMIT, code(() -> store.write(new StoreBatch().put(1, SPACE, bytes("a")).put(2, SPACE, large))));
        assertEquals("none", read(1));
        byte[] fits = new byte[1 << 20];
        fits[77] = 7;
        store.write(new StoreBatch().put(1, SPACE, fits));
        assertArrayEquals(fits, store.get(1).orElseThrow());
        StoreBatch many = new StoreBatch();
        for (int i = 0; i < 2_000; i++) {
            many.putFace(5, new FaceId(i / 3, i % 3), SPACE, new byte[204]);
        }
        store.write(many);
        assertEquals(2_000, store.faces(5).size());
        long[] nobody = java.util.stream.LongStream.range(1_000_000, 1_005_000).toArray();
        assertTrue(store.getMany(nobody).stream().allMatch(Optional::isEmpty));
    }

    @Test
    void nothingIsReadOrWrittenOnceItIsClosed() {
        store.close();
        assertThrows(IllegalStateException.class, () -> store.get(1));
        assertThrows(IllegalStateException.class, () -> put(1, "late"));
        assertThrows(IllegalStateException.class, store::begin);
    }
}
