package io.facecore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** One person of a clip. */
public final class ClipPerson {
    private final List<Track> tracks;
    private final Optional<Verdict> verdict;

    private ClipPerson(Wire.Reader record, List<Track> all) {
        List<Track> own = new ArrayList<>();
        for (int left = record.int32(); left > 0; left--) {
            own.add(all.get(record.int32()));
        }
        tracks = Collections.unmodifiableList(own);
        verdict = record.int32() == 0 ? Optional.empty() : Optional.of(Verdict.read(record));
    }

    static ClipPerson read(Wire.Reader record, List<Track> all) {
        return new ClipPerson(record, all);
    }

    /**
     * Their tracks; no two of them overlap in time.
     *
     * @return one at least, unmodifiable
     */
    public List<Track> tracks() {
        return tracks;
    }

    /**
     * Who it is, or why nobody.
     *
     * @return nothing for a track without an embedding: nothing can be said of it
     */
    public Optional<Verdict> verdict() {
        return verdict;
    }

    @Override
    public String toString() {
        return "ClipPerson[" + tracks.size() + " tracks, " + verdict.map(Verdict::toString).orElse("no embedding") + "]";
    }
}
