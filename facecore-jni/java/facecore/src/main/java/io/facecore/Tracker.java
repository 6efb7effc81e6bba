package io.facecore;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Follows the faces of one clip, frame by frame, in order; the caller decodes it. It keeps no frame: only a small grey copy of the last one, and of
 * each track its times and its best embeddings. Calls from several threads wait for each other; close it.
 *
 * <pre>{@code
 * try (Tracker tracker = new Tracker(TrackerOptions.DEFAULT)) {
 *     for (Frame frame : clip) {
 *         try (Photo photo = Photo.ofPixels(frame.i420(), width, height, width, PixelFormat.I420, Orientation.UPRIGHT, Limits.DEFAULT)) {
 *             tracker.push(engine, photo, frame.time()).forEach(face -> show(face.track(), face.box()));
 *         }
 *     }
 *     try (Tracks tracks = tracker.finish()) {
 *         tracks.people((float) engine.defaultThreshold().orElseThrow(), matcher, friends).forEach(System.out::println);
 *     }
 * }
 * }</pre>
 *
 * <p>Faces are found on some frames, as {@link TrackerOptions#interval} says, and followed by optical flow on the others. Where two faces cross or
 * one comes back, their embeddings tell who is who. A track ends with its shot; {@link Tracks#people} joins the tracks of one person.
 */
public final class Tracker implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;

    /**
     * A tracker for one clip.
     *
     * @param options how it works
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for an option outside its range
     */
    public Tracker(TrackerOptions options) {
        handle = new Handle("tracker", open0(options.write(new Wire.Writer()).record()), Tracker::free0);
    }

    /**
     * Takes the next frame. A frame of another size begins another shot.
     *
     * @param engine the networks
     * @param frame the picture
     * @param at its time after the beginning of the clip
     * @return where the faces are in it, unmodifiable
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for a time that is not after the one before, and for a model without a threshold of
     *         its own where {@link TrackerOptions#samePerson} is not given, {@link ErrorCode#SPACE_MISMATCH} for an engine of another space than
     *         before; the frame is then left out, and the tracker goes on
     * @throws IllegalArgumentException for a time before the beginning
     * @throws IllegalStateException if the tracker, the engine or the frame is closed
     */
    public List<TrackedFace> push(FaceEngine engine, Photo frame, Duration at) {
        if (at.isNegative()) {
            throw new IllegalArgumentException("a time before the beginning of the clip: " + at);
        }
        long time = at.toNanos();
        byte[] record = handle.use(
                tracker -> engine.handle().use(networks -> frame.handle().use(pixels -> push0(tracker, networks, pixels, time))));
        Wire.Reader answer = new Wire.Reader(record);
        List<TrackedFace> faces = new ArrayList<>();
        for (int left = answer.int32(); left > 0; left--) {
            faces.add(TrackedFace.read(answer));
        }
        return Collections.unmodifiableList(faces);
    }

    /**
     * What was done so far.
     *
     * @return counts and time
     * @throws IllegalStateException if the tracker is closed
     */
    public TrackerStats stats() {
        return new TrackerStats(new Wire.Reader(handle.use(Tracker::stats0)));
    }

    /**
     * The tracks so far; those that were taken are not among them.
     *
     * @return close it
     * @throws IllegalStateException if the tracker is closed
     */
    public Tracks tracks() {
        return new Tracks(handle.use(Tracker::tracks0));
    }

    /**
     * Takes the tracks that have ended: those of earlier shots, and faces that have not come back. For a stream without an end, so that memory
     * does not grow.
     *
     * @return close it
     * @throws IllegalStateException if the tracker is closed
     */
    public Tracks takeEnded() {
        return new Tracks(handle.use(Tracker::takeEnded0));
    }

    /**
     * Ends the clip. Then the tracker is as new, for another clip.
     *
     * @return its tracks; close it
     * @throws IllegalStateException if the tracker is closed
     */
    public Tracks finish() {
        return new Tracks(handle.use(Tracker::finish0));
    }

    /** Frees it, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    private static native long open0(byte[] record);

    private static native byte[] push0(long tracker, long engine, long frame, long nanoseconds);

    private static native byte[] stats0(long tracker);

    private static native long tracks0(long tracker);

    private static native long takeEnded0(long tracker);

    private static native long finish0(long tracker);

    private static native void free0(long tracker);
}
