package tagging.album;

/**
 * A face of a photo.
 *
 * @param x1 left edge of the box, in pixels of the kept photo
 * @param y1 upper edge
 * @param x2 right edge
 * @param y2 lower edge
 * @param kind what it is good for
 * @param person id of the account that it was confirmed to be; null if nobody said
 * @param star name from the gallery of stars; null if none
 */
public record SeenFace(float x1, float y1, float x2, float y2, Kind kind, String person, String star) {
    /** What a face is good for. */
    public enum Kind {
        /** It can be compared. */
        CLEAR,
        /** There are too few pixels, or it is cut off: nothing is said of it. */
        SMALL,
        /** Looks like leaves or a carpet. */
        NO_FACE
    }

    /** With another person. */
    public SeenFace withPerson(String changed) {
        return new SeenFace(x1, y1, x2, y2, kind, changed, star);
    }
}
