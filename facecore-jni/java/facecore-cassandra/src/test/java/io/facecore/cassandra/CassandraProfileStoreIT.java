package io.facecore.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.datastax.oss.driver.api.core.CqlSession;
import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import io.facecore.ProfileRepository;
import io.facecore.ProfileRepositoryBehaviour;
import io.facecore.SpaceId;
import io.facecore.StoreBatch;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store in Cassandra behaves as all do. */
class CassandraProfileStoreIT extends ProfileRepositoryBehaviour {
    /** Thousands of users in one call need their time on a loaded machine. */
    private static final CassandraOptions PATIENT = CassandraOptions.defaults().withReadDeadline(Duration.ofSeconds(30));
    private static CqlSession session;

    @TempDir
    Path folder;
    private String keyspace;

    @AfterEach
    void drop() {
        Cluster.drop(session, keyspace);
    }

    @BeforeAll
    static void connect() {
        session = Cluster.session();
    }

    @AfterAll
    static void disconnect() {
        session.close();
    }

    @Override
    protected ProfileRepository open() {
        keyspace = Cluster.keyspace(session, 1);
        CassandraProfileStore.migrate(session, keyspace, SPACE);
        return CassandraProfileStore.open(session, keyspace, SPACE, PATIENT.withCache(folder.resolve("cache"), 1_000, Duration.ofMinutes(10)));
    }

    private static ErrorCode code(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(FaceCoreException.class, call).code();
    }

    @Test
    void tablesAreMadeOnceAndOfOneSpace() {
        CassandraProfileStore.migrate(session, keyspace, SPACE);
        assertEquals(ErrorCode.SPACE_MISMATCH, code(() -> CassandraProfileStore.open(session, keyspace, new SpaceId(1), CassandraOptions.defaults())));
        assertEquals(ErrorCode.SPACE_MISMATCH, code(() -> CassandraProfileStore.migrate(session, keyspace, new SpaceId(1))));
        String bare = Cluster.keyspace(session, 1);
        assertEquals(ErrorCode.STORE, code(() -> CassandraProfileStore.open(session, bare, SPACE, CassandraOptions.defaults())));
        Cluster.drop(session, bare);
        assertThrows(IllegalArgumentException.class, () -> CassandraProfileStore.migrate(session, "no; DROP", SPACE));
    }

    private static byte first(ProfileRepository store, long user) {
        return store.get(user).map(profile -> profile[0]).orElse((byte) 0);
    }

    private static StoreBatch put(long user, int first) {
        return new StoreBatch().put(user, SPACE, new byte[] {(byte) first, 0});
    }

    @Test
    void theCacheAnswersAfterARestartAndForgetsWhatWasWritten() throws Exception {
        CassandraOptions cached = PATIENT.withCache(folder.resolve("friends"), 1_000, Duration.ofMinutes(10));
        try (CassandraProfileStore other = CassandraProfileStore.open(session, keyspace, SPACE, PATIENT)) {
            other.write(put(1, 1));
            try (CassandraProfileStore store = CassandraProfileStore.open(session, keyspace, SPACE, cached)) {
                assertEquals(1, first(store, 1));
                store.write(put(1, 2));
                assertEquals(2, first(store, 1), "what this store wrote is read at once");
                assertEquals(0, store.metrics().cached());
            }
            other.write(put(1, 3).put(2, SPACE, new byte[] {4}));
            try (CassandraProfileStore store = CassandraProfileStore.open(session, keyspace, SPACE, cached)) {
                assertEquals(2, first(store, 1), "a restart forgets nothing, and others' writes are not known yet");
                assertEquals(1, store.metrics().cached());
                assertEquals(4, first(store, 2), "who is not in it is read from Cassandra");
                assertEquals(1, store.metrics().cached());
                long next = store.begin();
                store.write(new StoreBatch().putNext(2, SPACE, new byte[] {5}));
                store.switchTo(next);
                assertEquals(5, first(store, 2), "a new iteration is read anew");
                store.write(new StoreBatch().erase(2));
                assertEquals(0, first(store, 2));
            }
            CassandraOptions brief = PATIENT.withCache(folder.resolve("friends"), 1_000, Duration.ofMillis(1));
            try (CassandraProfileStore store = CassandraProfileStore.open(session, keyspace, SPACE, brief)) {
                other.write(put(6, 6));
                assertEquals(6, first(store, 6));
                other.write(put(6, 7));
                Thread.sleep(10);
                assertEquals(7, first(store, 6), "after its age, a profile is read again");
            }
        }
    }
}
