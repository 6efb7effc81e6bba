package io.facecore;

import java.util.Objects;
import java.util.OptionalDouble;

/**
 * A face of an album with its photo, as it is kept beside the profile ({@link StoreBatch#putFace(long, FaceId, StoredFace)}), so that a rebuild
 * ({@link Profile#buildStored}) needs no photo. The embedding is kept in 8 bits, which moves a cosine by less than 0.005. {@link AlbumReader#readStored}
 * makes them of a photo.
 */
public final class StoredFace {
    static {
        NativeLibrary.load();
    }

    private final byte[] bytes;
    private final AlbumPhoto photo;
    private final AlbumFace face;
    private final BoundingBox box;
    private final float quality;

    /** Of bytes that nobody else holds. */
    StoredFace(byte[] bytes) {
        this.bytes = bytes;
        Wire.Reader inside = new Wire.Reader(read0(bytes));
        photo = AlbumPhoto.readMeta(inside);
        face = AlbumFace.read(inside);
        box = BoundingBox.read(inside);
        quality = inside.float32();
    }

    /**
     * A face to keep.
     *
     * @param photo what is known of its photo; its faces are not looked at
     * @param face what the album knows of it
     * @param box in pixels of the upright photo
     * @param quality {@link FaceQuality#value}; NaN if it was not measured
     * @return the face as it will be read
     * @throws FaceCoreException with {@link ErrorCode#EMBEDDING} for a number outside its range
     */
    public static StoredFace of(AlbumPhoto photo, AlbumFace face, BoundingBox box, float quality) {
        return new StoredFace(write0(box.write(face.write(photo.writeMeta(new Wire.Writer()))).float32(quality).record()));
    }

    /**
     * Reads what {@link #toBytes} wrote, from any source: the bytes are not trusted.
     *
     * @param bytes a stored face
     * @return the face
     * @throws FaceCoreException with {@link ErrorCode#EMBEDDING} if it is none
     */
    public static StoredFace ofBytes(byte[] bytes) {
        return new StoredFace(Objects.requireNonNull(bytes, "bytes").clone());
    }

    /**
     * The bytes to keep, the same in every language.
     *
     * @return a copy
     */
    public byte[] toBytes() {
        return bytes.clone();
    }

    byte[] bytesInside() {
        return bytes;
    }

    /**
     * What is known of its photo.
     *
     * @return without faces
     */
    public AlbumPhoto photo() {
        return photo;
    }

    /**
     * What the album knows of it.
     *
     * @return never null
     */
    public AlbumFace face() {
        return face;
    }

    /**
     * Its embedding.
     *
     * @return that of {@link #face()}
     */
    public Embedding embedding() {
        return face.embedding();
    }

    /**
     * Its box.
     *
     * @return in pixels of the upright photo
     */
    public BoundingBox box() {
        return box;
    }

    /**
     * {@link FaceQuality#value}.
     *
     * @return 0 to 1; nothing if it was not measured
     */
    public OptionalDouble quality() {
        return Wire.present(quality);
    }

    @Override
    public String toString() {
        return "StoredFace[photo " + Long.toUnsignedString(photo.id()) + ", " + box + "]";
    }

    private static native byte[] write0(byte[] record);

    private static native byte[] read0(byte[] bytes);
}
