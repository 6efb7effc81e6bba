package io.facecore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A face followed through one shot of a clip, with gaps where it was covered or out of the picture. */
public final class Track {
    private final int id;
    private final List<TimeSpan> spans;
    private final int detections;
    private final int revision;
    private final List<Integer> absorbed;
    private final List<KeptFace> faces;

    private Track(Wire.Reader record) {
        id = record.int32();
        List<TimeSpan> seen = new ArrayList<>();
        for (int left = record.int32(); left > 0; left--) {
            seen.add(TimeSpan.read(record));
        }
        spans = Collections.unmodifiableList(seen);
        detections = record.int32();
        revision = record.int32();
        List<Integer> numbers = new ArrayList<>();
        for (int left = record.int32(); left > 0; left--) {
            numbers.add(record.int32());
        }
        absorbed = Collections.unmodifiableList(numbers);
        List<KeptFace> kept = new ArrayList<>();
        for (int left = record.int32(); left > 0; left--) {
            kept.add(KeptFace.read(record));
        }
        faces = Collections.unmodifiableList(kept);
    }

    static Track read(Wire.Reader record) {
        return new Track(record);
    }

    /**
     * Its number, in the order in which the tracks of a clip began.
     *
     * @return from 0; numbers are missing of what was no face
     */
    public int id() {
        return id;
    }

    /**
     * When it was seen, in order.
     *
     * @return one at least, unmodifiable
     */
    public List<TimeSpan> spans() {
        return spans;
    }

    /**
     * How often the detector found it.
     *
     * @return at least 1
     */
    public int detections() {
        return detections;
    }

    /**
     * How often {@link #faces} changed: whoever decided on fewer may decide again.
     *
     * @return from 0
     */
    public int revision() {
        return revision;
    }

    /**
     * Numbers of other tracks, as {@link TrackedFace#track} had them, that better views showed to be of this face and that became part of this track.
     * Where a frame has the face under two of its numbers, the place under the higher one holds.
     *
     * @return in order, unmodifiable; mostly none
     */
    public List<Integer> absorbed() {
        return absorbed;
    }

    /**
     * Its best views, in order of time.
     *
     * @return unmodifiable; none with an engine that only detects, or where no view could be embedded
     */
    public List<KeptFace> faces() {
        return faces;
    }

    /**
     * The best of its views.
     *
     * @return nothing without any
     */
    public Optional<KeptFace> best() {
        return faces.stream().max(Comparator.comparing(KeptFace::weight));
    }

    @Override
    public String toString() {
        return "Track[" + id + ", " + spans + ", " + faces.size() + " faces]";
    }
}
