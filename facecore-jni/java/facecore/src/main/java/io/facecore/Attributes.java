package io.facecore;

import java.nio.file.Path;

/** The networks for age and sex. Share them between all threads; close them. */
public final class Attributes implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;

    private Attributes(long pointer) {
        handle = new Handle("pair of networks", pointer, Attributes::free0);
    }

    /**
     * Loads {@code dlib-age} and {@code dlib-gender}.
     *
     * @param models a folder made by {@code make models}
     * @return the networks
     * @throws ModelException if a file is missing, altered or cannot be loaded
     */
    public static Attributes open(Path models) {
        return new Attributes(open0(new Wire.Writer().text(models.toString()).record()));
    }

    /**
     * Age and sex of a face; its landmarks are what counts.
     *
     * @param photo the photo that the face was found in
     * @param face one of its faces
     * @return what the pixels say
     * @throws FaceCoreException with {@link ErrorCode#EMPTY_CROP} if the landmarks are all in one point
     * @throws IllegalStateException if the networks or the photo are closed
     */
    public FaceAttributes read(Photo photo, Face face) {
        Wire.Writer record = new Wire.Writer();
        face.write(record);
        byte[] question = record.record();
        return new FaceAttributes(new Wire.Reader(handle.use(networks -> photo.handle().use(pixels -> read0(networks, pixels, question)))));
    }

    Handle handle() {
        return handle;
    }

    /** Frees the networks, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    private static native long open0(byte[] record);

    private static native byte[] read0(long attributes, long photo, byte[] record);

    private static native void free0(long attributes);
}
