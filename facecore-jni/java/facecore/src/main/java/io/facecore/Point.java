package io.facecore;

import java.util.List;

/** A point in pixels: x to the right, y down, the centre of the first pixel is (0, 0). */
public final class Point {
    private final float x;
    private final float y;

    /**
     * A point.
     *
     * @param x to the right
     * @param y down
     */
    public Point(float x, float y) {
        this.x = x;
        this.y = y;
    }

    /** The five points of a face. */
    static List<Point> five(Wire.Reader record) {
        float[] xy = record.float32s(10);
        return List.of(new Point(xy[0], xy[1]), new Point(xy[2], xy[3]), new Point(xy[4], xy[5]), new Point(xy[6], xy[7]),
                new Point(xy[8], xy[9]));
    }

    /**
     * To the right.
     *
     * @return in pixels
     */
    public float x() {
        return x;
    }

    /**
     * Down.
     *
     * @return in pixels
     */
    public float y() {
        return y;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Point && Float.compare(x, ((Point) other).x) == 0 && Float.compare(y, ((Point) other).y) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * Float.hashCode(x) + Float.hashCode(y);
    }

    @Override
    public String toString() {
        return "(" + x + ", " + y + ")";
    }
}
