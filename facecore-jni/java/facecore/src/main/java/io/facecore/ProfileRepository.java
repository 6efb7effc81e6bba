package io.facecore;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Profiles at rest, wherever they are: {@link ProfileStore} keeps them in a folder of this machine, {@code CassandraProfileStore} of the module
 * {@code facecore-cassandra} in a cluster. A service that is written for this interface runs on both; where they differ, the method says so.
 *
 * <pre>{@code
 * void suggest(ProfileRepository profiles, long[] friends) {
 *     PartialProfiles found = profiles.getManyWithin(friends, Duration.ofMillis(50));
 * }
 * }</pre>
 *
 * <p>Shared by all threads. What fails is a {@link FaceCoreException}: {@link ErrorCode#STORE} if the place cannot be read or written now, and what
 * else a method names.
 */
public interface ProfileRepository extends AutoCloseable {
    /**
     * The space of all values in it.
     *
     * @return never null
     */
    SpaceId space();

    /**
     * A user's profile in the current iteration.
     *
     * @param user the user's id
     * @return its bytes, for {@link Profile#ofBytes}
     */
    default Optional<byte[]> get(long user) {
        return getMany(new long[] {user}).get(0);
    }

    /**
     * The profiles of many users, such as somebody's friends: all of them, or an exception. Those of a {@link ProfileStore} are of one state of the
     * store, those of a cluster may be of several moments.
     *
     * @param users their ids
     * @return for each of them, in their order, the bytes for {@link Profile#ofBytes}; unmodifiable
     */
    List<Optional<byte[]>> getMany(long[] users);

    /**
     * {@link #getMany} with a deadline, where a late answer is worth nothing: what can be read in that time. A store on this machine always answers in full.
     *
     * @param users their ids
     * @param deadline when to answer with what there is; from now
     * @return the profiles, and who was not answered for
     */
    default PartialProfiles getManyWithin(long[] users, Duration deadline) {
        return PartialProfiles.of(getMany(users), new boolean[users.length]);
    }

    /**
     * The next users with their profiles: all users, page by page, in the store's own order (that of a {@link ProfileStore} is ascending, as numbers
     * without a sign). Who is written meanwhile may be seen or not.
     *
     * @param after the last user of the page before; nothing for the first page
     * @param count the most users of the page, at least 0
     * @return unmodifiable; empty at the end
     */
    List<StoredProfile> page(OptionalLong after, int count);

    /**
     * The faces kept of a user's album.
     *
     * @param user the user's id
     * @return the bytes by face, ascending, unmodifiable
     */
    Map<FaceId, byte[]> faces(long user);

    /**
     * What was said of a user's faces, and whether the user has opted out.
     *
     * @param user the user's id
     * @return {@link Feedback#none()} if nothing is known of the user
     */
    Feedback feedback(long user);

    /**
     * Those who have opted out. They must never be suggested, wherever else they are kept.
     *
     * @param users ids
     * @return some of them, in their order
     */
    long[] optedOutAmong(long[] users);

    /**
     * Those who agreed to be found by strangers: {@link StoreBatch#setFindable}.
     *
     * @param users ids
     * @return some of them, in their order
     */
    long[] findableAmong(long[] users);

    /**
     * Makes changes; once this returns, they last. A batch with a value of another space, or with one that is too long, changes nothing. A {@link
     * ProfileStore} makes all changes or none whatever happens; a cluster that fails half way has made some of them, and to write the batch again
     * completes it.
     *
     * @param batch the changes
     * @return for each change, in their order, what its method in {@link StoreBatch} says; true where it says nothing
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH}, {@link ErrorCode#LIMIT}, and {@link ErrorCode#STORE}, as for {@link
     *         StoreBatch#putNext} before {@link #begin}
     */
    boolean[] write(StoreBatch batch);

    /**
     * Which iterations there are.
     *
     * @return never null
     */
    StoreIterations iterations();

    /**
     * Begins the next iteration, which is empty: everybody reads the current one, while a rebuild writes by {@link StoreBatch#putNext}.
     *
     * @return its number
     * @throws FaceCoreException with {@link ErrorCode#STORE} if one is being written already: go on with it, or {@linkplain #dropNext drop} it
     */
    long begin();

    /**
     * Makes the iteration that was written the current one: from now on everybody reads it. The one before is kept for {@link #back}, and the one
     * before that is dropped.
     *
     * @param iteration the number that {@link #begin} gave
     * @throws FaceCoreException with {@link ErrorCode#STORE} if it is not the one being written: a late caller cannot switch twice
     */
    void switchTo(long iteration);

    /**
     * Gives up the iteration that is being written.
     *
     * @return whether there was one
     */
    boolean dropNext();

    /**
     * Goes back to the previous iteration and drops the current one. Profiles that were written since the switch are lost with it; who was erased
     * or has opted out stays so.
     *
     * @return the number that is current now
     * @throws FaceCoreException with {@link ErrorCode#STORE} if there is no previous iteration, or while one is being written
     */
    long back();

    /** Closes it, after the calls that are under way; more than once is fine. */
    @Override
    void close();
}
