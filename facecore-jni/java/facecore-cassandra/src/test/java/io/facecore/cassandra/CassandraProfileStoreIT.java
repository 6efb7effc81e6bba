package io.facecore.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.datastax.oss.driver.api.core.CqlSession;
import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import io.facecore.ProfileRepository;
import io.facecore.ProfileRepositoryBehaviour;
import io.facecore.SpaceId;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A store in Cassandra behaves as all do. */
class CassandraProfileStoreIT extends ProfileRepositoryBehaviour {
    private static CqlSession session;

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
        Cluster.anew(session, "behaviour", 1);
        CassandraProfileStore.migrate(session, "behaviour", SPACE);
        // Thousands of users in one call need their time on a loaded machine.
        return CassandraProfileStore.open(session, "behaviour", SPACE, CassandraOptions.defaults().withReadDeadline(Duration.ofSeconds(30)));
    }

    private static ErrorCode code(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(FaceCoreException.class, call).code();
    }

    @Test
    void tablesAreMadeOnceAndOfOneSpace() {
        CassandraProfileStore.migrate(session, "behaviour", SPACE);
        assertEquals(ErrorCode.SPACE_MISMATCH, code(() -> CassandraProfileStore.open(session, "behaviour", new SpaceId(1), CassandraOptions.defaults())));
        assertEquals(ErrorCode.SPACE_MISMATCH, code(() -> CassandraProfileStore.migrate(session, "behaviour", new SpaceId(1))));
        Cluster.anew(session, "bare", 1);
        assertEquals(ErrorCode.STORE, code(() -> CassandraProfileStore.open(session, "bare", SPACE, CassandraOptions.defaults())));
        assertThrows(IllegalArgumentException.class, () -> CassandraProfileStore.migrate(session, "no; DROP", SPACE));
    }
}
