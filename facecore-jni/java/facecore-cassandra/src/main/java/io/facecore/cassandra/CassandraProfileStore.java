package io.facecore.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import io.facecore.FaceId;
import io.facecore.Feedback;
import io.facecore.Opinion;
import io.facecore.PartialProfiles;
import io.facecore.ProfileRepository;
import io.facecore.SpaceId;
import io.facecore.StoreBatch;
import io.facecore.StoreIterations;
import io.facecore.StoredProfile;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Profiles in a Cassandra, for services and rebuilds on many machines. It reads and writes by a session of the driver, which the application opens,
 * shares and closes; one store a keyspace and process is enough, shared by all threads.
 *
 * <pre>{@code
 * try (CqlSession session = CqlSession.builder().build()) { // where the nodes are stands in application.conf
 *     CassandraProfileStore.migrate(session, "facecore", space); // once, by whoever installs
 *     try (ProfileRepository profiles = CassandraProfileStore.open(session, "facecore", space, CassandraOptions.defaults())) {
 *         profiles.write(new StoreBatch().put(42, profile));
 *     }
 * }
 * }</pre>
 */
public final class CassandraProfileStore implements ProfileRepository {
    private final CassandraOptions options;
    private final CassandraMetrics metrics = new CassandraMetrics();
    private final Requests requests;
    private final Statements statements;
    private final Iterations iterations;
    private final BatchWriter writer;
    private final Optional<ProfileCache> cache;
    private final String name;
    private final SpaceId space;
    private volatile boolean closed;

    private CassandraProfileStore(CqlSession session, Schema schema, String name, SpaceId space, CassandraOptions options) {
        this.options = options;
        this.name = name;
        this.space = space;
        requests = new Requests(options.inFlight(), metrics);
        statements = new Statements(session, schema);
        iterations = new Iterations(session, schema, options.read());
        cache = options.cache().map(its -> ProfileCache.open(its.folder, space, its.maxUsers, its.maxAge));
        writer = new BatchWriter(options, requests, statements, iterations, cache);
    }

    /**
     * Makes the tables in a keyspace, or brings them up to this version; does nothing if they are up to date. The keyspace must be there, since how often
     * profiles are replicated is the operator's to say.
     *
     * @param session any
     * @param keyspace small letters, digits and _
     * @param space of all values that will be in it
     * @throws FaceCoreException with {@link ErrorCode#STORE} if the tables cannot be made, and {@link ErrorCode#SPACE_MISMATCH} if it has another space
     */
    public static void migrate(CqlSession session, String keyspace, SpaceId space) {
        new Schema(session, keyspace).migrate(space);
        open(session, keyspace, space, CassandraOptions.defaults().withRead(DefaultConsistencyLevel.ONE)).close();
    }

    /**
     * Opens the store in a keyspace.
     *
     * @param session stays the caller's: to close the store does not close it
     * @param keyspace with the tables of {@link #migrate}
     * @param space of all values in it
     * @param options how it reads and writes
     * @return the store
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} if the store is of another space, and {@link ErrorCode#STORE} if the tables are not
     *         those of this version
     */
    public static CassandraProfileStore open(CqlSession session, String keyspace, SpaceId space, CassandraOptions options) {
        Schema schema = new Schema(session, keyspace);
        schema.check(options.read());
        CassandraProfileStore store = new CassandraProfileStore(session, schema, keyspace, Objects.requireNonNull(space, "space"), options);
        try {
            store.check(keyspace);
            return store;
        } catch (FaceCoreException error) {
            store.close();
            throw error;
        }
    }

    private void check(String keyspace) {
        SpaceId its = iterations.fresh().space;
        if (!its.equals(space)) {
            throw FaceCoreException.of(ErrorCode.SPACE_MISMATCH, "keyspace " + keyspace + " has profiles of space " + its + ", not " + space);
        }
    }

    private void use() {
        if (closed) {
            throw new IllegalStateException("this store is closed");
        }
    }

    private static long after(Duration duration) {
        return System.nanoTime() + duration.toNanos();
    }

    /**
     * What was asked for and what failed since it was opened.
     *
     * @return live counters
     */
    public CassandraMetrics metrics() {
        return metrics;
    }

    @Override
    public SpaceId space() {
        return space;
    }

    @Override
    public List<Optional<byte[]>> getMany(long[] users) {
        PartialProfiles found = getManyWithin(users, options.readDeadline());
        if (!found.isComplete()) {
            throw FaceCoreException.of(ErrorCode.STORE, found.missing() + " of " + users.length + " profiles could not be read; a part of the cluster is away");
        }
        return found.profiles();
    }

    @Override
    public PartialProfiles getManyWithin(long[] users, Duration deadline) {
        use();
        long end = after(deadline);
        List<Optional<byte[]>> profiles = cached(users, end);
        List<Integer> places = new ArrayList<>();
        List<Supplier<CompletionStage<Optional<ProfileCache.Entry>>>> questions = new ArrayList<>();
        for (int i = 0; i < users.length; i++) {
            long user = users[i];
            if (profiles.get(i).isEmpty()) {
                places.add(i);
                questions.add(() -> profile(user, end));
            }
        }
        metrics.cached.add(users.length - places.size());
        Requests.Outcome<Optional<ProfileCache.Entry>> outcome = requests.run(questions, end, () -> iterations.lookAgain(end));
        boolean[] unanswered = new boolean[users.length];
        List<ProfileCache.Entry> found = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            if (outcome.isDone(i)) {
                profiles.set(places.get(i), outcome.results.get(i).map(entry -> entry.profile));
                outcome.results.get(i).ifPresent(found::add);
            } else {
                unanswered[places.get(i)] = true;
            }
        }
        cache.ifPresent(known -> known.keep(found));
        PartialProfiles answer = PartialProfiles.of(profiles, unanswered);
        metrics.unanswered.add(answer.missing());
        return answer;
    }

    private List<Optional<byte[]>> cached(long[] users, long end) {
        return cache.isEmpty() || users.length == 0
                ? new ArrayList<>(Collections.nCopies(users.length, Optional.empty()))
                : new ArrayList<>(cache.get().find(users, iterations.recent(end).current));
    }

    /** A replica that was away answers that there is no row, until it was told what it missed; so a miss is asked for again. */
    private CompletionStage<Optional<ProfileCache.Entry>> profile(long user, long end) {
        long iteration = iterations.recent(end).current;
        return select(iteration, user, options.read(), end).thenCompose(found -> {
            if (found.isPresent() || options.confirm().equals(options.read())) {
                return CompletableFuture.completedFuture(found);
            }
            metrics.confirmed.increment();
            return select(iteration, user, options.confirm(), end).thenApply(sure -> {
                sure.ifPresent(late -> metrics.recovered.increment());
                return sure;
            });
        });
    }

    private CompletionStage<Optional<ProfileCache.Entry>> select(long iteration, long user, ConsistencyLevel level, long end) {
        Duration left = Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()));
        return statements.send("SELECT profile, writetime(profile) FROM %s WHERE user = ?", Statements.profiles(iteration), level, left, user)
                .thenApply(rows -> Optional.ofNullable(rows.one())
                        .map(row -> new ProfileCache.Entry(user, bytes(row.getByteBuffer(0)), row.getLong(1), iteration)));
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    @Override
    public List<StoredProfile> page(OptionalLong after, int count) {
        use();
        if (count < 0) {
            throw new IllegalArgumentException("a page of " + count + " users");
        }
        String columns = "SELECT user, profile, token(user) AS place FROM %s ";
        List<StoredProfile> page = new ArrayList<>();
        if (count == 0) {
            return page;
        }
        long end = after(options.readDeadline());
        String table = Statements.profiles(iterations.recent(end).current);
        // One more than asked for, since the last user of the page before is read again: two users may have the same token.
        List<Row> rows = after.isEmpty()
                ? rows(end, columns + "LIMIT ?", table, count)
                : rows(end, columns + "WHERE token(user) >= token(?) LIMIT ?", table, after.getAsLong(), count + 1);
        for (Row row : rows) {
            long user = row.getLong("user");
            if (page.size() < count && !(after.isPresent() && user == after.getAsLong())) {
                page.add(new StoredProfile(user, bytes(row.getByteBuffer("profile"))));
            }
        }
        return Collections.unmodifiableList(page);
    }

    /**
     * The users with a profile in the current iteration, by their place on Cassandra's circle: for jobs that share out all users among machines.
     *
     * @param after a token; users there are not among them. The lowest is nobody's
     * @param last a token; users there are among them
     * @return their ids, in the order of their tokens; all of them are in memory, so ask for small pieces
     * @throws FaceCoreException with {@link ErrorCode#STORE}
     */
    public long[] usersWithin(long after, long last) {
        use();
        long end = after(options.readDeadline());
        String table = Statements.profiles(iterations.recent(end).current);
        return rows(end, "SELECT user FROM %s WHERE token(user) > ? AND token(user) <= ?", table, after, last).stream().mapToLong(row -> row.getLong(0))
                .toArray();
    }

    /** All rows of an answer, at the level where nothing that was acknowledged is missing. */
    private List<Row> rows(long end, String statement, String table, Object... values) {
        Supplier<CompletionStage<List<Row>>> question = () -> statements.send(statement, table, options.confirm(), options.readDeadline(), values)
                .thenCompose(first -> rest(first, new ArrayList<>()));
        return requests.run(List.of(question), end, () -> iterations.lookAgain(end)).whole("reading " + table).results.get(0);
    }

    private static CompletionStage<List<Row>> rest(AsyncResultSet page, List<Row> rows) {
        page.currentPage().forEach(rows::add);
        return page.hasMorePages() ? page.fetchNextPage().thenCompose(next -> rest(next, rows)) : CompletableFuture.completedFuture(rows);
    }

    @Override
    public Map<FaceId, byte[]> faces(long user) {
        use();
        Map<FaceId, byte[]> faces = new TreeMap<>();
        for (Row row : rows(after(options.readDeadline()), "SELECT photo, face, bytes FROM %s WHERE user = ?", "faces", user)) {
            faces.put(new FaceId(row.getLong(0), row.getInt(1)), bytes(row.getByteBuffer(2)));
        }
        return Collections.unmodifiableMap(faces);
    }

    @Override
    public Feedback feedback(long user) {
        use();
        Map<FaceId, Opinion> opinions = new TreeMap<>();
        for (Row row : rows(after(options.readDeadline()), "SELECT photo, face, opinion FROM %s WHERE user = ?", "opinions", user)) {
            opinions.put(new FaceId(row.getLong(0), row.getInt(1)), Opinion.valueOf(row.getString(2)));
        }
        return Feedback.of(opinions, optedOutAmong(new long[] {user}).length == 1);
    }

    @Override
    public long[] optedOutAmong(long[] users) {
        return among(users, "opted_out");
    }

    @Override
    public long[] findableAmong(long[] users) {
        return among(users, "findable");
    }

    /** One replica is enough: an opt-out is acknowledged when all have it. */
    private long[] among(long[] users, String column) {
        use();
        List<Supplier<CompletionStage<Boolean>>> questions = new ArrayList<>(users.length);
        for (long user : users) {
            questions.add(() -> statements.send("SELECT " + column + " FROM %s WHERE user = ?", "wishes", options.read(), options.readDeadline(), user)
                    .thenApply(rows -> Optional.ofNullable(rows.one()).map(row -> row.getBoolean(0)).orElse(false)));
        }
        long end = after(options.readDeadline());
        Requests.Outcome<Boolean> outcome = requests.run(questions, end, () -> iterations.lookAgain(end)).whole("reading wishes");
        long[] found = new long[users.length];
        int count = 0;
        for (int i = 0; i < users.length; i++) {
            if (outcome.results.get(i)) {
                found[count++] = users[i];
            }
        }
        return Arrays.copyOf(found, count);
    }

    @Override
    public boolean[] write(StoreBatch batch) {
        use();
        return writer.write(Change.of(batch, space));
    }

    @Override
    public StoreIterations iterations() {
        use();
        return iterations.fresh().iterations();
    }

    @Override
    public long begin() {
        use();
        return iterations.begin();
    }

    @Override
    public void switchTo(long iteration) {
        use();
        iterations.switchTo(iteration);
    }

    @Override
    public boolean dropNext() {
        use();
        return iterations.dropNext();
    }

    @Override
    public long back() {
        use();
        return iterations.back();
    }

    /** Later calls are {@link IllegalStateException}; the session stays open, the cache is closed. */
    @Override
    public void close() {
        closed = true;
        cache.ifPresent(ProfileCache::close);
    }

    @Override
    public String toString() {
        return "CassandraProfileStore[" + name + ", space=" + space + "]";
    }
}
