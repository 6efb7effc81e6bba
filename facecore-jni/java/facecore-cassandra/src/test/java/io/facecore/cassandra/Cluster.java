package io.facecore.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import java.net.InetSocketAddress;
import java.time.Duration;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;

/** The Cassandra that the tests use: {@code cluster/cassandra} starts it. */
final class Cluster {
    private Cluster() {}

    static CqlSession session() {
        String[] address = System.getProperty("facecore.cassandra", "127.0.0.1:19042").split(":");
        DriverConfigLoader settings = DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(10))
                .withDuration(DefaultDriverOption.CONNECTION_INIT_QUERY_TIMEOUT, Duration.ofSeconds(20))
                .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, Duration.ofMillis(200))
                .withDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY, Duration.ofSeconds(2))
                // Otherwise each new table waits a second for others.
                .withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, Duration.ofMillis(10))
                .build();
        return CqlSession.builder().addContactPoint(new InetSocketAddress(address[0], Integer.parseInt(address[1])))
                .withLocalDatacenter("datacenter1").withConfigLoader(settings).build();
    }

    /** A keyspace that is empty, whatever was in it. */
    static void anew(CqlSession session, String keyspace, int replicas) {
        define(session, "DROP KEYSPACE IF EXISTS " + keyspace);
        define(session, "CREATE KEYSPACE " + keyspace + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': " + replicas + "}");
    }

    private static void define(CqlSession session, String statement) {
        session.execute(SimpleStatement.newInstance(statement).setTimeout(Duration.ofSeconds(60)));
    }
}
