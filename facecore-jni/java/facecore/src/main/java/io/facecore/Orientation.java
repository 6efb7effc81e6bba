package io.facecore;

/** What must be done to stored pixels so that they stand upright; turns are clockwise. The order is EXIF's (tag 0x0112, from 1). */
public enum Orientation {
    /** EXIF 1: nothing. */
    UPRIGHT,
    /** EXIF 2: mirror left and right. */
    MIRROR_HORIZONTAL,
    /** EXIF 3: turn by 180°. */
    ROTATE_180,
    /** EXIF 4: mirror top and bottom. */
    MIRROR_VERTICAL,
    /** EXIF 5: swap rows and columns. */
    TRANSPOSE,
    /** EXIF 6: turn by 90°. */
    ROTATE_90,
    /** EXIF 7: swap rows and columns, then turn by 180°. */
    TRANSVERSE,
    /** EXIF 8: turn by 270°. */
    ROTATE_270;

    /**
     * The EXIF number.
     *
     * @return 1 to 8
     */
    public int exif() {
        return ordinal() + 1;
    }

    /**
     * The orientation of an EXIF number.
     *
     * @param number 1 to 8
     * @return the orientation
     * @throws IllegalArgumentException for another number
     */
    public static Orientation ofExif(int number) {
        if (number < 1 || number > 8) {
            throw new IllegalArgumentException("EXIF orientation " + number + " is not 1 to 8");
        }
        return values()[number - 1];
    }
}
