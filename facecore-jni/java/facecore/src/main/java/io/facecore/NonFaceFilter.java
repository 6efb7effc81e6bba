package io.facecore;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Tells carpets, roses and foliage from faces by their embeddings. Safe from all threads; close it. */
public final class NonFaceFilter implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;
    private final SpaceId space;

    private NonFaceFilter(long pointer) {
        handle = new Handle("filter", pointer, NonFaceFilter::free0);
        space = new SpaceId(handle.use(NonFaceFilter::space0));
    }

    /**
     * The filter that comes with an embedder of this project.
     *
     * @param space the embedder's
     * @return nothing for another space
     */
    public static Optional<NonFaceFilter> bundled(SpaceId space) {
        long pointer = bundled0(space.value());
        return pointer == 0 ? Optional.empty() : Optional.of(new NonFaceFilter(pointer));
    }

    /**
     * Reads what {@link #toBytes} wrote, from any source: the bytes are not trusted.
     *
     * @param bytes a filter
     * @return the filter
     * @throws FaceCoreException with {@link ErrorCode#NON_FACE} if it is none
     */
    public static NonFaceFilter read(byte[] bytes) {
        return new NonFaceFilter(read0(Objects.requireNonNull(bytes, "bytes")));
    }

    /**
     * A filter of centroids, each with the cosine above which a vector is no face.
     *
     * @param centroids of one space, 1 to 1,024
     * @param thresholds as many, −1 to 1
     * @return the filter
     * @throws IllegalArgumentException if there are not as many of one as of the other
     * @throws FaceCoreException with {@link ErrorCode#NON_FACE} for numbers outside these ranges, {@link ErrorCode#SPACE_MISMATCH}
     */
    public static NonFaceFilter of(List<Embedding> centroids, float... thresholds) {
        if (centroids.size() != thresholds.length) {
            throw new IllegalArgumentException(thresholds.length + " thresholds for " + centroids.size() + " centroids");
        }
        Wire.Writer record = new Wire.Writer().int32(thresholds.length);
        int at = 0;
        for (Embedding centroid : centroids) {
            centroid.write(record).float32(thresholds[at++]);
        }
        return new NonFaceFilter(of0(record.record()));
    }

    /**
     * Judges an embedding.
     *
     * @param face of the filter's space
     * @return whether it is a face, and how sure that is
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} for another space
     * @throws IllegalStateException if the filter is closed
     */
    public NonFaceVerdict judge(Embedding face) {
        byte[] question = face.write(new Wire.Writer()).record();
        return new NonFaceVerdict(new Wire.Reader(handle.use(filter -> judge0(filter, question))));
    }

    /**
     * The space of the embeddings that it judges.
     *
     * @return never null
     */
    public SpaceId space() {
        return space;
    }

    /**
     * The bytes to keep, the same in every language.
     *
     * @return new bytes
     */
    public byte[] toBytes() {
        return handle.use(NonFaceFilter::write0);
    }

    Handle handle() {
        return handle;
    }

    /** Frees it, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    private static native long bundled0(long space);

    private static native long read0(byte[] bytes);

    private static native long of0(byte[] record);

    private static native long space0(long filter);

    private static native byte[] judge0(long filter, byte[] record);

    private static native byte[] write0(long filter);

    private static native void free0(long filter);
}
