package io.facecore;

/** How raw pixels lie in memory, 8 bits a channel. */
public enum PixelFormat {
    /** Red, green, blue. */
    RGB(1),
    /** Blue, green, red. */
    BGR(2),
    /** Red, green, blue, alpha (not premultiplied); laid over white. */
    RGBA(3),
    /** Blue, green, red, alpha (not premultiplied); laid over white. */
    BGRA(4),
    /** One brightness. */
    GREY(5),
    /** A plane of brightness, then a plane of U, V pairs, one for each 2×2 pixels, with the same stride. BT.601, full range. */
    NV12(6),
    /** As {@link #NV12} with pairs of V, U: the preview format of Android's camera. */
    NV21(7),
    /**
     * A plane of brightness, then planes of U and of V, each with half the stride and half as many rows (both rounded up): what most video
     * decoders give. BT.601, full range.
     */
    I420(8);

    final int number;

    PixelFormat(int number) {
        this.number = number;
    }
}
