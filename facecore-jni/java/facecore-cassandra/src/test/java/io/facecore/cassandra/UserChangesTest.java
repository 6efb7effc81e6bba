package io.facecore.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.facecore.SpaceId;
import io.facecore.StoreBatch;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The times that decide which of two writes wins; needs no Cassandra. */
class UserChangesTest {
    private static final SpaceId SPACE = new SpaceId(7);
    private final Clock clock = new Clock();

    private UserChanges changes(long latest, long begun, StoreBatch batch) {
        UserChanges user = new UserChanges(clock);
        user.latest = latest;
        for (Change change : Change.of(batch, SPACE)) {
            user.add(change, clock.next(), begun);
        }
        return user;
    }

    @Test
    void noTimeIsGivenTwice() {
        long before = clock.next();
        for (int i = 0; i < 10_000; i++) {
            long time = clock.next();
            assertTrue(time > before);
            before = time;
        }
    }

    @Test
    void aRebuildWritesBeforeItsBeginning() {
        long begun = clock.next();
        long before = 0;
        for (int i = 0; i < 10_000; i++) {
            long time = clock.ofRebuild(begun);
            assertTrue(time > before && time < begun, "later than its own earlier writes, earlier than live ones");
            before = time;
        }
        long longAgo = begun - 40L * 24 * 3_600 * 1_000_000;
        assertTrue(clock.ofRebuild(longAgo) < longAgo, "also after more weeks than a rebuild may take");
    }

    @Test
    void whatIsRemovedWasEarlierEvenByAClockThatIsAhead() {
        long ahead = clock.next() + 60_000_000;
        UserChanges user = changes(ahead, 0, new StoreBatch().erase(1).put(1, SPACE, new byte[3]));
        assertEquals(List.of(ahead + 1, ahead + 2), List.of(user.profiles.get(0).time, user.profiles.get(1).time));
        assertTrue(user.rows.stream().allMatch(row -> row.removes), "an erasure waits for all replicas");
    }

    @Test
    void whoHasOptedOutIsNotWritten() {
        UserChanges user = changes(0, clock.next(), new StoreBatch().optOut(1).put(1, SPACE, new byte[3]).putNext(1, SPACE, new byte[3]));
        assertEquals(1, user.profiles.size());
        assertEquals(UserChanges.Where.ALL, user.profiles.get(0).where);
        assertTrue(user.optedOut);
        assertFalse(user.hasProfile);
    }
}
