package io.facecore;

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
