package io.facecore.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a {@link CassandraProfileStore} reads and writes. Immutable. Nodes, data centres, passwords and pools are the driver's own settings, in its
 * file {@code application.conf}.
 */
public final class CassandraOptions {
    private final ConsistencyLevel read;
    private final ConsistencyLevel confirm;
    private final ConsistencyLevel write;
    private final ConsistencyLevel erase;
    private final Duration readDeadline;
    private final Duration writeDeadline;
    private final int inFlight;
    private final Cache cache;

    private CassandraOptions(ConsistencyLevel[] levels, Duration readDeadline, Duration writeDeadline, int inFlight, Cache cache) {
        read = levels[0];
        confirm = levels[1];
        write = levels[2];
        erase = levels[3];
        this.readDeadline = Objects.requireNonNull(readDeadline, "readDeadline");
        this.writeDeadline = Objects.requireNonNull(writeDeadline, "writeDeadline");
        this.inFlight = inFlight;
        this.cache = cache;
    }

    /** Where the cache is and how much it keeps. */
    static final class Cache {
        final Path folder;
        final int maxUsers;
        final Duration maxAge;

        private Cache(Path folder, int maxUsers, Duration maxAge) {
            this.folder = Objects.requireNonNull(folder, "folder");
            this.maxUsers = maxUsers;
            this.maxAge = Objects.requireNonNull(maxAge, "maxAge");
        }

        @Override
        public String toString() {
            return folder + " (" + maxUsers + " users, " + maxAge + ")";
        }
    }

    private static CassandraOptions of(DefaultConsistencyLevel read, DefaultConsistencyLevel confirm, DefaultConsistencyLevel write) {
        ConsistencyLevel[] levels = {read, confirm, write, DefaultConsistencyLevel.ALL};
        return new CassandraOptions(levels, Duration.ofSeconds(2), Duration.ofSeconds(30), 256, null);
    }

    /**
     * For three replicas in a data centre, of which one may be away: a profile is read from one replica and a missing one asked for again at
     * LOCAL_QUORUM, which is also what writes wait for.
     *
     * @return what to begin with
     */
    public static CassandraOptions defaults() {
        return of(DefaultConsistencyLevel.LOCAL_ONE, DefaultConsistencyLevel.LOCAL_QUORUM, DefaultConsistencyLevel.LOCAL_QUORUM);
    }

    /**
     * For two replicas, where a quorum would be both: writes wait for one, a missing profile is asked for again at ALL. While one is away, what is
     * there is read and written, and what is missing has no answer.
     *
     * @return what to begin with
     */
    public static CassandraOptions forTwoReplicas() {
        return of(DefaultConsistencyLevel.LOCAL_ONE, DefaultConsistencyLevel.ALL, DefaultConsistencyLevel.LOCAL_ONE);
    }

    private ConsistencyLevel[] levels() {
        return new ConsistencyLevel[] {read, confirm, write, erase};
    }

    private CassandraOptions withLevel(int place, ConsistencyLevel level) {
        ConsistencyLevel[] levels = levels();
        levels[place] = Objects.requireNonNull(level, "level");
        return new CassandraOptions(levels, readDeadline, writeDeadline, inFlight, cache);
    }

    /**
     * How many replicas answer for a profile that is there.
     *
     * @param level LOCAL_ONE unless set
     * @return a changed copy
     */
    public CassandraOptions withRead(ConsistencyLevel level) {
        return withLevel(0, level);
    }

    /**
     * How many replicas must agree that there is no profile, and answer for faces and opinions. Together with {@link #withWrite} it must be more than
     * there are replicas.
     *
     * @param level LOCAL_QUORUM unless set
     * @return a changed copy
     */
    public CassandraOptions withConfirm(ConsistencyLevel level) {
        return withLevel(1, level);
    }

    /**
     * How many replicas must have a write before it is acknowledged.
     *
     * @param level LOCAL_QUORUM unless set
     * @return a changed copy
     */
    public CassandraOptions withWrite(ConsistencyLevel level) {
        return withLevel(2, level);
    }

    /**
     * How many replicas must have a removal, an erasure or an opt-out before it is acknowledged: with {@link #withRead} together it must be more than
     * there are replicas, or one that missed it shows the user again. While a replica is away, erasures at ALL fail and must be repeated.
     *
     * @param level ALL unless set
     * @return a changed copy
     */
    public CassandraOptions withErase(ConsistencyLevel level) {
        return withLevel(3, level);
    }

    /**
     * How long a read may take, all repetitions included; {@link CassandraProfileStore#getManyWithin} has a deadline of its own.
     *
     * @param deadline 2 s unless set
     * @return a changed copy
     */
    public CassandraOptions withReadDeadline(Duration deadline) {
        return new CassandraOptions(levels(), deadline, writeDeadline, inFlight, cache);
    }

    /**
     * For how long a write is repeated while nodes are away.
     *
     * @param deadline 30 s unless set
     * @return a changed copy
     */
    public CassandraOptions withWriteDeadline(Duration deadline) {
        return new CassandraOptions(levels(), readDeadline, deadline, inFlight, cache);
    }

    /**
     * How many requests may be under way, of all threads; a thread that asks for more waits. This bounds memory and the queues of the nodes.
     *
     * @param requests 256 unless set, at least 1
     * @return a changed copy
     * @throws IllegalArgumentException below 1
     */
    public CassandraOptions withInFlight(int requests) {
        if (requests < 1) {
            throw new IllegalArgumentException(requests + " requests at once are too few");
        }
        return new CassandraOptions(levels(), readDeadline, writeDeadline, requests, cache);
    }

    /**
     * Keeps profiles that were read in a folder of this machine, which {@link CassandraProfileStore#getManyWithin} and {@link
     * CassandraProfileStore#getMany} look into first; the cache is still there after a restart. What this store writes, removes or erases leaves the cache
     * at once; what other machines do is seen after {@code maxAge} at the latest, erasures too. {@link CassandraProfileStore#optedOutAmong} always
     * asks Cassandra.
     *
     * @param folder for this keyspace and this process alone; made if it is not there
     * @param maxUsers at least 1; a cache that is full is emptied, and until it is full again the file has room for twice as many
     * @param maxAge how long a profile counts as known, above zero
     * @return a changed copy
     * @throws IllegalArgumentException if a limit is too low
     */
    public CassandraOptions withCache(Path folder, int maxUsers, Duration maxAge) {
        if (maxUsers < 1 || maxAge.isNegative() || maxAge.isZero()) {
            throw new IllegalArgumentException("a cache of " + maxUsers + " users for " + maxAge + " keeps nothing");
        }
        return new CassandraOptions(levels(), readDeadline, writeDeadline, inFlight, new Cache(folder, maxUsers, maxAge));
    }

    Optional<Cache> cache() {
        return Optional.ofNullable(cache);
    }

    ConsistencyLevel read() {
        return read;
    }

    ConsistencyLevel confirm() {
        return confirm;
    }

    ConsistencyLevel write() {
        return write;
    }

    ConsistencyLevel erase() {
        return erase;
    }

    Duration readDeadline() {
        return readDeadline;
    }

    Duration writeDeadline() {
        return writeDeadline;
    }

    int inFlight() {
        return inFlight;
    }

    @Override
    public String toString() {
        return "CassandraOptions[read=" + read + ", confirm=" + confirm + ", write=" + write + ", erase=" + erase + ", readDeadline=" + readDeadline
                + ", writeDeadline=" + writeDeadline + ", inFlight=" + inFlight + ", cache=" + (cache == null ? "none" : cache) + "]";
    }
}
