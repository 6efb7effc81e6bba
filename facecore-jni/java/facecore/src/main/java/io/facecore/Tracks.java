package io.facecore;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** The tracks of a clip, kept in native memory. Immutable and safe from all threads; close it. */
public final class Tracks implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;
    /** Read when first asked for. */
    private volatile List<Track> list;

    Tracks(long pointer) {
        handle = new Handle("list of tracks", pointer, Tracks::free0);
    }

    /**
     * The tracks.
     *
     * @return in the order in which they began, unmodifiable
     * @throws IllegalStateException if this is closed
     */
    public List<Track> list() {
        return handle.use(pointer -> {
            if (list == null) {
                list = read(list0(pointer));
            }
            return list;
        });
    }

    private static List<Track> read(byte[] record) {
        Wire.Reader answer = new Wire.Reader(record);
        List<Track> tracks = new ArrayList<>();
        for (int left = answer.int32(); left > 0; left--) {
            tracks.add(Track.read(answer));
        }
        return Collections.unmodifiableList(tracks);
    }

    /**
     * Joins the tracks of one person and decides who it is, once a person: tracks that are alike are one person, unless they overlap in time; the
     * matcher decides on the mean of a person's kept faces; people who got one name are one person, and where they overlap in time the surer
     * one keeps it.
     *
     * @param same the cosine from which on two tracks are alike, −1 to 1: {@link FaceEngine#defaultThreshold()}
     * @param matcher how names are given
     * @param candidates whom they may be; none: it only joins
     * @return the people in the order of their first tracks, unmodifiable
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for {@code same} outside its range or more than 16,384 tracks, and as
     *         {@link Matcher#decide}
     * @throws IllegalStateException if this is closed
     */
    public List<ClipPerson> people(float same, Matcher matcher, Collection<Candidate> candidates) {
        Wire.Writer record = matcher.write(new Wire.Writer().float32(same));
        byte[] question = Candidate.write(candidates, record).record();
        List<Track> tracks = list();
        Wire.Reader answer = new Wire.Reader(handle.use(pointer -> people0(pointer, question)));
        List<ClipPerson> people = new ArrayList<>();
        for (int left = answer.int32(); left > 0; left--) {
            people.add(ClipPerson.read(answer, tracks));
        }
        return Collections.unmodifiableList(people);
    }

    /** Frees them, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    private static native byte[] list0(long tracks);

    private static native byte[] people0(long tracks, byte[] record);

    private static native void free0(long tracks);
}
