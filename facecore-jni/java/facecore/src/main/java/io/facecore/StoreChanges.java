package io.facecore;

/**
 * Takes the changes of a {@link StoreBatch}, one by one in their order: for whoever implements {@link ProfileRepository}. What each means stands at
 * the method of {@link StoreBatch} that has its name.
 */
public interface StoreChanges {
    /**
     * {@link StoreBatch#put(long, SpaceId, byte[])}.
     *
     * @param user the user's id
     * @param space the value's
     * @param profile its bytes
     */
    void put(long user, SpaceId space, byte[] profile);

    /**
     * {@link StoreBatch#putNext(long, SpaceId, byte[])}.
     *
     * @param user the user's id
     * @param space the value's
     * @param profile its bytes
     */
    void putNext(long user, SpaceId space, byte[] profile);

    /**
     * {@link StoreBatch#remove}.
     *
     * @param user the user's id
     */
    void remove(long user);

    /**
     * {@link StoreBatch#putFace(long, FaceId, SpaceId, byte[])}.
     *
     * @param user the user's id
     * @param face which face
     * @param space the value's
     * @param bytes its bytes
     */
    void putFace(long user, FaceId face, SpaceId space, byte[] bytes);

    /**
     * {@link StoreBatch#putFaceNext(long, FaceId, SpaceId, byte[])}.
     *
     * @param user the user's id
     * @param face which face
     * @param space the value's
     * @param bytes its bytes
     */
    void putFaceNext(long user, FaceId face, SpaceId space, byte[] bytes);

    /**
     * {@link StoreBatch#removePhoto}.
     *
     * @param user the user's id
     * @param photo the photo's id
     */
    void removePhoto(long user, long photo);

    /**
     * {@link StoreBatch#apply}.
     *
     * @param user the user's id
     * @param face which face
     * @param opinion what was said
     */
    void apply(long user, FaceId face, Opinion opinion);

    /**
     * {@link StoreBatch#optOut}.
     *
     * @param user the user's id
     */
    void optOut(long user);

    /**
     * {@link StoreBatch#optIn}.
     *
     * @param user the user's id
     */
    void optIn(long user);

    /**
     * {@link StoreBatch#erase}.
     *
     * @param user the user's id
     */
    void erase(long user);

    /**
     * {@link StoreBatch#setFindable}.
     *
     * @param user the user's id
     * @param findable whether
     */
    void setFindable(long user, boolean findable);

    /**
     * {@link StoreBatch#judgeClone}.
     *
     * @param one an account
     * @param other another account
     * @param state what became of the pair
     */
    void judgeClone(long one, long other, CloneState state);
}
