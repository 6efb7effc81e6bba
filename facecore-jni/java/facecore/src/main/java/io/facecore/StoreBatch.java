package io.facecore;

import java.util.Objects;

/**
 * Changes to a {@link ProfileRepository} that are made together, by {@link ProfileRepository#write}, or not at all. They are recorded here and made in
 * this order; a batch may be written more than once. For one thread.
 *
 * <p>While a rebuild writes the next iteration, {@link #put} and {@link #remove} change both, and what they wrote wins over what the rebuild
 * puts for the same user, whichever comes first.
 *
 * <pre>{@code
 * store.write(new StoreBatch().put(user, profile).apply(user, new FaceId(photo, 0), Opinion.CONFIRM));
 * }</pre>
 */
public final class StoreBatch {
    private static final int PUT = 1;
    private static final int PUT_NEXT = 2;
    private static final int REMOVE = 3;
    private static final int PUT_FACE = 4;
    private static final int REMOVE_PHOTO = 5;
    private static final int APPLY = 6;
    private static final int OPT_OUT = 7;
    private static final int OPT_IN = 8;
    private static final int ERASE = 9;
    private static final int SET_FINDABLE = 10;
    private static final int JUDGE_CLONE = 11;
    private static final int PUT_FACE_NEXT = 12;

    private final Wire.Writer changes = new Wire.Writer();
    private int size;

    /** An empty batch. */
    public StoreBatch() {}

    private Wire.Writer change(int kind, long user) {
        size = Math.addExact(size, 1);
        return changes.int32(kind).int64(user);
    }

    /** Checks all of a change before any of it is recorded, so that no half of it stays behind. */
    private StoreBatch value(int kind, long user, SpaceId space, byte[] value) {
        Objects.requireNonNull(space, "space");
        Objects.requireNonNull(value, "value");
        change(kind, user).int64(space.value()).bytes(value);
        return this;
    }

    /**
     * Puts a user's profile in the place of the one before. Not written if the user has opted out.
     *
     * @param user the user's id
     * @param profile of the store's space
     * @return this
     */
    public StoreBatch put(long user, Profile profile) {
        return put(user, profile.space(), profile.bytesInside());
    }

    /**
     * {@link #put(long, Profile)} of bytes, which the store does not look into.
     *
     * @param user the user's id
     * @param space theirs
     * @param profile at most 16 MiB
     * @return this
     */
    public StoreBatch put(long user, SpaceId space, byte[] profile) {
        return value(PUT, user, space, profile);
    }

    /**
     * Puts what a rebuild made of a user into the next iteration. Not written if the user has opted out, or was written or erased by others
     * since the rebuild began.
     *
     * @param user the user's id
     * @param profile of the store's space
     * @return this
     */
    public StoreBatch putNext(long user, Profile profile) {
        return putNext(user, profile.space(), profile.bytesInside());
    }

    /**
     * {@link #putNext(long, Profile)} of bytes, which the store does not look into.
     *
     * @param user the user's id
     * @param space theirs
     * @param profile at most 16 MiB
     * @return this
     */
    public StoreBatch putNext(long user, SpaceId space, byte[] profile) {
        return value(PUT_NEXT, user, space, profile);
    }

    /**
     * Removes a user's profile. Answered with whether there was one.
     *
     * @param user the user's id
     * @return this
     */
    public StoreBatch remove(long user) {
        change(REMOVE, user);
        return this;
    }

    /**
     * {@link #putFace(long, FaceId, StoredFace)} of bytes, which the store does not look into.
     *
     * @param user the user's id
     * @param face which face
     * @param space of the embedding inside
     * @param bytes at most 16 MiB
     * @return this
     */
    public StoreBatch putFace(long user, FaceId face, SpaceId space, byte[] bytes) {
        return face(PUT_FACE, user, face, space, bytes);
    }

    private StoreBatch face(int kind, long user, FaceId face, SpaceId space, byte[] bytes) {
        Objects.requireNonNull(face, "face");
        Objects.requireNonNull(space, "space");
        Objects.requireNonNull(bytes, "bytes");
        face.write(change(kind, user)).int64(space.value()).bytes(bytes);
        return this;
    }

    /**
     * {@link #putFaceNext(long, FaceId, StoredFace)} of bytes, which the store does not look into.
     *
     * @param user the user's id
     * @param face which face
     * @param space of the embedding inside
     * @param bytes at most 16 MiB
     * @return this
     */
    public StoreBatch putFaceNext(long user, FaceId face, SpaceId space, byte[] bytes) {
        return face(PUT_FACE_NEXT, user, face, space, bytes);
    }

    /**
     * {@link #putFace(long, FaceId, StoredFace)} of a face that a rebuild has read. Not written if the user has opted out, or was erased since the
     * rebuild began; a {@link ProfileStore} does not write it either if the user was written by others meanwhile.
     *
     * @param user the user's id
     * @param face which face
     * @param stored of the store's space
     * @return this
     */
    public StoreBatch putFaceNext(long user, FaceId face, StoredFace stored) {
        return putFaceNext(user, face, stored.embedding().space(), stored.bytesInside());
    }

    /**
     * Keeps a face of a user's album, so that a rebuild needs no photo. Not written if the user has opted out.
     *
     * @param user the user's id
     * @param face which face
     * @param stored of the store's space
     * @return this
     */
    public StoreBatch putFace(long user, FaceId face, StoredFace stored) {
        return putFace(user, face, stored.embedding().space(), stored.bytesInside());
    }

    /**
     * Forgets a photo's faces, and what was said of them. Answered with whether there were faces.
     *
     * @param user the user's id
     * @param photo the photo's id
     * @return this
     */
    public StoreBatch removePhoto(long user, long photo) {
        change(REMOVE_PHOTO, user).int64(photo);
        return this;
    }

    /**
     * Keeps what a user said of a face; the last opinion holds. Answered with whether it is news.
     *
     * @param user whose album the face is in
     * @param face which face
     * @param opinion what was said
     * @return this
     */
    public StoreBatch apply(long user, FaceId face, Opinion opinion) {
        Objects.requireNonNull(face, "face");
        Objects.requireNonNull(opinion, "opinion");
        face.write(change(APPLY, user)).int32(opinion.number);
        return this;
    }

    /**
     * The user wants no profile: everything of theirs is removed but this wish, and nothing is written for them until they {@linkplain #optIn
     * opt in} again. A {@link FaceIndex} may still have them: ask {@link ProfileStore#optedOutAmong} before anybody is suggested.
     *
     * @param user the user's id
     * @return this
     */
    public StoreBatch optOut(long user) {
        change(OPT_OUT, user);
        return this;
    }

    /**
     * Takes {@link #optOut} back. Answered with whether the user had opted out.
     *
     * @param user the user's id
     * @return this
     */
    public StoreBatch optIn(long user) {
        change(OPT_IN, user);
        return this;
    }

    /**
     * Removes all that is known of a user, an opt-out as well. The bytes are gone from the disk after {@link ProfileStore#compact}.
     *
     * @param user the user's id
     * @return this
     */
    public StoreBatch erase(long user) {
        change(ERASE, user);
        return this;
    }

    /**
     * Whether strangers may find the user by a face ({@link FaceIndex#whoIs}): nobody may be found who has not agreed. Answered with whether anything
     * changed; nothing does for somebody who has opted out.
     *
     * @param user the user's id
     * @param findable whether
     * @return this
     */
    public StoreBatch setFindable(long user, boolean findable) {
        change(SET_FINDABLE, user).int32(findable ? 1 : 0);
        return this;
    }

    /**
     * Keeps what became of a pair of accounts, whether it was reported or not: {@link CloneState#KNOWN} keeps it out of later reports.
     *
     * @param one an account
     * @param other another account
     * @param state what became of it
     * @return this
     */
    public StoreBatch judgeClone(long one, long other, CloneState state) {
        Objects.requireNonNull(state, "state");
        change(JUDGE_CLONE, one).int64(other).int32(state.number);
        return this;
    }

    /**
     * How many changes were recorded.
     *
     * @return at least 0
     */
    public int size() {
        return size;
    }

    /**
     * Tells the changes, one by one in their order, for whoever implements {@link ProfileRepository}.
     *
     * @param changes is called for each of them
     */
    public void replay(StoreChanges changes) {
        Wire.Reader record = new Wire.Reader(this.changes.record());
        for (int left = size; left > 0; left--) {
            replayOne(record, record.int32(), record.int64(), changes);
        }
    }

    private static void replayOne(Wire.Reader record, int kind, long user, StoreChanges changes) {
        switch (kind) {
            case PUT:
                changes.put(user, new SpaceId(record.int64()), record.bytes());
                break;
            case PUT_NEXT:
                changes.putNext(user, new SpaceId(record.int64()), record.bytes());
                break;
            case REMOVE:
                changes.remove(user);
                break;
            case PUT_FACE:
                changes.putFace(user, FaceId.read(record), new SpaceId(record.int64()), record.bytes());
                break;
            case PUT_FACE_NEXT:
                changes.putFaceNext(user, FaceId.read(record), new SpaceId(record.int64()), record.bytes());
                break;
            case REMOVE_PHOTO:
                changes.removePhoto(user, record.int64());
                break;
            case APPLY:
                changes.apply(user, FaceId.read(record), Opinion.of(record.int32()));
                break;
            case OPT_OUT:
                changes.optOut(user);
                break;
            case OPT_IN:
                changes.optIn(user);
                break;
            case ERASE:
                changes.erase(user);
                break;
            case SET_FINDABLE:
                changes.setFindable(user, record.int32() != 0);
                break;
            case JUDGE_CLONE:
                changes.judgeClone(user, record.int64(), CloneState.of(record.int32()));
                break;
            default:
                throw new IllegalStateException("change " + kind + " is unknown");
        }
    }

    /** As native code takes it. */
    byte[] record() {
        return new Wire.Writer().int32(size).append(changes.record()).record();
    }

    @Override
    public String toString() {
        return "StoreBatch[" + size + " changes]";
    }
}
