package tagging.faces;

import com.datastax.oss.driver.api.core.CqlSession;
import io.facecore.ProfileRepository;
import io.facecore.ProfileStore;
import io.facecore.SpaceId;
import io.facecore.cassandra.CassandraOptions;
import io.facecore.cassandra.CassandraProfileStore;
import java.nio.file.Path;

/**
 * Where profiles, faces and opinions are: in a folder of this machine; or, with {@code -Dtagging.cassandra=KEYSPACE}, in that keyspace of a Cassandra, which is
 * found by the driver's own settings ({@code -Ddatastax-java-driver.basic.contact-points.0=HOST:9042} and so on, or an {@code application.conf}).
 */
public final class Stores {
    private Stores() {
    }

    /** Opens it, and makes it if there is none; a keyspace must be there. */
    public static ProfileRepository open(Path folder, SpaceId space) {
        String keyspace = System.getProperty("tagging.cassandra", "");
        if (keyspace.isEmpty()) {
            return ProfileStore.open(folder, space);
        }
        // Both live as long as the process.
        CqlSession session = CqlSession.builder().build();
        CassandraProfileStore.migrate(session, keyspace, space);
        return CassandraProfileStore.open(session, keyspace, space, CassandraOptions.defaults());
    }
}
