package io.facecore;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/**
 * An upright photo in native memory, 3 bytes a pixel. Immutable and safe from all threads; close it when its faces are embedded.
 *
 * <p>Bytes from strangers are safe to pass: a broken or hostile file is a {@link PhotoException}, and limits are checked before memory is taken.
 */
public final class Photo implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;
    private final int width;
    private final int height;
    private final int storedWidth;
    private final int storedHeight;
    private final Orientation orientation;
    private final float scale;
    private final boolean damaged;

    private Photo(long pointer) {
        handle = new Handle("photo", pointer, Photo::free0);
        Wire.Reader info = new Wire.Reader(handle.use(Photo::info0));
        width = info.int32();
        height = info.int32();
        storedWidth = info.int32();
        storedHeight = info.int32();
        orientation = Orientation.ofExif(info.int32());
        scale = info.float32();
        damaged = info.int32() != 0;
    }

    /**
     * The formats that the native library decodes: those of the jar are {@code jpg}, {@code png}, {@code webp}, {@code bmp}, {@code gif} and
     * {@code tiff}; one built with libheif adds {@code heic} and {@code avif}, as far as that has decoders for them.
     *
     * @return each format's usual file extension
     */
    public static List<String> formats() {
        return List.of(new Wire.Reader(formats0()).text().split(" "));
    }

    /**
     * Decodes within {@link Limits#DEFAULT}.
     *
     * @param bytes a JPEG, PNG, WebP, BMP, GIF or TIFF; not changed and not kept
     * @return the photo, turned upright as its EXIF says
     * @throws PhotoException if it is no such photo ({@link ErrorCode#DECODE}, {@link ErrorCode#DAMAGED},
     *     {@link ErrorCode#UNREAD_KIND}, {@link ErrorCode#UNKNOWN_FORMAT}) or beyond the limits
     */
    public static Photo decode(byte[] bytes) {
        return decode(bytes, Limits.DEFAULT);
    }

    /**
     * Decodes.
     *
     * @param bytes a JPEG, PNG, WebP, BMP, GIF or TIFF; not changed and not kept
     * @param limits what it may cost
     * @return the photo, turned upright as its EXIF says
     * @throws PhotoException if it is no such photo ({@link ErrorCode#DECODE}, {@link ErrorCode#DAMAGED},
     *     {@link ErrorCode#UNREAD_KIND}, {@link ErrorCode#UNKNOWN_FORMAT}) or beyond the limits
     */
    public static Photo decode(byte[] bytes, Limits limits) {
        Objects.requireNonNull(bytes, "bytes");
        return new Photo(decode0(bytes, 0, bytes.length, limits.write(new Wire.Writer()).record()));
    }

    /**
     * Decodes what remains in a buffer, whose position stays. A direct buffer is read in place: nobody may write to it meanwhile.
     *
     * @param bytes a JPEG, PNG, WebP, BMP, GIF or TIFF
     * @param limits what it may cost
     * @return the photo, turned upright as its EXIF says
     * @throws PhotoException if it is no such photo ({@link ErrorCode#DECODE}, {@link ErrorCode#DAMAGED},
     *     {@link ErrorCode#UNREAD_KIND}, {@link ErrorCode#UNKNOWN_FORMAT}) or beyond the limits
     */
    public static Photo decode(ByteBuffer bytes, Limits limits) {
        byte[] record = limits.write(new Wire.Writer()).record();
        if (bytes.isDirect()) {
            return new Photo(decodeDirect0(bytes, bytes.position(), bytes.remaining(), record));
        }
        byte[] copy = copy(bytes);
        return new Photo(decode0(copy, 0, copy.length, record));
    }

    /**
     * Takes raw pixels, which are copied.
     *
     * @param pixels from the first pixel on; the padding after the last row may be missing
     * @param width pixels in a row, at least 1
     * @param height rows, at least 1
     * @param stride bytes from one row to the next
     * @param format what a pixel is
     * @param orientation how the pixels lie; {@link Orientation#UPRIGHT} if they are upright
     * @param limits the size that is allowed
     * @return the photo, upright
     * @throws PhotoException if the numbers do not describe the buffer ({@link ErrorCode#RAW_PIXELS}) or are beyond the limits
     */
    public static Photo ofPixels(byte[] pixels, int width, int height, int stride, PixelFormat format, Orientation orientation, Limits limits) {
        Objects.requireNonNull(pixels, "pixels");
        return new Photo(fromPixels0(pixels, 0, pixels.length, view(width, height, stride, format, orientation, limits)));
    }

    /**
     * Takes raw pixels that remain in a buffer; they are copied, the position stays. Nobody may write to a direct buffer meanwhile.
     *
     * @param pixels from the first pixel on; the padding after the last row may be missing
     * @param width pixels in a row, at least 1
     * @param height rows, at least 1
     * @param stride bytes from one row to the next
     * @param format what a pixel is
     * @param orientation how the pixels lie; {@link Orientation#UPRIGHT} if they are upright
     * @param limits the size that is allowed
     * @return the photo, upright
     * @throws PhotoException if the numbers do not describe the buffer ({@link ErrorCode#RAW_PIXELS}) or are beyond the limits
     */
    public static Photo ofPixels(ByteBuffer pixels, int width, int height, int stride, PixelFormat format, Orientation orientation, Limits limits) {
        byte[] record = view(width, height, stride, format, orientation, limits);
        if (pixels.isDirect()) {
            return new Photo(fromPixelsDirect0(pixels, pixels.position(), pixels.remaining(), record));
        }
        byte[] copy = copy(pixels);
        return new Photo(fromPixels0(copy, 0, copy.length, record));
    }

    private static byte[] view(int width, int height, int stride, PixelFormat format, Orientation orientation, Limits limits) {
        if (width < 0 || height < 0 || stride < 0) {
            throw new IllegalArgumentException("width, height or stride is negative");
        }
        Wire.Writer view = new Wire.Writer().int32(width).int32(height).int32(stride).int32(format.number).int32(orientation.exif());
        return limits.write(view).record();
    }

    static byte[] copy(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /**
     * Width of the upright photo.
     *
     * @return in pixels, at least 1
     */
    public int width() {
        return width;
    }

    /**
     * Height of the upright photo.
     *
     * @return in pixels, at least 1
     */
    public int height() {
        return height;
    }

    /**
     * Width as stored, before turning and shrinking.
     *
     * @return in pixels, at least 1
     */
    public int storedWidth() {
        return storedWidth;
    }

    /**
     * Height as stored, before turning and shrinking.
     *
     * @return in pixels, at least 1
     */
    public int storedHeight() {
        return storedHeight;
    }

    /**
     * How the stored photo lies.
     *
     * @return never null
     */
    public Orientation orientation() {
        return orientation;
    }

    /**
     * How many stored pixels one pixel of this photo is long.
     *
     * @return 1 unless {@link Limits#shrinkAbove()} or {@link Limits#reduceJpegAbove()} made it smaller, then above 1
     */
    public float scale() {
        return scale;
    }

    /**
     * Whether a part of the file could not be read and is grey here; only with {@link Damage#KEEP}.
     *
     * @return false for a whole photo
     */
    public boolean isDamaged() {
        return damaged;
    }

    /**
     * Copies the upright pixels.
     *
     * @return RGB rows without gaps, 3 × width × height bytes
     * @throws IllegalStateException if the photo is closed
     */
    public byte[] toRgb() {
        return handle.use(Photo::rgb0);
    }

    Handle handle() {
        return handle;
    }

    /** Frees the pixels, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    @Override
    public String toString() {
        return "Photo[" + width + "x" + height + ", stored " + storedWidth + "x" + storedHeight + " " + orientation + "]";
    }

    private static native long decode0(byte[] bytes, int offset, int length, byte[] record);

    private static native long decodeDirect0(ByteBuffer buffer, int offset, int length, byte[] record);

    private static native long fromPixels0(byte[] pixels, int offset, int length, byte[] record);

    private static native long fromPixelsDirect0(ByteBuffer pixels, int offset, int length, byte[] record);

    private static native byte[] formats0();

    private static native byte[] info0(long photo);

    private static native byte[] rgb0(long photo);

    private static native void free0(long photo);
}
