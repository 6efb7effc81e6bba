package io.facecore;

import java.util.Objects;

/** What a photo may cost; checked on its header, before any pixel is decoded. Immutable: each {@code with…} makes a changed copy. */
public final class Limits {
    /**
     * 64 MiB, 30,000 × 30,000 at most 100,000,000 pixels; JPEGs of more than 25,000,000 are decoded smaller, nothing else is shrunk;
     * {@link Damage#REFUSE}. While it decodes, a photo takes up to about 20 bytes a pixel.
     */
    public static final Limits DEFAULT = new Limits(64 << 20, 30_000, 30_000, 100_000_000, 25_000_000, 0, Damage.REFUSE);

    private static final Limits FOR_UPLOADS = DEFAULT.withReduceJpegAbove(8_000_000).withShrinkAbove(8_000_000);

    private final int maxBytes;
    private final int maxWidth;
    private final int maxHeight;
    private final long maxPixels;
    private final long reduceJpegAbove;
    private final long shrinkAbove;
    private final Damage damage;

    private Limits(int maxBytes, int maxWidth, int maxHeight, long maxPixels, long reduceJpegAbove, long shrinkAbove, Damage damage) {
        if (maxBytes < 0 || maxWidth < 0 || maxHeight < 0 || maxPixels < 0 || reduceJpegAbove < 0 || shrinkAbove < 0) {
            throw new IllegalArgumentException("a limit is negative");
        }
        this.maxBytes = maxBytes;
        this.maxWidth = maxWidth;
        this.maxHeight = maxHeight;
        this.maxPixels = maxPixels;
        this.reduceJpegAbove = reduceJpegAbove;
        this.shrinkAbove = shrinkAbove;
        this.damage = Objects.requireNonNull(damage, "damage");
    }

    /**
     * For photos that strangers upload to a service, together with {@link DetectOptions#forUploads()}: JPEGs of more than 8 megapixels are
     * decoded smaller, and other photos shrunk to as many, so that a photo of 108 megapixels takes about the time of one of 8.
     *
     * @return the preset
     */
    public static Limits forUploads() {
        return FOR_UPLOADS;
    }

    /**
     * With another limit for the encoded photo.
     *
     * @param bytes the longest, at least 0
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public Limits withMaxBytes(int bytes) {
        return new Limits(bytes, maxWidth, maxHeight, maxPixels, reduceJpegAbove, shrinkAbove, damage);
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
        return new Limits(maxBytes, width, height, maxPixels, reduceJpegAbove, shrinkAbove, damage);
    }

    /**
     * With another limit for width × height. A JPEG counts at the size that it is decoded at, a progressive one in full.
     *
     * @param pixels the most, at least 0
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public Limits withMaxPixels(long pixels) {
        return new Limits(maxBytes, maxWidth, maxHeight, pixels, reduceJpegAbove, shrinkAbove, damage);
    }

    /**
     * Shrinks photos of more pixels, once, right after decoding; {@link Face#storedBox()} stays in the file's pixels.
     *
     * @param pixels photos of more are shrunk to at most so many; 0: never
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public Limits withShrinkAbove(long pixels) {
        return new Limits(maxBytes, maxWidth, maxHeight, maxPixels, reduceJpegAbove, pixels, damage);
    }

    /**
     * Decodes JPEGs of more pixels at the largest of 1/2, 1/4 and 1/8 of their sides that has at most so many, as photos of phones with 48 to
     * 200 megapixels; {@link Face#storedBox()} stays in the file's pixels.
     *
     * @param pixels the most that a JPEG is decoded at; 0: always at full size
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public Limits withReduceJpegAbove(long pixels) {
        return new Limits(maxBytes, maxWidth, maxHeight, maxPixels, pixels, shrinkAbove, damage);
    }

    /**
     * With another answer to a JPEG of which a part cannot be read.
     *
     * @param damage what to do with it
     * @return a changed copy
     */
    public Limits withDamage(Damage damage) {
        return new Limits(maxBytes, maxWidth, maxHeight, maxPixels, reduceJpegAbove, shrinkAbove, damage);
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

    /**
     * JPEGs of more pixels are decoded smaller.
     *
     * @return a number of pixels, 0: never
     */
    public long reduceJpegAbove() {
        return reduceJpegAbove;
    }

    /**
     * What to do with a JPEG of which a part cannot be read.
     *
     * @return never null
     */
    public Damage damage() {
        return damage;
    }

    Wire.Writer write(Wire.Writer record) {
        record.int32(maxBytes).int32(maxWidth).int32(maxHeight).int64(maxPixels);
        return record.int64(reduceJpegAbove).int64(shrinkAbove).int32(damage == Damage.KEEP ? 1 : 0);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Limits)) {
            return false;
        }
        Limits other = (Limits) object;
        return maxBytes == other.maxBytes && maxWidth == other.maxWidth && maxHeight == other.maxHeight && maxPixels == other.maxPixels
                && reduceJpegAbove == other.reduceJpegAbove && shrinkAbove == other.shrinkAbove && damage == other.damage;
    }

    @Override
    public int hashCode() {
        return Objects.hash(maxBytes, maxWidth, maxHeight, maxPixels, reduceJpegAbove, shrinkAbove, damage);
    }

    @Override
    public String toString() {
        return "Limits[maxBytes=" + maxBytes + ", maxWidth=" + maxWidth + ", maxHeight=" + maxHeight + ", maxPixels=" + maxPixels
                + ", reduceJpegAbove=" + reduceJpegAbove + ", shrinkAbove=" + shrinkAbove + ", damage=" + damage + "]";
    }
}
