package io.facecore;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Who somebody is, as a face: counts and sums of faces, a value of about a kilobyte. Adding and removing a photo are exact and undo each other. The
 * bytes are described in {@code docs/profiles.md}; this class reads them itself, and native code changes them.
 */
public final class Profile {
    private static final int HEADER = 20;
    private static final int PART_HEADER = 12;

    static {
        NativeLibrary.load();
    }

    /** Whom a part of a profile shows. */
    public enum Role {
        /** The owner of the account. */
        OWNER(1),
        /** The second owner of a joint account. */
        PARTNER(2),
        /** The owner again, in another look. */
        LOOK(3);

        final int number;

        Role(int number) {
            this.number = number;
        }
    }

    private final byte[] bytes;

    Profile(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Finds the owner of an album and builds the profile, with the numbers that ship for the space of the faces.
     *
     * @param album the photos with all their faces
     * @param owner what is known of the owner
     * @return how it ended, with the profile if there is one
     * @throws FaceCoreException for a photo that comes twice, faces of two spaces, or a space that no numbers ship for
     */
    public static ProfileBuild build(List<AlbumPhoto> album, AlbumOwner owner) {
        Wire.Writer record = new Wire.Writer();
        owner.write(record);
        record.int32(album.size());
        album.forEach(photo -> photo.write(record));
        Wire.Reader answer = new Wire.Reader(build0(record.record()));
        ProfileBuild.Outcome outcome = ProfileBuild.Outcome.of(answer.int32());
        float confidence = answer.float32();
        byte[] found = answer.bytes();
        return new ProfileBuild(outcome, confidence, found.length == 0 ? null : new Profile(found));
    }

    /**
     * Reads what {@link #toBytes} wrote, from any source: the bytes are not trusted.
     *
     * @param bytes a stored profile
     * @return the profile
     * @throws FaceCoreException with {@link ErrorCode#PROFILE} if it is none
     */
    public static Profile ofBytes(byte[] bytes) {
        byte[] own = Objects.requireNonNull(bytes, "bytes").clone();
        check0(new Wire.Writer().bytes(own).record());
        return new Profile(own);
    }

    /**
     * The bytes to store, the same in every language.
     *
     * @return a copy
     */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /**
     * With the faces that one photo has of a person.
     *
     * @param role whose
     * @param faces of the profile's space
     * @return another profile
     * @throws FaceCoreException for another space
     */
    public Profile with(Role role, List<Embedding> faces) {
        return change(role, faces, true);
    }

    /**
     * Without faces that {@link #with} added: afterwards the bytes are what they were.
     *
     * @param role whose
     * @param faces the same faces
     * @return another profile
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for faces that cannot be inside
     */
    public Profile without(Role role, List<Embedding> faces) {
        return change(role, faces, false);
    }

    private Profile change(Role role, List<Embedding> faces, boolean adds) {
        Wire.Writer record = new Wire.Writer().bytes(bytes).int32(faces.size());
        faces.forEach(face -> face.write(record));
        return new Profile(change0(record.record(), role.number, adds));
    }

    /**
     * Where its faces may be compared.
     *
     * @return never null
     */
    public SpaceId space() {
        return new SpaceId(Long.reverseBytes(buffer().getLong(8)));
    }

    /**
     * The photos of a person inside.
     *
     * @param role whose
     * @return 0 if it shows nobody in this role
     */
    public int photos(Role role) {
        int part = part(role);
        return part < 0 ? 0 : buffer().getInt(part + 4);
    }

    /**
     * The mean face of a person, for a {@link Candidate}.
     *
     * @param role whose
     * @return empty if it shows nobody in this role
     */
    public Optional<Embedding> embedding(Role role) {
        int part = part(role);
        if (part < 0) {
            return Optional.empty();
        }
        ByteBuffer buffer = buffer();
        int width = buffer.get(16);
        float[] sums = new float[Short.toUnsignedInt(buffer.getShort(6))];
        for (int i = 0; i < sums.length; i++) {
            int at = part + PART_HEADER + i * width;
            sums[i] = width == 4 ? buffer.getInt(at) : buffer.getShort(at);
        }
        return Optional.of(Embedding.of(space(), sums));
    }

    /** Where the part of a role begins, or −1. */
    private int part(Role role) {
        ByteBuffer buffer = buffer();
        int length = PART_HEADER + Short.toUnsignedInt(buffer.getShort(6)) * buffer.get(16);
        for (int i = 0; i < buffer.get(5); i++) {
            if (buffer.get(HEADER + i * length) == role.number) {
                return HEADER + i * length;
            }
        }
        return -1;
    }

    private ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Profile && Arrays.equals(bytes, ((Profile) other).bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "Profile[" + photos(Role.OWNER) + " photos, space=" + space() + "]";
    }

    private static native byte[] build0(byte[] record);

    private static native void check0(byte[] record);

    private static native byte[] change0(byte[] record, int role, boolean adds);
}
