package io.facecore;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The networks, loaded once. Open one for the application and share it between all threads; every call runs on its caller's thread.
 *
 * <p>{@link #close()} waits for calls that are under way. After it, every call is an {@link IllegalStateException}.
 */
public final class FaceEngine implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;
    private final String model;
    private final String kernels;
    private final Detector detector;
    private final long space;
    private final double cropMargin;
    private final float threshold;

    private FaceEngine(long pointer) {
        handle = new Handle("engine", pointer, FaceEngine::free0);
        Wire.Reader info = new Wire.Reader(handle.use(FaceEngine::info0));
        model = info.text();
        kernels = info.text();
        detector = Detector.of(info.int32());
        space = info.int64();
        cropMargin = info.float64();
        threshold = info.float32();
    }

    /**
     * Opens the manifest's default model ({@link Models#defaultModel}) of a folder made by {@code make models}.
     *
     * @param models the folder with {@code manifest.toml}
     * @return an engine that detects and embeds
     * @throws ModelException if the manifest or a model's file is missing, altered or cannot be loaded
     */
    public static FaceEngine open(Path models) {
        return open(models, EngineOptions.DEFAULT);
    }

    /**
     * Opens the networks of a folder.
     *
     * @param models the folder with {@code manifest.toml}
     * @param options which model, which detector, which instructions
     * @return an engine that detects and embeds
     * @throws ModelException if the manifest or a model's file is missing, altered or cannot be loaded
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for instructions that this processor does not have
     */
    public static FaceEngine open(Path models, EngineOptions options) {
        return new FaceEngine(open0(options.write(new Wire.Writer().text(models.toString())).record()));
    }

    /**
     * An engine that finds faces with {@link Detector#MTCNN}, which is inside the library: it needs no file and makes no embeddings.
     *
     * @return an engine that detects
     */
    public static FaceEngine openDetector() {
        return openDetector(EngineOptions.DEFAULT);
    }

    /**
     * As {@link #openDetector()}, with another detector or other instructions.
     *
     * <pre>{@code
     * FaceEngine engine = FaceEngine.openDetector(EngineOptions.DEFAULT.withDetector(Detector.YUNET));
     * }</pre>
     *
     * @param options which detector, which instructions; the rest is not used
     * @return an engine that detects
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for instructions that this processor does not have
     */
    public static FaceEngine openDetector(EngineOptions options) {
        return new FaceEngine(openDetector0(options.write(new Wire.Writer()).record()));
    }

    /**
     * Finds the faces of a photo with {@link DetectOptions#DEFAULT}.
     *
     * @param photo the photo
     * @return its faces; none in a photo smaller than a face
     * @throws IllegalStateException if the engine or the photo is closed
     */
    public Detection detect(Photo photo) {
        return detect(photo, DetectOptions.DEFAULT);
    }

    /**
     * Finds the faces of a photo.
     *
     * @param photo the photo
     * @param options what counts as a face
     * @return its faces; none in a photo smaller than {@link DetectOptions#minFace()}
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for an option outside its range
     * @throws IllegalStateException if the engine or the photo is closed
     */
    public Detection detect(Photo photo, DetectOptions options) {
        byte[] record = options.write(new Wire.Writer()).record();
        return Detection.read(handle.use(engine -> photo.handle().use(pixels -> detect0(engine, pixels, record))));
    }

    /**
     * Decodes a photo and finds its faces, in one call.
     *
     * @param photo a JPEG, PNG, WebP, BMP, GIF or TIFF
     * @param limits what the photo may cost
     * @param options what counts as a face
     * @return its faces
     * @throws PhotoException as {@link Photo#decode(byte[], Limits)}
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for an option outside its range
     * @throws IllegalStateException if the engine is closed
     */
    public Detection detect(byte[] photo, Limits limits, DetectOptions options) {
        Objects.requireNonNull(photo, "photo");
        byte[] record = options.write(limits.write(new Wire.Writer())).record();
        return Detection.read(handle.use(engine -> detectBytes0(engine, photo, 0, photo.length, record)));
    }

    /**
     * Decodes what remains in a buffer and finds its faces, in one call; the position stays. A direct buffer is read in place: nobody may
     * write to it meanwhile.
     *
     * @param photo a JPEG, PNG, WebP, BMP, GIF or TIFF
     * @param limits what the photo may cost
     * @param options what counts as a face
     * @return its faces
     * @throws PhotoException as {@link Photo#decode(byte[], Limits)}
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for an option outside its range
     * @throws IllegalStateException if the engine is closed
     */
    public Detection detect(ByteBuffer photo, Limits limits, DetectOptions options) {
        if (!photo.isDirect()) {
            return detect(Photo.copy(photo), limits, options);
        }
        byte[] record = options.write(limits.write(new Wire.Writer())).record();
        return Detection.read(handle.use(engine -> detectDirect0(engine, photo, photo.position(), photo.remaining(), record)));
    }

    /**
     * Embeds faces of the same photo, found by an engine with this one's detector. The model takes of a face what it needs, the box or the
     * landmarks.
     *
     * @param photo the photo that the faces were found in
     * @param faces its faces
     * @return for each face, in their order, its embedding or the reason why not
     * @throws ModelException with {@link ErrorCode#NO_EMBEDDER} if the engine only detects
     * @throws IllegalStateException if the engine or the photo is closed
     */
    public List<FaceEmbedding> embed(Photo photo, List<Face> faces) {
        Wire.Writer record = new Wire.Writer().int32(faces.size());
        faces.forEach(face -> face.write(record));
        byte[] question = record.record();
        Wire.Reader answer = new Wire.Reader(handle.use(engine -> photo.handle().use(pixels -> embed0(engine, pixels, question))));
        int count = answer.int32();
        List<FaceEmbedding> embeddings = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            embeddings.add(FaceEmbedding.read(answer));
        }
        return Collections.unmodifiableList(embeddings);
    }

    /**
     * Embeds what a box encloses, for boxes that another detector or a person gave.
     *
     * @param photo the photo
     * @param box in its upright pixels
     * @return its embedding
     * @throws FaceCoreException with {@link ErrorCode#EMPTY_CROP} if the box has no pixel inside the photo, with
     *         {@link ErrorCode#NEEDS_LANDMARKS} if the model is fed by landmarks, such as {@code sface}: see {@link #embed(Photo, List)}
     * @throws ModelException with {@link ErrorCode#NO_EMBEDDER} if the engine only detects
     * @throws IllegalStateException if the engine or the photo is closed
     */
    public Embedding embed(Photo photo, BoundingBox box) {
        byte[] record = box.write(new Wire.Writer()).record();
        return Embedding.read(new Wire.Reader(handle.use(engine -> photo.handle().use(pixels -> embedBox0(engine, pixels, record)))));
    }

    /**
     * The faces of a photo as an album knows them, for {@link AlbumSession}: found, embedded, non-faces marked. {@link AlbumReader} reads age and sex
     * as well.
     *
     * @param photo the photo
     * @param options what counts as a face
     * @return in the detector's order, unmodifiable
     * @throws ModelException with {@link ErrorCode#NO_EMBEDDER} if the engine only detects
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for an option outside its range
     * @throws IllegalStateException if the engine or the photo is closed
     */
    public List<FoundFace> readAlbumPhoto(Photo photo, DetectOptions options) {
        return new AlbumReader(this, options).read(photo);
    }

    Handle handle() {
        return handle;
    }

    /**
     * The embedder's id.
     *
     * @return nothing if the engine only detects
     */
    public Optional<String> model() {
        return Wire.present(model);
    }

    /**
     * What finds the faces.
     *
     * @return never null
     */
    public Detector detector() {
        return detector;
    }

    /**
     * What runs the networks, for logs.
     *
     * @return such as {@code "AVX-512 f32"}
     */
    public String kernels() {
        return kernels;
    }

    /**
     * The space of its embeddings.
     *
     * @return nothing if the engine only detects
     */
    public Optional<SpaceId> space() {
        return model().map(present -> new SpaceId(space));
    }

    /**
     * The share of a crop that is not the detected box.
     *
     * @return 0 to 0.9; nothing if the engine only detects, or the model is fed by landmarks
     */
    public OptionalDouble cropMargin() {
        return Wire.present(cropMargin);
    }

    /**
     * The cosine from which two faces count as one person, for {@link Matcher#cosine}. To name faces use {@link Matcher#forSpace}, which asks for
     * more among more people.
     *
     * @return −1 to 1; nothing if the manifest has none
     */
    public OptionalDouble defaultThreshold() {
        return Wire.present(threshold);
    }

    /** Frees the networks, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    @Override
    public String toString() {
        return "FaceEngine[" + model().map(id -> "model=" + id + ", space=" + new SpaceId(space)).orElse("detector only") + ", detector=" + detector
                + ", kernels=" + kernels + "]";
    }

    private static native long open0(byte[] record);

    private static native long openDetector0(byte[] record);

    private static native byte[] info0(long engine);

    private static native byte[] detect0(long engine, long photo, byte[] record);

    private static native byte[] detectBytes0(long engine, byte[] bytes, int offset, int length, byte[] record);

    private static native byte[] detectDirect0(long engine, ByteBuffer buffer, int offset, int length, byte[] record);

    private static native byte[] embed0(long engine, long photo, byte[] record);

    private static native byte[] embedBox0(long engine, long photo, byte[] record);

    private static native void free0(long engine);
}
