package io.facecore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who somebody is, as a face: counts and sums of faces, a value of about a kilobyte. Adding and removing a photo are exact and undo each other. The
 * bytes are described in {@code docs/profiles.md} and are the same in every language.
 */
public final class Profile {
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

        static Role of(int number) {
            for (Role role : values()) {
                if (role.number == number) {
                    return role;
                }
            }
            throw new IllegalArgumentException("role " + number);
        }
    }

    /** What a profile has of one person, in one role. */
    public static final class Slot {
        private final Role role;
        private final int photos;
        private final int faces;
        private final float coherence;
        private final Embedding embedding;

        private Slot(Wire.Reader record) {
            role = Role.of(record.int32());
            photos = record.int32();
            faces = record.int32();
            coherence = record.float32();
            embedding = record.int32() == 0 ? null : Embedding.read(record);
        }

        /**
         * Whom it shows.
         *
         * @return never null
         */
        public Role role() {
            return role;
        }

        /**
         * Photos inside.
         *
         * @return at least 1
         */
        public int photos() {
            return photos;
        }

        /**
         * Faces inside.
         *
         * @return at least 1
         */
        public int faces() {
            return faces;
        }

        /**
         * How alike its faces are: the length of their mean.
         *
         * @return 0 to 1; a thousandth more is possible, since a face's values are rounded
         */
        public float coherence() {
            return coherence;
        }

        /**
         * The mean of its faces.
         *
         * @return nothing if they cancel each other out
         */
        public Optional<Embedding> embedding() {
            return Optional.ofNullable(embedding);
        }

        @Override
        public String toString() {
            return "Slot[" + role + ", " + photos + " photos, " + faces + " faces, coherence=" + coherence + "]";
        }
    }

    private final byte[] bytes;
    private final SpaceId space;
    private final int values;
    private final List<Slot> slots;

    /** Of bytes that nobody else holds. */
    Profile(byte[] bytes) {
        this.bytes = bytes;
        Wire.Reader inside = new Wire.Reader(read0(bytes));
        space = new SpaceId(inside.int64());
        values = inside.int32();
        List<Slot> read = new ArrayList<>();
        for (int left = inside.int32(); left > 0; left--) {
            read.add(new Slot(inside));
        }
        slots = Collections.unmodifiableList(read);
    }

    /**
     * A profile without faces, to begin one with: {@link #with} adds faces.
     *
     * @param space of its faces
     * @param values the numbers of an embedding, 1 to 65,535
     * @return the empty profile
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for another number
     */
    public static Profile empty(SpaceId space, int values) {
        return new Profile(empty0(space.value(), values));
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
        return build(album, owner, Feedback.none());
    }

    /**
     * {@link #build(List, AlbumOwner)} with what users said of the faces.
     *
     * @param album the photos with all their faces
     * @param owner what is known of the owner
     * @param feedback what was said; confirmed faces are in the profile, rejected ones never
     * @return how it ended, with the profile if there is one
     * @throws FaceCoreException as {@link #build(List, AlbumOwner)}
     */
    public static ProfileBuild build(List<AlbumPhoto> album, AlbumOwner owner, Feedback feedback) {
        Wire.Writer record = feedback.write(owner.write(new Wire.Writer())).int32(album.size());
        album.forEach(photo -> photo.write(record));
        return new ProfileBuild(new Wire.Reader(build0(record.record())));
    }

    /**
     * Builds from the stored faces of an album: no photo is read. Photos without a stored face do not count.
     *
     * @param faces the bytes of stored faces, such as {@link ProfileStore#faces} returns them
     * @param owner what is known of the owner
     * @param feedback what was said
     * @return how it ended, with the profile if there is one
     * @throws FaceCoreException as {@link #build(List, AlbumOwner)}, and with {@link ErrorCode#EMBEDDING} for bytes that are no stored face
     */
    public static ProfileBuild buildStored(Map<FaceId, byte[]> faces, AlbumOwner owner, Feedback feedback) {
        Wire.Writer record = feedback.write(owner.write(new Wire.Writer())).int32(faces.size());
        faces.forEach((face, bytes) -> face.write(record).bytes(bytes));
        return new ProfileBuild(new Wire.Reader(buildStored0(record.record())));
    }

    /**
     * Reads what {@link #toBytes} wrote, from any source: the bytes are not trusted.
     *
     * @param bytes a stored profile
     * @return the profile
     * @throws FaceCoreException with {@link ErrorCode#PROFILE} if it is none
     */
    public static Profile ofBytes(byte[] bytes) {
        return new Profile(Objects.requireNonNull(bytes, "bytes").clone());
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
     * With the faces of another profile of the same people, such as one of other photos.
     *
     * @param other of the same space
     * @return another profile
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} for another space, {@link ErrorCode#EMBEDDING} for another number of
     *         values, {@link ErrorCode#LIMIT} above 60,000 faces
     */
    public Profile merge(Profile other) {
        return new Profile(merge0(bytes, other.bytes));
    }

    /**
     * Where its faces may be compared.
     *
     * @return never null
     */
    public SpaceId space() {
        return space;
    }

    /**
     * The numbers of an embedding of its space.
     *
     * @return at least 1
     */
    public int values() {
        return values;
    }

    /**
     * The people inside.
     *
     * @return in the order of their roles, unmodifiable; empty for a profile without faces
     */
    public List<Slot> slots() {
        return slots;
    }

    private Optional<Slot> slot(Role role) {
        return slots.stream().filter(slot -> slot.role == role).findFirst();
    }

    /**
     * The photos of a person inside.
     *
     * @param role whose
     * @return 0 if it shows nobody in this role
     */
    public int photos(Role role) {
        return slot(role).map(Slot::photos).orElse(0);
    }

    /**
     * The mean face of a person, for a {@link Candidate}.
     *
     * @param role whose
     * @return empty if it shows nobody in this role, or if their faces cancel each other out
     */
    public Optional<Embedding> embedding(Role role) {
        return slot(role).flatMap(Slot::embedding);
    }

    /**
     * The mean faces of all people inside: what a {@link Candidate} is known by.
     *
     * @return in the order of their roles, unmodifiable
     */
    public List<Embedding> embeddings() {
        return slots.stream().flatMap(slot -> slot.embedding().stream()).collect(Collectors.toUnmodifiableList());
    }

    /** The bytes themselves, for this package, which does not change them. */
    byte[] bytesInside() {
        return bytes;
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

    /**
     * Whether both show one owner: their centroids are more alike than those of two people can be.
     *
     * @param other of the same space
     * @return false as well if only one of them shows an owner
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} or {@link ErrorCode#EMBEDDING} for a profile of other embeddings
     */
    public boolean showsOwnerOf(Profile other) {
        return showsOwnerOf0(bytes, other.bytes);
    }

    private static native boolean showsOwnerOf0(byte[] bytes, byte[] other);

    private static native byte[] build0(byte[] record);

    private static native byte[] buildStored0(byte[] record);

    private static native byte[] read0(byte[] bytes);

    private static native byte[] empty0(long space, int values);

    private static native byte[] merge0(byte[] bytes, byte[] other);

    private static native byte[] change0(byte[] record, int role, boolean adds);
}
