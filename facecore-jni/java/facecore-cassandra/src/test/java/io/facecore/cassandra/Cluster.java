package io.facecore.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** The Cassandra that the tests use: {@code cluster/cassandra} starts it, on {@code CASSANDRA_PORT}. */
final class Cluster {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private Cluster() {}

    static CqlSession session() {
        int port = Integer.parseInt(System.getenv().getOrDefault("CASSANDRA_PORT", "19042"));
        DriverConfigLoader settings = DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(10))
                .withDuration(DefaultDriverOption.CONNECTION_INIT_QUERY_TIMEOUT, Duration.ofSeconds(20))
                .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, Duration.ofMillis(200))
                .withDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY, Duration.ofSeconds(2))
                // Otherwise each new table waits a second for others.
                .withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, Duration.ofMillis(10))
                .build();
        return CqlSession.builder().addContactPoint(new InetSocketAddress("127.0.0.1", port))
                .withLocalDatacenter("datacenter1").withConfigLoader(settings).build();
    }

    /** Makes an empty keyspace, of a name that was never used before. */
    static String keyspace(CqlSession session, int replicas) {
        String name = "test_" + Long.toString(System.currentTimeMillis(), 36) + "_" + COUNT.incrementAndGet();
        define(session, "CREATE KEYSPACE " + name + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': " + replicas + "}");
        return name;
    }

    static void drop(CqlSession session, String keyspace) {
        define(session, "DROP KEYSPACE IF EXISTS " + keyspace);
    }

    private static void define(CqlSession session, String statement) {
        session.execute(SimpleStatement.newInstance(statement).setTimeout(Duration.ofSeconds(60)));
    }
}
