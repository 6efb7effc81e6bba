package io.facecore;

import java.util.List;
import java.util.Objects;

/** A detected face. */
public final class Face {
    private final BoundingBox box;
    private final List<Point> landmarks;
    private final float score;
    private final BoundingBox storedBox;
    private final List<Point> storedLandmarks;

    private Face(Wire.Reader record) {
        box = BoundingBox.read(record);
        landmarks = Point.five(record);
        score = record.float32();
        storedBox = BoundingBox.read(record);
        storedLandmarks = Point.five(record);
    }

    static Face read(Wire.Reader record) {
        return new Face(record);
    }

    void write(Wire.Writer record) {
        box.write(record);
        landmarks.forEach(point -> record.float32(point.x()).float32(point.y()));
        record.float32(score);
        storedBox.write(record);
        storedLandmarks.forEach(point -> record.float32(point.x()).float32(point.y()));
    }

    /**
     * Where it is in the upright photo.
     *
     * @return in pixels; it may reach beyond the photo
     */
    public BoundingBox box() {
        return box;
    }

    /**
     * Five points in the upright photo: the eye on the left of the photo, the eye on its right, the tip of the nose, the left and the right
     * corner of the mouth.
     *
     * @return in pixels, unmodifiable
     */
    public List<Point> landmarks() {
        return landmarks;
    }

    /**
     * The probability that this is a face.
     *
     * @return 0 to 1
     */
    public float score() {
        return score;
    }

    /**
     * Where it is in the file's pixels, before EXIF turned it upright and before it was shrunk.
     *
     * @return in stored pixels
     */
    public BoundingBox storedBox() {
        return storedBox;
    }

    /**
     * The points in the file's pixels, in the order of {@link #landmarks()}.
     *
     * @return in stored pixels, unmodifiable
     */
    public List<Point> storedLandmarks() {
        return storedLandmarks;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Face)) {
            return false;
        }
        Face other = (Face) object;
        return box.equals(other.box) && landmarks.equals(other.landmarks) && Float.compare(score, other.score) == 0
                && storedBox.equals(other.storedBox) && storedLandmarks.equals(other.storedLandmarks);
    }

    @Override
    public int hashCode() {
        return Objects.hash(box, landmarks, score, storedBox, storedLandmarks);
    }

    @Override
    public String toString() {
        return "Face[" + box + ", score=" + score + "]";
    }
}
