package io.facecore;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One face as a vector of length 1, with the space it lives in. Two embeddings of one space are compared with {@link #cosine}; what a cosine
 * means depends on the space, which {@link Matcher#forSpace} knows.
 */
public final class Embedding {
    /** In the encoding F32: after 4 bytes of magic, 4 of encoding and length, 8 of the space. */
    private static final int VALUES_AT = 16;

    static {
        NativeLibrary.load();
    }

    private final SpaceId space;
    private final float[] values;

    private Embedding(SpaceId space, float[] values) {
        this.space = space;
        this.values = values;
    }

    /**
     * An embedding from numbers, which are scaled to length 1.
     *
     * @param space where they are comparable
     * @param values 1 to 65,535 numbers; copied
     * @return the embedding
     * @throws FaceCoreException with {@link ErrorCode#EMBEDDING} for no numbers, too many, NaN, infinity or all zero
     */
    public static Embedding of(SpaceId space, float... values) {
        byte[] record = new Wire.Writer().int64(space.value()).int32(values.length).float32s(values).record();
        return read(new Wire.Reader(of0(record)));
    }

    /**
     * Reads what {@link #encode} wrote, from any source: the bytes are not trusted.
     *
     * @param bytes an encoded embedding
     * @return the embedding
     * @throws FaceCoreException with {@link ErrorCode#EMBEDDING} if it is none
     */
    public static Embedding decode(byte[] bytes) {
        return read(new Wire.Reader(decode0(Objects.requireNonNull(bytes, "bytes"))));
    }

    /** As native code sends it: the exact encoding. */
    static Embedding read(Wire.Reader record) {
        int count = (record.int32() - VALUES_AT) / 4;
        record.int64();
        long space = Long.reverseBytes(record.int64());
        return new Embedding(new SpaceId(space), record.float32s(count));
    }

    /** As native code takes it: the exact encoding. */
    Wire.Writer write(Wire.Writer record) {
        return record.int32(VALUES_AT + 4 * values.length).int32(0x31454346).int32(values.length << 16)
                .int64(Long.reverseBytes(space.value())).float32s(values);
    }

    /**
     * Writes the embedding as bytes that describe themselves (space, length, encoding), for any version of facecore and any language.
     *
     * @param encoding how exact
     * @return the bytes
     */
    public byte[] encode(Encoding encoding) {
        return encode0(write(new Wire.Writer()).record(), encoding.number);
    }

    /**
     * The cosine of the angle between two faces.
     *
     * @param other of the same space
     * @return −1 to 1; 1 is the same vector
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} for two spaces
     */
    public float cosine(Embedding other) {
        return cosine0(other.write(write(new Wire.Writer())).record());
    }

    /**
     * The mean of faces of one person, scaled to length 1.
     *
     * @param faces at least one, all of one space
     * @return their mean
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} for two spaces, {@link ErrorCode#EMBEDDING} for none, or if they cancel each
     *         other out
     */
    public static Embedding mean(List<Embedding> faces) {
        Wire.Writer record = new Wire.Writer().int32(faces.size());
        faces.forEach(face -> face.write(record));
        return read(new Wire.Reader(mean0(record.record())));
    }

    /**
     * How far it lies among the embeddings of non-faces (carpets, foliage), by the filter that comes with its space.
     *
     * @return above 0: no face; the larger, the surer
     * @throws FaceCoreException with {@link ErrorCode#NON_FACE} if no filter comes with the space: of another network, or of mirror averages
     */
    public float nonFaceExcess() {
        return nonFaceExcess0(write(new Wire.Writer()).record());
    }

    /**
     * Where it may be compared.
     *
     * @return never null
     */
    public SpaceId space() {
        return space;
    }

    /**
     * The numbers.
     *
     * @return a copy; the sum of their squares is 1
     */
    public float[] values() {
        return values.clone();
    }

    /**
     * How many numbers there are.
     *
     * @return at least 1
     */
    public int length() {
        return values.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Embedding && space.equals(((Embedding) other).space) && Arrays.equals(values, ((Embedding) other).values);
    }

    @Override
    public int hashCode() {
        return 31 * space.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Embedding[" + values.length + " values, space=" + space + "]";
    }

    private static native byte[] of0(byte[] record);

    private static native byte[] decode0(byte[] bytes);

    private static native byte[] encode0(byte[] record, int encoding);

    private static native byte[] mean0(byte[] record);

    private static native float cosine0(byte[] record);

    private static native float nonFaceExcess0(byte[] record);
}
