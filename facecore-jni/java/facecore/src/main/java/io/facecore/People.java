package io.facecore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Named people with faces of each, such as stars or the staff, kept as one file by {@link #toBytes}. Faces are kept there in 8 bits, which moves a
 * cosine by less than 0.005. Safe from all threads; close it.
 */
public final class People implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;
    private final SpaceId space;

    private People(long pointer) {
        handle = new Handle("list of people", pointer, People::free0);
        space = new SpaceId(handle.use(People::space0));
    }

    /**
     * People without anybody, to whom {@link #add} adds some.
     *
     * @param space of all faces
     * @return nobody
     */
    public static People empty(SpaceId space) {
        return new People(empty0(space.value()));
    }

    /**
     * Reads what {@link #toBytes} wrote, from any source: the bytes are not trusted.
     *
     * @param bytes people
     * @return the people
     * @throws FaceCoreException with {@link ErrorCode#CALIBRATION} if they are none
     */
    public static People ofBytes(byte[] bytes) {
        return new People(ofBytes0(Objects.requireNonNull(bytes, "bytes")));
    }

    /**
     * The bytes to keep, the same in every language.
     *
     * @return new bytes
     */
    public byte[] toBytes() {
        return handle.use(People::toBytes0);
    }

    /**
     * The space of all faces.
     *
     * @return never null
     */
    public SpaceId space() {
        return space;
    }

    /**
     * Adds faces to those of a person, who is new or not.
     *
     * @param name not empty, at most 1,000 bytes of UTF-8
     * @param faces of the space
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH}, with {@link ErrorCode#EMBEDDING} for another length than that of the faces
     *         that are there, with {@link ErrorCode#OPTION} or {@link ErrorCode#LIMIT} for the name: nothing is added then
     */
    public void add(String name, List<Embedding> faces) {
        Wire.Writer record = new Wire.Writer().text(name).int32(faces.size());
        faces.forEach(face -> face.write(record));
        byte[] question = record.record();
        handle.use(people -> {
            add0(people, question);
            return null;
        });
    }

    /**
     * Removes a person.
     *
     * @param name the person
     * @return whether there was one of this name
     */
    public boolean remove(String name) {
        byte[] question = new Wire.Writer().text(name).record();
        return handle.use(people -> remove0(people, question));
    }

    /**
     * Everybody with their faces.
     *
     * @return by name, unmodifiable
     */
    public Map<String, List<Embedding>> all() {
        Wire.Reader answer = new Wire.Reader(handle.use(People::all0));
        Map<String, List<Embedding>> people = new TreeMap<>();
        for (int left = answer.int32(); left > 0; left--) {
            String name = answer.text();
            List<Embedding> faces = new ArrayList<>();
            for (int more = answer.int32(); more > 0; more--) {
                faces.add(Embedding.read(answer));
            }
            people.put(name, Collections.unmodifiableList(faces));
        }
        return Collections.unmodifiableMap(people);
    }

    /**
     * For {@link Matcher#gallery}.
     *
     * @return everybody, by name, unmodifiable
     */
    public List<Candidate> candidates() {
        List<Candidate> candidates = new ArrayList<>();
        all().forEach((name, faces) -> candidates.add(new Candidate(name, faces)));
        return Collections.unmodifiableList(candidates);
    }

    Handle handle() {
        return handle;
    }

    /** Frees them, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    private static native long empty0(long space);

    private static native long ofBytes0(byte[] bytes);

    private static native byte[] toBytes0(long people);

    private static native long space0(long people);

    private static native void add0(long people, byte[] record);

    private static native boolean remove0(long people, byte[] name);

    private static native byte[] all0(long people);

    private static native void free0(long people);
}
