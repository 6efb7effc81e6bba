package io.facecore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Profiles at rest: an embedded store in a folder, which several processes read while one writes; {@code docs/store.md} has what lies in it and
 * what it withstands. Users have ids of 64 bits. The store knows ids and bytes: what a profile is, {@link Profile} knows. Open a folder once in a
 * process and share the store between all threads; close it.
 *
 * <pre>{@code
 * try (ProfileStore store = ProfileStore.open(Path.of("profiles"), engine.space().orElseThrow())) {
 *     store.write(new StoreBatch().put(42, profile));
 *     List<Optional<byte[]>> friends = store.getMany(new long[] {42, 43});
 * }
 * }</pre>
 *
 * <p>Every call is an {@link IllegalStateException} once the store is closed, and a {@link FaceCoreException} with {@link ErrorCode#STORE} if the
 * folder cannot be used, with {@link ErrorCode#STORE_DAMAGED} if a record is not as it was written.
 */
public final class ProfileStore implements ProfileRepository {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;
    private final Path folder;
    private final SpaceId space;

    private ProfileStore(Path folder, SpaceId space, long pointer) {
        handle = new Handle("store", pointer, ProfileStore::free0);
        this.folder = folder;
        this.space = space;
    }

    /**
     * Opens the store in a folder with {@link StoreOptions#defaults()}.
     *
     * @param folder is made if it does not exist
     * @param space of all values in it
     * @return the store
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} if the store is of another space, {@link ErrorCode#STORE_DAMAGED}, and
     *         {@link ErrorCode#STORE} if the folder cannot be used, or is open in this process already
     */
    public static ProfileStore open(Path folder, SpaceId space) {
        return open(folder, space, StoreOptions.defaults());
    }

    /**
     * Opens the store in a folder.
     *
     * @param folder is made if it does not exist
     * @param space of all values in it
     * @param options how large it may grow, and what a commit survives
     * @return the store
     * @throws FaceCoreException as {@link #open(Path, SpaceId)}
     */
    public static ProfileStore open(Path folder, SpaceId space, StoreOptions options) {
        Wire.Writer record = new Wire.Writer().text(folder.toString()).int64(space.value());
        return new ProfileStore(folder, space, open0(options.write(record).record()));
    }

    /**
     * The space of all its values.
     *
     * @return never null
     */
    @Override
    public SpaceId space() {
        return space;
    }

    /**
     * A user's profile in the current iteration.
     *
     * @param user the user's id
     * @return its bytes, for {@link Profile#ofBytes}
     */
    @Override
    public Optional<byte[]> get(long user) {
        return getMany(new long[] {user}).get(0);
    }

    /**
     * The profiles of many users, such as somebody's friends, all of one state of the store, in one call.
     *
     * @param users their ids
     * @return for each of them, in their order, the bytes for {@link Profile#ofBytes}; unmodifiable
     */
    @Override
    public List<Optional<byte[]>> getMany(long[] users) {
        byte[] question = new Wire.Writer().int64s(users).record();
        Wire.Reader answer = new Wire.Reader(handle.use(store -> getMany0(store, question)));
        List<Optional<byte[]>> profiles = new ArrayList<>(users.length);
        for (int i = 0; i < users.length; i++) {
            profiles.add(answer.optionalBytes());
        }
        return Collections.unmodifiableList(profiles);
    }

    /**
     * The next users with their profiles, ascending (as numbers without a sign): all users, page by page. Who is written meanwhile may be seen or
     * not.
     *
     * <pre>{@code
     * OptionalLong after = OptionalLong.empty();
     * for (List<StoredProfile> page; !(page = store.page(after, 1_000)).isEmpty(); after = OptionalLong.of(page.get(page.size() - 1).user())) {
     *     page.forEach(System.out::println);
     * }
     * }</pre>
     *
     * @param after the last user of the page before; nothing for the first page
     * @param count the most users of the page, at least 0; more than 65,536 never come at once
     * @return unmodifiable; empty at the end
     */
    @Override
    public List<StoredProfile> page(OptionalLong after, int count) {
        byte[] page = handle.use(store -> page0(store, after.isEmpty(), after.orElse(0), count));
        Wire.Reader answer = new Wire.Reader(page);
        int found = answer.int32();
        List<StoredProfile> profiles = new ArrayList<>(found);
        for (int i = 0; i < found; i++) {
            profiles.add(new StoredProfile(answer.int64(), answer.bytes()));
        }
        return Collections.unmodifiableList(profiles);
    }

    /**
     * The faces kept of a user's album.
     *
     * @param user the user's id
     * @return the bytes by face, ascending, unmodifiable
     */
    @Override
    public Map<FaceId, byte[]> faces(long user) {
        Wire.Reader answer = new Wire.Reader(handle.use(store -> faces0(store, user)));
        Map<FaceId, byte[]> faces = new TreeMap<>();
        for (int left = answer.int32(); left > 0; left--) {
            FaceId face = FaceId.read(answer);
            faces.put(face, answer.bytes());
        }
        return Collections.unmodifiableMap(faces);
    }

    /**
     * What was said of a user's faces, and whether the user has opted out.
     *
     * @param user the user's id
     * @return {@link Feedback#none()} if nothing is known of the user
     */
    @Override
    public Feedback feedback(long user) {
        return Feedback.read(new Wire.Reader(handle.use(store -> feedback0(store, user))));
    }

    /**
     * Those who have opted out. They must never be suggested, wherever else they are kept.
     *
     * @param users ids
     * @return some of them, in their order
     */
    @Override
    public long[] optedOutAmong(long[] users) {
        byte[] question = new Wire.Writer().int64s(users).record();
        return new Wire.Reader(handle.use(store -> optedOutAmong0(store, question))).int64s();
    }

    /**
     * Those who agreed to be found by strangers: {@link StoreBatch#setFindable}.
     *
     * @param users ids
     * @return some of them, in their order
     */
    @Override
    public long[] findableAmong(long[] users) {
        byte[] question = new Wire.Writer().int64s(users).record();
        return new Wire.Reader(handle.use(store -> findableAmong0(store, question))).int64s();
    }

    /**
     * Pairs of accounts that may show one person, ascending by their ids: all pairs, page by page.
     *
     * @param after the last pair of the page before; nothing for the first page
     * @param count the most pairs of the page, at least 0
     * @return unmodifiable; empty at the end
     */
    public List<CloneEvent> clones(Optional<CloneEvent> after, int count) {
        Wire.Writer record = new Wire.Writer().int32(after.isPresent() ? 1 : 0);
        after.ifPresent(pair -> record.int64(pair.low()).int64(pair.high()));
        byte[] question = record.record();
        return CloneEvent.readAll(new Wire.Reader(handle.use(store -> clones0(store, question, count))));
    }

    /**
     * The pairs of accounts that a user is in.
     *
     * @param user the user's id
     * @return by the other's id, unmodifiable
     */
    public List<CloneEvent> clonesOf(long user) {
        return CloneEvent.readAll(new Wire.Reader(handle.use(store -> clonesOf0(store, user))));
    }

    /**
     * Makes changes, all of them or none. Once this returns, they last as {@link Durability} says.
     *
     * <p>A commit waits for the disk, so put many users into one batch; some 10,000 are good. One batch at a time is written, of all threads and
     * processes: others wait.
     *
     * @param batch the changes
     * @return for each change, in their order, whether it was written, was there to be removed, or is news, as the method of {@link StoreBatch} says;
     * true where that says nothing
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} for a value of another space, {@link ErrorCode#LIMIT} for one that is too
     *         long, {@link ErrorCode#STORE_FULL}, and {@link ErrorCode#STORE} when the disk is full, or for {@link StoreBatch#putNext} before
     *         {@link #begin}: the store is as it was
     */
    @Override
    public boolean[] write(StoreBatch batch) {
        byte[] changes = batch.record();
        byte[] answer = handle.use(store -> write0(store, changes));
        boolean[] answers = new boolean[answer.length];
        for (int i = 0; i < answers.length; i++) {
            answers[i] = answer[i] != 0;
        }
        return answers;
    }

    /**
     * Which iterations there are.
     *
     * @return never null
     */
    @Override
    public StoreIterations iterations() {
        return new StoreIterations(new Wire.Reader(handle.use(ProfileStore::iterations0)));
    }

    /**
     * Begins the next iteration, which is empty: everybody reads the current one, while a rebuild writes by {@link StoreBatch#putNext}.
     *
     * @return its number
     * @throws FaceCoreException with {@link ErrorCode#STORE} if one is being written already: go on with it, or {@linkplain #dropNext drop} it
     */
    @Override
    public long begin() {
        return handle.use(ProfileStore::begin0);
    }

    /**
     * Makes the iteration that was written the current one: from now on everybody reads it, in all processes at once. The one before is kept for
     * {@link #back}, and the one before that is dropped.
     *
     * @param iteration the number that {@link #begin} gave
     * @throws FaceCoreException with {@link ErrorCode#STORE} if it is not the one being written: a late caller cannot switch twice
     */
    @Override
    public void switchTo(long iteration) {
        handle.use(store -> {
            switch0(store, iteration);
            return null;
        });
    }

    /**
     * Gives up the iteration that is being written.
     *
     * @return whether there was one
     */
    @Override
    public boolean dropNext() {
        return handle.use(ProfileStore::dropNext0);
    }

    /**
     * Goes back to the previous iteration and drops the current one. Profiles that were written since the switch are lost with it; who was erased
     * or has opted out stays so.
     *
     * @return the number that is current now
     * @throws FaceCoreException with {@link ErrorCode#STORE} if there is no previous iteration, or while one is being written
     */
    @Override
    public long back() {
        return handle.use(ProfileStore::back0);
    }

    /**
     * How much is in it.
     *
     * @return never null
     */
    public StoreSize size() {
        return new StoreSize(new Wire.Reader(handle.use(ProfileStore::size0)));
    }

    /**
     * Reads all records and compares them with their checksums.
     *
     * @return what is wrong
     */
    public StoreReport verify() {
        return new StoreReport(new Wire.Reader(handle.use(ProfileStore::verify0)));
    }

    /**
     * Writes all records anew and frees what the old file takes: what was erased is in no file of the store any more. Reads go on meanwhile, in
     * all processes; writes wait. Needs as much free disk as the store has records.
     *
     * @throws FaceCoreException with {@link ErrorCode#STORE} while an iteration is being written, or if the disk is full: the store is as it was
     */
    public void compact() {
        handle.use(store -> {
            compact0(store);
            return null;
        });
    }

    /**
     * Copies the store, as it is at one moment, while it is in use: a compacted store, to be opened like any other.
     *
     * @param folder must not exist
     * @throws FaceCoreException with {@link ErrorCode#STORE} if it exists or cannot be written: nothing is left of the copy then
     */
    public void backup(Path folder) {
        byte[] record = new Wire.Writer().text(folder.toString()).record();
        handle.use(store -> {
            backup0(store, record);
            return null;
        });
    }

    Handle handle() {
        return handle;
    }

    /** Closes it, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    @Override
    public String toString() {
        return "ProfileStore[" + folder + ", space=" + space + "]";
    }

    private static native long open0(byte[] record);

    private static native byte[] getMany0(long store, byte[] users);

    private static native byte[] page0(long store, boolean fromStart, long after, int count);

    private static native byte[] faces0(long store, long user);

    private static native byte[] feedback0(long store, long user);

    private static native byte[] optedOutAmong0(long store, byte[] users);

    private static native byte[] findableAmong0(long store, byte[] users);

    private static native byte[] clones0(long store, byte[] after, int count);

    private static native byte[] clonesOf0(long store, long user);

    private static native byte[] write0(long store, byte[] changes);

    private static native byte[] iterations0(long store);

    private static native long begin0(long store);

    private static native void switch0(long store, long iteration);

    private static native boolean dropNext0(long store);

    private static native long back0(long store);

    private static native byte[] size0(long store);

    private static native byte[] verify0(long store);

    private static native void compact0(long store);

    private static native void backup0(long store, byte[] folder);

    private static native void free0(long store);
}
