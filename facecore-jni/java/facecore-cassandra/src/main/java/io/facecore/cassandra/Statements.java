package io.facecore.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Statements, each prepared once. All of them may be repeated: what is written carries its time. */
final class Statements {
    private final CqlSession session;
    private final Schema schema;
    private final ConcurrentHashMap<String, PreparedStatement> prepared = new ConcurrentHashMap<>();

    Statements(CqlSession session, Schema schema) {
        this.session = session;
        this.schema = schema;
    }

    /** Sends a statement, in which {@code %s} stands for the table. */
    CompletionStage<AsyncResultSet> send(String statement, String table, ConsistencyLevel level, Duration timeout, Object... values) {
        String text = String.format(statement, schema.table(table));
        PreparedStatement ready = prepared.get(text);
        if (ready == null) {
            ready = session.prepare(text);
            prepared.put(text, ready);
        }
        BoundStatement bound = ready.bind(values).setConsistencyLevel(level).setIdempotent(true).setTimeout(timeout);
        return session.executeAsync(bound);
    }

    static String profiles(long iteration) {
        return "profiles_" + iteration;
    }

    /** Forgets what belongs to tables that are gone. */
    void forget(long iteration) {
        prepared.keySet().removeIf(text -> text.contains(schema.profiles(iteration) + " "));
    }
}
