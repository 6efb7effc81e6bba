/**
 * Photo → faces → embeddings → match.
 *
 * <pre>{@code
 * try (FaceEngine engine = FaceEngine.open(Path.of("models"));
 *      Photo photo = Photo.decode(bytes)) {
 *     Detection found = engine.detect(photo);
 *     List<FaceEmbedding> embeddings = engine.embed(photo, found.faces());
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> Everything here may be used by many threads at once. Open one {@link io.facecore.FaceEngine} for the whole
 * application. A call runs on its caller's thread; the library starts none (but the JDK's one {@link java.lang.ref.Cleaner} thread).
 *
 * <p><b>Memory.</b> What holds native memory is {@link java.lang.AutoCloseable}, such as {@link io.facecore.FaceEngine}, {@link io.facecore.Photo}
 * and {@link io.facecore.ProfileStore}: close it, best with try-with-resources. Closing waits for calls that are under way; afterwards every use is
 * an {@link java.lang.IllegalStateException}. What is forgotten is freed some time after the garbage collector finds it. Everything else is an
 * immutable value, but for {@link io.facecore.StoreBatch}, which records changes.
 *
 * <p><b>Failures.</b> A {@link io.facecore.FaceCoreException} with an {@link io.facecore.ErrorCode}; all subclasses leave everything usable.
 * {@link io.facecore.PhotoException} is the photo's fault. A {@code null} argument is a {@link java.lang.NullPointerException}.
 */
package io.facecore;
