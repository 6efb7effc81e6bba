package io.facecore;

/** A user with their profile, of {@link ProfileRepository#page}. */
public final class StoredProfile {
    private final long user;
    private final byte[] bytes;

    /**
     * A user's profile, for whoever implements {@link ProfileRepository}.
     *
     * @param user whose
     * @param bytes as they were put; not to be changed from now on
     */
    public StoredProfile(long user, byte[] bytes) {
        this.user = user;
        this.bytes = bytes;
    }

    /**
     * Whose.
     *
     * @return the user's id
     */
    public long user() {
        return user;
    }

    /**
     * As it was put, for {@link Profile#ofBytes}.
     *
     * @return a copy
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return "StoredProfile[user=" + Long.toUnsignedString(user) + ", " + bytes.length + " bytes]";
    }
}
