package io.facecore;

import java.util.Objects;

/**
 * A linear map of embeddings of one space into another, in which one's own people lie farther apart; Rust's {@code adapt::fit} learns it. Safe from all
 * threads; close it.
 */
public final class Adaptation implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;
    private final SpaceId from;
    private final SpaceId space;

    private Adaptation(long pointer) {
        handle = new Handle("adaptation", pointer, Adaptation::free0);
        Wire.Reader spaces = new Wire.Reader(handle.use(Adaptation::spaces0));
        from = new SpaceId(spaces.int64());
        space = new SpaceId(spaces.int64());
    }

    /**
     * Reads what {@link #toBytes} or Rust's {@code Adaptation::to_bytes} wrote, from any source: the bytes are not trusted.
     *
     * @param bytes an adaptation
     * @return the adaptation
     * @throws FaceCoreException with {@link ErrorCode#ADAPTATION} if it is none
     */
    public static Adaptation read(byte[] bytes) {
        return new Adaptation(read0(Objects.requireNonNull(bytes, "bytes")));
    }

    /**
     * Carries an embedding into the new space.
     *
     * @param face of the space {@link #from}
     * @return the embedding of the space {@link #space}
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} for another space, such as that of one that was carried already,
     *         {@link ErrorCode#EMBEDDING} for another length
     * @throws IllegalStateException if the adaptation is closed
     */
    public Embedding apply(Embedding face) {
        byte[] question = face.write(new Wire.Writer()).record();
        return Embedding.read(new Wire.Reader(handle.use(adaptation -> apply0(adaptation, question))));
    }

    /**
     * The space of the embeddings that it takes.
     *
     * @return never null
     */
    public SpaceId from() {
        return from;
    }

    /**
     * The space of the embeddings that it gives.
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
        return handle.use(Adaptation::write0);
    }

    /** Frees it, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    private static native long read0(byte[] bytes);

    private static native byte[] write0(long adaptation);

    private static native byte[] spaces0(long adaptation);

    private static native byte[] apply0(long adaptation, byte[] record);

    private static native void free0(long adaptation);
}
