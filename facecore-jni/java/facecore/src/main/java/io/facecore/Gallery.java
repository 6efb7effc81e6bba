package io.facecore;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * The people whom faces are compared with, made ready by {@link Matcher#gallery} and kept in native memory: worth it where the same people are
 * asked about more than once, such as a user's friends for the photos of one evening. Immutable and safe from all threads; close it.
 *
 * <pre>{@code
 * try (Gallery friends = Matcher.forSpace(engine.space().orElseThrow()).gallery(candidates)) {
 *     for (List<Embedding> faces : photos) {
 *         friends.decide(faces).forEach(System.out::println);
 *     }
 * }
 * }</pre>
 */
public final class Gallery implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;
    private final int people;

    private Gallery(long pointer) {
        handle = new Handle("gallery", pointer, Gallery::free0);
        people = handle.use(Gallery::people0);
    }

    static Gallery of(Matcher matcher, Collection<Candidate> candidates) {
        return new Gallery(of0(Candidate.write(candidates, matcher.write(new Wire.Writer())).record()));
    }

    /**
     * Decides about the faces of one photo.
     *
     * @param faces the embeddings of all its faces, at most 1,000: they help to tell each other apart
     * @return a verdict for each face, in their order, unmodifiable
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} or {@link ErrorCode#EMBEDDING} if a face cannot be compared with the
     *         people
     * @throws PhotoException with {@link ErrorCode#LIMIT} for too many faces
     * @throws IllegalStateException if the gallery is closed
     */
    public List<Verdict> decide(List<Embedding> faces) {
        Wire.Writer record = new Wire.Writer().int32(faces.size());
        faces.forEach(face -> face.write(record));
        byte[] question = record.record();
        Wire.Reader answer = new Wire.Reader(handle.use(gallery -> decide0(gallery, question)));
        int count = answer.int32();
        List<Verdict> verdicts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            verdicts.add(Verdict.read(answer));
        }
        return Collections.unmodifiableList(verdicts);
    }

    /**
     * How many people have an embedding; candidates of one name are one person.
     *
     * @return at least 0
     */
    public int people() {
        return people;
    }

    Handle handle() {
        return handle;
    }

    /** Frees it, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    @Override
    public String toString() {
        return "Gallery[" + people + " people]";
    }

    private static native long of0(byte[] record);

    private static native int people0(long gallery);

    private static native byte[] decide0(long gallery, byte[] record);

    private static native void free0(long gallery);
}
