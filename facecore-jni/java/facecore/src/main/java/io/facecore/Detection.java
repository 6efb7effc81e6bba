package io.facecore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** The faces of a photo. */
public final class Detection {
    private final List<Face> faces;
    private final boolean complete;
    private final Cut cut;
    private final DetectStats stats;

    private Detection(Wire.Reader record) {
        complete = record.int32() != 0;
        cut = Cut.read(record);
        stats = DetectStats.read(record);
        int count = record.int32();
        List<Face> found = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            found.add(Face.read(record));
        }
        faces = Collections.unmodifiableList(found);
    }

    static Detection read(byte[] record) {
        return new Detection(new Wire.Reader(record));
    }

    /**
     * The faces.
     *
     * @return the best score first, unmodifiable
     */
    public List<Face> faces() {
        return faces;
    }

    /**
     * Whether the budget left nothing out.
     *
     * @return false where {@link #cut()} says what
     */
    public boolean isComplete() {
        return complete;
    }

    /**
     * What the budget left out.
     *
     * @return all zero if {@link #isComplete()}
     */
    public Cut cut() {
        return cut;
    }

    /**
     * What the stages did.
     *
     * @return counts and times
     */
    public DetectStats stats() {
        return stats;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Detection)) {
            return false;
        }
        Detection other = (Detection) object;
        return complete == other.complete && faces.equals(other.faces) && cut.equals(other.cut) && stats.equals(other.stats);
    }

    @Override
    public int hashCode() {
        return Objects.hash(faces, complete, cut, stats);
    }

    @Override
    public String toString() {
        return "Detection[faces=" + faces + ", complete=" + complete + ", cut=" + cut + "]";
    }
}
