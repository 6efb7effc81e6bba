package io.facecore.spark;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import io.facecore.SpaceId;
import io.facecore.cassandra.CassandraOptions;
import io.facecore.cassandra.CassandraProfileStore;
import java.nio.file.Path;
import java.time.Duration;

/** A session of Cassandra's driver with the store in it, and the tables of a rebuild. */
final class Connection implements AutoCloseable {
    /** How long an executor takes a friend's profile that it has read for the current one: within a pass it hardly changes. */
    private static final Duration CACHED = Duration.ofHours(12);
    private static final int CACHED_USERS = 5_000_000;

    final CqlSession session;
    final CassandraProfileStore store;
    final RebuildTables tables;

    private Connection(CqlSession session, CassandraProfileStore store, RebuildTables tables) {
        this.session = session;
        this.store = store;
        this.tables = tables;
    }

    static Connection open(RebuildSettings settings, SpaceId space, Path cache) {
        CqlSessionBuilder builder = CqlSession.builder().withClassLoader(Connection.class.getClassLoader());
        if (!settings.cassandra.isEmpty()) {
            builder.withConfigLoader(DriverConfigLoader.fromString(settings.cassandra));
        }
        CassandraOptions options = settings.twoReplicas ? CassandraOptions.forTwoReplicas() : CassandraOptions.defaults();
        options = options.withReadDeadline(Duration.ofMinutes(2)).withWriteDeadline(Duration.ofMinutes(2));
        CqlSession session = builder.build();
        try {
            CassandraOptions its = cache == null ? options : options.withCache(cache, CACHED_USERS, CACHED);
            return new Connection(session, CassandraProfileStore.open(session, settings.keyspace, space, its), new RebuildTables(session, settings.keyspace));
        } catch (RuntimeException error) {
            session.close();
            throw error;
        }
    }

    /** Without this the driver's threads keep the JVM alive. */
    @Override
    public void close() {
        store.close();
        session.close();
    }
}
