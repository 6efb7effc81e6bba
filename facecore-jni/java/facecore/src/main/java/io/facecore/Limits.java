package io.facecore;

import java.util.Objects;

/** What a photo may cost; checked on its header, before any pixel is decoded. Immutable: each {@code with…} makes a changed copy. */
public final class Limits {
    /** 64 MiB, 30,000 × 30,000 at most 100,000,000 pixels, never shrunk. While it decodes, a photo takes up to about 20 bytes a pixel. */
    public static final Limits DEFAULT = new Limits(64 << 20, 30_000, 30_000, 100_000_000, 0);

    private final int maxBytes;
    private final int maxWidth;
    private final int maxHeight;
    private final long maxPixels;
    private final long shrinkAbove;

    private Limits(int maxBytes, int maxWidth, int maxHeight, long maxPixels, long shrinkAbove) {
        if (maxBytes < 0 || maxWidth < 0 || maxHeight < 0 || maxPixels < 0 || shrinkAbove < 0) {
            throw new IllegalArgumentException("a limit is negative");
        }
        this.maxBytes = maxBytes;
        this.maxWidth = maxWidth;
        this.maxHeight = maxHeight;
        this.maxPixels = maxPixels;
        this.shrinkAbove = shrinkAbove;
    }

    /**
     * With another limit for the encoded photo.
     *
     * @param bytes the longest, at least 0
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public Limits withMaxBytes(int bytes) {
        return new Limits(bytes, maxWidth, maxHeight, maxPixels, shrinkAbove);
    }

    /**
     * With other limits for the sides.
     *
     * @param width the widest in stored pixels, at least 0
     * @param height the highest in stored pixels, at least 0
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public Limits withMaxSize(int width, int height) {
        return new Limits(maxBytes, width, height, maxPixels, shrinkAbove);
    }

    /**
     * With another limit for width × height.
     *
     * @param pixels the most, at least 0
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public Limits withMaxPixels(long pixels) {
        return new Limits(maxBytes, maxWidth, maxHeight, pixels, shrinkAbove);
    }

    /**
     * Shrinks photos of more pixels, once, right after decoding; {@link Face#storedBox()} stays in the file's pixels.
     *
     * @param pixels photos of more are shrunk to at most so many; 0: never
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public Limits withShrinkAbove(long pixels) {
        return new Limits(maxBytes, maxWidth, maxHeight, maxPixels, pixels);
    }

    /**
     * Longest encoded photo.
     *
     * @return in bytes
     */
    public int maxBytes() {
        return maxBytes;
    }

    /**
     * Widest photo.
     *
     * @return in stored pixels
     */
    public int maxWidth() {
        return maxWidth;
    }

    /**
     * Highest photo.
     *
     * @return in stored pixels
     */
    public int maxHeight() {
        return maxHeight;
    }

    /**
     * Most pixels.
     *
     * @return width × height
     */
    public long maxPixels() {
        return maxPixels;
    }

    /**
     * Photos of more pixels are shrunk.
     *
     * @return a number of pixels, 0: never
     */
    public long shrinkAbove() {
        return shrinkAbove;
    }

    Wire.Writer write(Wire.Writer record) {
        return record.int32(maxBytes).int32(maxWidth).int32(maxHeight).int64(maxPixels).int64(shrinkAbove);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Limits && maxBytes == ((Limits) other).maxBytes && maxWidth == ((Limits) other).maxWidth
                && maxHeight == ((Limits) other).maxHeight && maxPixels == ((Limits) other).maxPixels
                && shrinkAbove == ((Limits) other).shrinkAbove;
    }

    @Override
    public int hashCode() {
        return Objects.hash(maxBytes, maxWidth, maxHeight, maxPixels, shrinkAbove);
    }

    @Override
    public String toString() {
        return "Limits[maxBytes=" + maxBytes + ", maxWidth=" + maxWidth + ", maxHeight=" + maxHeight + ", maxPixels=" + maxPixels
                + ", shrinkAbove=" + shrinkAbove + "]";
    }
}
