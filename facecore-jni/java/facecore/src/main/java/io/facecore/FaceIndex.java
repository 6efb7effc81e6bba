package io.facecore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Faces under ids in one file, searched by cosine among millions; {@code docs/search.md} has speed and accuracy. An id may have many faces.
 *
 * <p>One process writes, or several read ({@link #openToRead}). Share it between all threads: searches run at the same time, each on its caller's
 * thread; a call that writes waits for them, and they wait for it.
 *
 * <pre>{@code
 * try (FaceIndex index = FaceIndex.open(Path.of("faces.fci"), engine.space().orElseThrow(), 128)) {
 *     index.add(new long[] {1, 2}, List.of(ann, bob));
 *     List<Hit> hits = index.search(face, Search.defaults().withNeighbours(10));
 * }
 * }</pre>
 *
 * <p>Every call is an {@link IllegalStateException} once the index is closed. A user who {@linkplain ProfileStore#optedOutAmong opted out} of the
 * store may still be in an index.
 */
public final class FaceIndex implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;
    private final Path file;
    private final SpaceId space;
    private final int values;

    private FaceIndex(Path file, long pointer) {
        handle = new Handle("index", pointer, FaceIndex::free0);
        this.file = file;
        Wire.Reader info = info();
        space = new SpaceId(info.int64());
        values = info.int32();
    }

    private Wire.Reader info() {
        return new Wire.Reader(handle.use(FaceIndex::info0));
    }

    /**
     * Opens the index in a file to search and to write, or makes an empty one.
     *
     * @param file the index; a lock lies beside it
     * @param space of its faces
     * @param values the length of its embeddings, 1 to 65,535
     * @return the index
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} for an index of another space, {@link ErrorCode#EMBEDDING} for one of another
     *         length, {@link ErrorCode#INDEX} if the file is no index, is damaged, cannot be used, or is open elsewhere
     */
    public static FaceIndex open(Path file, SpaceId space, int values) {
        return new FaceIndex(file, open0(new Wire.Writer().text(file.toString()).int64(space.value()).int32(values).record()));
    }

    /**
     * Opens an index that exists to search only; other processes may do the same.
     *
     * @param file the index
     * @return the index
     * @throws FaceCoreException with {@link ErrorCode#INDEX} if the file is no index, is damaged, cannot be used, or is open elsewhere to write
     */
    public static FaceIndex openToRead(Path file) {
        return new FaceIndex(file, openToRead0(new Wire.Writer().text(file.toString()).record()));
    }

    /**
     * How many faces there are.
     *
     * @return at least 0
     */
    public long size() {
        Wire.Reader info = info();
        info.int64();
        info.int32();
        return info.int64();
    }

    /**
     * Bytes of the file: as much memory is used when all of it was searched.
     *
     * @return at least 4,096
     */
    public long bytes() {
        Wire.Reader info = info();
        info.int64();
        info.int32();
        info.int64();
        return info.int64();
    }

    /**
     * The space of its faces.
     *
     * @return never null
     */
    public SpaceId space() {
        return space;
    }

    /**
     * The length of its embeddings.
     *
     * @return at least 1
     */
    public int values() {
        return values;
    }

    /**
     * Adds faces, all of them or none. Once this returns they are on the disk; it waits for the disk twice, so add many at once.
     *
     * @param ids of each face; an id may come more than once
     * @param faces as many
     * @throws IllegalArgumentException if there are not as many of one as of the other
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} or {@link ErrorCode#EMBEDDING} for a face of another space or length,
     *         {@link ErrorCode#LIMIT} for too many, {@link ErrorCode#INDEX} if it was opened to read, or if the disk is full
     */
    public void add(long[] ids, List<Embedding> faces) {
        if (ids.length != faces.size()) {
            throw new IllegalArgumentException(ids.length + " ids for " + faces.size() + " faces");
        }
        Wire.Writer record = new Wire.Writer().int32(ids.length);
        int at = 0;
        for (Embedding face : faces) {
            face.write(record.int64(ids[at++]));
        }
        byte[] question = record.record();
        handle.use(index -> {
            add0(index, question);
            return null;
        });
    }

    /**
     * Removes all faces of some ids; they are found no more, and gone from the disk after {@link #compact}. The whole index is looked through once,
     * so remove many at once.
     *
     * @param ids whose
     * @return the number of faces
     * @throws FaceCoreException with {@link ErrorCode#INDEX} if it was opened to read, or cannot be written: some may be removed then
     */
    public long remove(long... ids) {
        byte[] question = new Wire.Writer().int64s(ids).record();
        return handle.use(index -> remove0(index, question));
    }

    /**
     * The faces nearest to one.
     *
     * @param face what is searched for
     * @param search how many, how near, of whom
     * @return the nearest first, of equals the one added first; unmodifiable
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} or {@link ErrorCode#EMBEDDING} for a face of another space or length,
     *         {@link ErrorCode#INDEX} if a face of the answer does not fit its checksum
     */
    public List<Hit> search(Embedding face, Search search) {
        return searchMany(List.of(face), search).get(0);
    }

    /**
     * {@link #search} for many faces at once. The index is read once for all of them, which is much faster than one by one.
     *
     * @param faces what is searched for
     * @param search how many, how near, of whom
     * @return for each face, in their order, what was found; unmodifiable
     * @throws FaceCoreException as {@link #search}
     */
    public List<List<Hit>> searchMany(List<Embedding> faces, Search search) {
        Wire.Writer record = search.write(new Wire.Writer()).int32(faces.size());
        faces.forEach(face -> face.write(record));
        byte[] question = record.record();
        Wire.Reader answer = new Wire.Reader(handle.use(index -> search0(index, question)));
        int count = answer.int32();
        List<List<Hit>> found = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            found.add(hits(answer));
        }
        return Collections.unmodifiableList(found);
    }

    private static List<Hit> hits(Wire.Reader answer) {
        List<Hit> hits = new ArrayList<>();
        for (int left = answer.int32(); left > 0; left--) {
            hits.add(new Hit(answer));
        }
        return Collections.unmodifiableList(hits);
    }

    /**
     * Adds the faces of all profiles of a store, under the users' ids. Use an empty index, or users are in it twice.
     *
     * @param store whose profiles
     * @param singleOwners only the owner's face of accounts that have one owner, for {@link Clones}; else all faces of everybody, for {@link #whoIs}
     * @return how many users have a face
     * @throws FaceCoreException with {@link ErrorCode#PROFILE} for a value that is no profile, and as {@link #add}
     */
    public long addProfiles(ProfileStore store, boolean singleOwners) {
        return handle.use(index -> store.handle().use(profiles -> addProfiles0(index, profiles, singleOwners)));
    }

    /**
     * Whether this index, made by {@link #addProfiles}, still has the profiles of the store: false once a profile was put or removed, or the
     * iteration was switched. Users who left do not count as a change: {@link #whoIs} never answers with them.
     *
     * @param store whose profiles
     * @return whether no profile was written since
     * @throws FaceCoreException with {@link ErrorCode#STORE} or {@link ErrorCode#STORE_DAMAGED}
     */
    public boolean isCurrent(ProfileStore store) {
        return handle.use(index -> store.handle().use(profiles -> isCurrent0(index, profiles)));
    }

    /**
     * Who a face is, among everybody in this index who has agreed to be found ({@link StoreBatch#setFindable}). Nobody else is ever in the answer,
     * whatever the index holds.
     *
     * <p>A rate of false positives is not kept here: among millions somebody is always alike. Ask for a high {@link Search#withLeast cosine} and let
     * people decide.
     *
     * @param store knows who has agreed
     * @param face what is searched for
     * @param search how many users, how near
     * @return users, the most alike first, each once; unmodifiable
     * @throws FaceCoreException as {@link #search}
     */
    public List<Hit> whoIs(ProfileStore store, Embedding face, Search search) {
        byte[] question = face.write(search.write(new Wire.Writer())).record();
        return hits(new Wire.Reader(handle.use(index -> store.handle().use(profiles -> whoIs0(index, profiles, question)))));
    }

    Handle handle() {
        return handle;
    }

    /**
     * Writes the faces that are left into a new file, in the place of the old: nothing is left of those that were removed. The old file is
     * unlinked, not overwritten.
     *
     * @throws FaceCoreException with {@link ErrorCode#INDEX} if it was opened to read, if a face does not fit its checksum, or if the disk is
     *         full: the index is as it was then
     */
    public void compact() {
        handle.use(index -> {
            compact0(index);
            return null;
        });
    }

    /**
     * Reads every face and compares it with its checksum.
     *
     * @return what is wrong
     */
    public IndexReport verify() {
        return new IndexReport(new Wire.Reader(handle.use(FaceIndex::verify0)));
    }

    /** Closes it, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    @Override
    public String toString() {
        return "FaceIndex[" + file + ", " + values + " values, space=" + space + "]";
    }

    private static native long open0(byte[] record);

    private static native long openToRead0(byte[] record);

    private static native byte[] info0(long index);

    private static native void add0(long index, byte[] record);

    private static native long remove0(long index, byte[] ids);

    private static native byte[] search0(long index, byte[] record);

    private static native long addProfiles0(long index, long store, boolean singleOwners);

    private static native boolean isCurrent0(long index, long store);

    private static native byte[] whoIs0(long index, long store, byte[] record);

    private static native void compact0(long index);

    private static native byte[] verify0(long index);

    private static native void free0(long index);
}
