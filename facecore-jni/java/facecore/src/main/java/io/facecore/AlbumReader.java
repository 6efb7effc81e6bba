package io.facecore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Photo → the faces of an album: found, embedded, their age and sex read, non-faces marked; what {@link AlbumSession} is given. Immutable; it owns no
 * native memory, so close what it was made of.
 */
public final class AlbumReader {
    private final FaceEngine engine;
    private final DetectOptions options;
    private final Attributes attributes;
    private final NonFaceFilter filter;

    private AlbumReader(FaceEngine engine, DetectOptions options, Attributes attributes, NonFaceFilter filter) {
        this.engine = Objects.requireNonNull(engine, "engine");
        this.options = Objects.requireNonNull(options, "options");
        this.attributes = attributes;
        this.filter = filter;
    }

    /**
     * A reader that marks non-faces by the filter that comes with the engine's space, if one does.
     *
     * @param engine finds and embeds
     * @param options what counts as a face
     */
    public AlbumReader(FaceEngine engine, DetectOptions options) {
        this(engine, options, null, null);
    }

    /**
     * Reads age and sex as well.
     *
     * @param attributes the networks
     * @return a changed copy
     */
    public AlbumReader withAttributes(Attributes attributes) {
        return new AlbumReader(engine, options, Objects.requireNonNull(attributes, "attributes"), filter);
    }

    /**
     * Marks non-faces by this filter instead.
     *
     * @param filter of the engine's space
     * @return a changed copy
     */
    public AlbumReader withNonFaceFilter(NonFaceFilter filter) {
        return new AlbumReader(engine, options, attributes, Objects.requireNonNull(filter, "filter"));
    }

    /**
     * All faces of a photo.
     *
     * @param photo the photo
     * @return in the detector's order, unmodifiable
     * @throws ModelException with {@link ErrorCode#NO_EMBEDDER} if the engine only detects
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for an option outside its range, {@link ErrorCode#SPACE_MISMATCH} for a filter of
     *         another space
     * @throws IllegalStateException if something of it is closed
     */
    public List<FoundFace> read(Photo photo) {
        byte[] record = options.write(new Wire.Writer()).record();
        Wire.Reader answer = ask((networks, pixels, ages, bank) -> read0(networks, pixels, ages, bank, record), photo);
        int count = answer.int32();
        List<FoundFace> faces = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            faces.add(new FoundFace(answer));
        }
        return Collections.unmodifiableList(faces);
    }

    /**
     * The faces of a photo, to be stored. A build from these ({@link AlbumSession#giveStored}) sees the same numbers as a later one from the store
     * ({@link Profile#buildStored}).
     *
     * @param photo the photo
     * @param known what is known of it; faces in it are not looked at
     * @return in the detector's order, unmodifiable; nothing for a face of which no embedding can be made
     * @throws ModelException as {@link #read}
     * @throws FaceCoreException as {@link #read}
     * @throws IllegalStateException if something of it is closed
     */
    public List<Optional<StoredFace>> readStored(Photo photo, AlbumPhoto known) {
        byte[] record = known.writeMeta(options.write(new Wire.Writer())).record();
        Wire.Reader answer = ask((networks, pixels, ages, bank) -> readStored0(networks, pixels, ages, bank, record), photo);
        int count = answer.int32();
        List<Optional<StoredFace>> faces = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] stored = answer.bytes();
            faces.add(stored.length == 0 ? Optional.empty() : Optional.of(new StoredFace(stored)));
        }
        return Collections.unmodifiableList(faces);
    }

    /** A native method, given the handles of engine, photo, attributes and filter; 0 where there is none. */
    private interface Call {
        byte[] on(long engine, long photo, long attributes, long filter);
    }

    private Wire.Reader ask(Call call, Photo photo) {
        return new Wire.Reader(engine.handle().use(networks -> photo.handle().use(pixels -> Handle.useIfAny(attributes == null ? null : attributes.handle(),
                ages -> Handle.useIfAny(filter == null ? null : filter.handle(), bank -> call.on(networks, pixels, ages, bank))))));
    }

    private static native byte[] read0(long engine, long photo, long attributes, long filter, byte[] record);

    private static native byte[] readStored0(long engine, long photo, long attributes, long filter, byte[] record);
}
