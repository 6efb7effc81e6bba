package io.facecore.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.facecore.SpaceId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the cache keeps and forgets; needs no Cassandra. */
class ProfileCacheTest {
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    Path folder;

    private ProfileCache open(int maxUsers, Duration maxAge) {
        return ProfileCache.open(folder.resolve("cache"), new SpaceId(7), maxUsers, maxAge);
    }

    private static ProfileCache.Entry read(long user, int value, long written, long iteration) {
        return new ProfileCache.Entry(user, new byte[] {(byte) value}, written, iteration);
    }

    private static int value(ProfileCache cache, long user, long iteration) {
        Optional<byte[]> found = cache.find(new long[] {user}, iteration).get(0);
        return found.isEmpty() ? -1 : found.get()[0];
    }

    @Test
    void theLaterWriteStays() {
        try (ProfileCache cache = open(100, LONG)) {
            cache.keep(List.of(read(1, 10, 1_000, 1)));
            assertEquals(10, value(cache, 1, 1));
            cache.keep(List.of(read(1, 9, 999, 1)));
            assertEquals(10, value(cache, 1, 1));
            cache.keep(List.of(new ProfileCache.Entry(1, null, 2_000, 1)));
            assertEquals(-1, value(cache, 1, 1), "a write makes a gap");
            cache.keep(List.of(read(1, 10, 1_000, 1)));
            assertEquals(-1, value(cache, 1, 1), "a slow reader's older value does not fill it");
            cache.keep(List.of(read(1, 20, 2_000, 1)));
            assertEquals(20, value(cache, 1, 1));
            assertEquals(-1, value(cache, 1, 2), "not of another iteration");
            cache.keep(List.of(read(1, 30, 500, 2)));
            assertEquals(30, value(cache, 1, 2), "times of two iterations are not compared");
        }
    }

    @Test
    void itIsThereAfterARestartUntilItIsTooOld() throws Exception {
        try (ProfileCache cache = open(100, LONG)) {
            cache.keep(List.of(read(1, 10, 1_000, 1)));
        }
        try (ProfileCache cache = open(100, LONG)) {
            assertEquals(10, value(cache, 1, 1));
        }
        Thread.sleep(5);
        try (ProfileCache cache = open(100, Duration.ofMillis(1))) {
            assertEquals(-1, value(cache, 1, 1));
        }
    }

    @Test
    void itNeverHoldsMoreThanItMay() {
        try (ProfileCache cache = open(100, LONG)) {
            for (int user = 0; user < 1_000; user++) {
                cache.keep(List.of(read(user, 7, 1, 1)));
                assertEquals(7, value(cache, user, 1), "the newest is always there");
            }
        }
        try (ProfileCache cache = open(100, LONG)) {
            long[] users = LongStream.range(0, 1_000).toArray();
            long there = cache.find(users, 1).stream().filter(Optional::isPresent).count();
            assertTrue(there > 0 && there <= 100, there + " users");
            cache.keep(List.of(read(1_000, 7, 1, 1)));
            assertTrue(cache.find(users, 1).stream().filter(Optional::isPresent).count() < 100, "what was there before a restart counts");
        }
    }
}
