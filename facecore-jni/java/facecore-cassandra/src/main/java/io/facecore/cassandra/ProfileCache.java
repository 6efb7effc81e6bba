package io.facecore.cassandra;

import io.facecore.Durability;
import io.facecore.FaceCoreException;
import io.facecore.ProfileStore;
import io.facecore.SpaceId;
import io.facecore.StoreBatch;
import io.facecore.StoreOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Profiles that were read from Cassandra, in an embedded store of this machine, with the time each was written at. A write of this process leaves a
 * gap with the time of the write; a slow reader that comes with an older value does not fill it. A cache that fails is used no more, and everything
 * is read from Cassandra.
 */
final class ProfileCache implements AutoCloseable {
    /** Before the profile: when it was written, when it was read (both in microseconds since 1970; a gap was never read), and its iteration. */
    private static final int HEAD = 3 * Long.BYTES;
    private static final long GAP = 0;

    private final ProfileStore store;
    private final SpaceId space;
    private final int maxUsers;
    private final long maxAge;
    private long users;
    private volatile boolean failed;

    private ProfileCache(ProfileStore store, SpaceId space, int maxUsers, Duration maxAge) {
        this.store = store;
        this.space = space;
        this.maxUsers = maxUsers;
        this.maxAge = maxAge.toNanos() / 1_000;
        store.dropNext();
        users = store.size().profiles();
    }

    /** Opens what an earlier process has left in the folder, or an empty one. A power failure may cost the newest entries. */
    static ProfileCache open(Path folder, SpaceId space, int maxUsers, Duration maxAge) {
        ProfileStore store = ProfileStore.open(folder, space, StoreOptions.defaults().withDurability(Durability.PROCESS));
        try {
            return new ProfileCache(store, space, maxUsers, maxAge);
        } catch (RuntimeException error) {
            store.close();
            throw error;
        }
    }

    /** The profiles that are known and young enough, in the users' order. */
    List<Optional<byte[]>> find(long[] ids, long iteration) {
        if (failed) {
            return Collections.nCopies(ids.length, Optional.empty());
        }
        try {
            long now = Clock.now();
            List<Optional<byte[]>> found = new ArrayList<>(ids.length);
            for (Optional<byte[]> entry : store.getMany(ids)) {
                found.add(entry.flatMap(bytes -> young(ByteBuffer.wrap(bytes), iteration, now)));
            }
            return found;
        } catch (FaceCoreException error) {
            failed = true;
            return Collections.nCopies(ids.length, Optional.empty());
        }
    }

    private Optional<byte[]> young(ByteBuffer entry, long iteration, long now) {
        entry.getLong();
        long read = entry.getLong();
        boolean good = read != GAP && read <= now && now - read <= maxAge && entry.getLong() == iteration;
        return good ? Optional.of(CassandraProfileStore.bytes(entry)) : Optional.empty();
    }

    /** A profile as it was found in an iteration, or, without bytes, that it was written or removed. */
    static final class Entry {
        final long user;
        final byte[] profile;
        final long written;
        final long iteration;

        Entry(long user, byte[] profile, long written, long iteration) {
            this.user = user;
            this.profile = profile;
            this.written = written;
            this.iteration = iteration;
        }

        private byte[] record(long now) {
            int length = profile == null ? 0 : profile.length;
            ByteBuffer record = ByteBuffer.allocate(HEAD + length).putLong(written).putLong(profile == null ? GAP : now).putLong(iteration);
            return length == 0 ? record.array() : record.put(profile).array();
        }

        /** Of two values of one iteration the newer one stays. */
        private boolean isOlderThan(byte[] record) {
            ByteBuffer other = ByteBuffer.wrap(record);
            return other.getLong() > written && other.getLong(2 * Long.BYTES) == iteration;
        }
    }

    /** Remembers entries, except those that are older than what is known. */
    synchronized void keep(Collection<Entry> entries) {
        if (failed || entries.isEmpty()) {
            return;
        }
        try {
            if (users + entries.size() > maxUsers) {
                // All at once: the friends who are asked for are soon there again, and there is no order of use to keep.
                store.switchTo(store.begin());
                users = 0;
            }
            long now = Clock.now();
            long[] ids = entries.stream().mapToLong(entry -> entry.user).toArray();
            List<Optional<byte[]>> known = store.getMany(ids);
            StoreBatch batch = new StoreBatch();
            int place = 0;
            for (Entry entry : entries) {
                Optional<byte[]> old = known.get(place++);
                if (old.isEmpty() || !entry.isOlderThan(old.get())) {
                    batch.put(entry.user, space, entry.record(now));
                    users += old.isEmpty() ? 1 : 0;
                }
            }
            store.write(batch);
        } catch (FaceCoreException error) {
            failed = true;
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
