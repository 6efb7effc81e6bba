package io.facecore;

import java.util.Objects;

/** A rectangle in pixels; it may reach beyond the photo. */
public final class BoundingBox {
    private final float x1;
    private final float y1;
    private final float x2;
    private final float y2;

    /**
     * The rectangle between two corners.
     *
     * @param x1 left edge
     * @param y1 upper edge
     * @param x2 right edge
     * @param y2 lower edge
     */
    public BoundingBox(float x1, float y1, float x2, float y2) {
        this.x1 = x1;
        this.y1 = y1;
        this.x2 = x2;
        this.y2 = y2;
    }

    static BoundingBox read(Wire.Reader record) {
        return new BoundingBox(record.float32(), record.float32(), record.float32(), record.float32());
    }

    Wire.Writer write(Wire.Writer record) {
        return record.float32(x1).float32(y1).float32(x2).float32(y2);
    }

    /**
     * Left edge.
     *
     * @return in pixels
     */
    public float x1() {
        return x1;
    }

    /**
     * Upper edge.
     *
     * @return in pixels
     */
    public float y1() {
        return y1;
    }

    /**
     * Right edge.
     *
     * @return in pixels
     */
    public float x2() {
        return x2;
    }

    /**
     * Lower edge.
     *
     * @return in pixels
     */
    public float y2() {
        return y2;
    }

    /**
     * Right edge − left edge.
     *
     * @return in pixels
     */
    public float width() {
        return x2 - x1;
    }

    /**
     * Lower edge − upper edge.
     *
     * @return in pixels
     */
    public float height() {
        return y2 - y1;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof BoundingBox)) {
            return false;
        }
        BoundingBox other = (BoundingBox) object;
        return Float.compare(x1, other.x1) == 0 && Float.compare(y1, other.y1) == 0 && Float.compare(x2, other.x2) == 0
                && Float.compare(y2, other.y2) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(x1, y1, x2, y2);
    }

    @Override
    public String toString() {
        return "[" + x1 + ", " + y1 + " – " + x2 + ", " + y2 + "]";
    }
}
