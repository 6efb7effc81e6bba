package io.facecore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Looks for stars in photos of others. A photo counts if the uploader <em>and</em> the star are in it, as two faces: a photo of the star alone is one
 * that everybody can have. A picture of a face counts as a face: on a poster, a screen or in a collage a star is found as well. Safe
 * from all threads; close it.
 */
public final class StarFace implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;

    private StarFace(long pointer) {
        handle = new Handle("gallery of stars", pointer, StarFace::free0);
    }

    /**
     * Makes stars ready. The matcher's rate of false positives holds for a stranger's face against all stars, however many they are.
     *
     * @param matcher decides
     * @param stars the people to look for; later changes to them are not seen
     * @return the stars
     * @throws FaceCoreException as {@link Matcher#gallery}
     */
    public static StarFace of(Matcher matcher, People stars) {
        byte[] rule = matcher.write(new Wire.Writer()).record();
        return new StarFace(stars.handle().use(people -> of0(people, rule)));
    }

    /**
     * The stars of a photo.
     *
     * @param uploader one person, as the profile or other photos show them
     * @param faces all faces of the photo
     * @return by face, unmodifiable; none if the uploader is not in the photo
     * @throws FaceCoreException as {@link Gallery#decide}
     * @throws IllegalStateException if the stars or the gallery are closed
     */
    public List<StarHit> search(Gallery uploader, List<Embedding> faces) {
        Wire.Writer record = new Wire.Writer().int32(faces.size());
        faces.forEach(face -> face.write(record));
        byte[] question = record.record();
        Wire.Reader answer = new Wire.Reader(handle.use(stars -> uploader.handle().use(gallery -> search0(stars, gallery, question))));
        List<StarHit> hits = new ArrayList<>();
        for (int left = answer.int32(); left > 0; left--) {
            hits.add(new StarHit(answer));
        }
        return Collections.unmodifiableList(hits);
    }

    /** Frees them, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    private static native long of0(long people, byte[] rule);

    private static native byte[] search0(long stars, long gallery, byte[] record);

    private static native void free0(long stars);
}
