package io.facecore;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A build of an album whose photos are looked at only when they are wanted: the most promising ones first, and more while there is no leader.
 * Give photos in any order, from any thread; close it.
 *
 * <pre>{@code
 * try (AlbumSession session = AlbumSession.open(photos, AlbumOwner.UNKNOWN, store.feedback(user), space)) {
 *     for (long[] wanted; (wanted = session.wants()).length > 0;) {
 *         for (long id : wanted) {
 *             try (Photo photo = Photo.decode(fetch(id))) {
 *                 session.giveFound(id, engine.readAlbumPhoto(photo, DetectOptions.DEFAULT));
 *             } catch (PhotoException unreadable) {
 *                 session.give(id, List.of());
 *             }
 *         }
 *     }
 *     ProfileBuild build = session.finish();
 * }
 * }</pre>
 *
 * <p>A face keeps its place among the faces of its photo, and so its {@link FaceId}, even if other faces of the photo cannot be used.
 */
public final class AlbumSession implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;

    private AlbumSession(long pointer) {
        handle = new Handle("session", pointer, AlbumSession::free0);
    }

    /**
     * Begins a build of an album with these photos.
     *
     * @param photos what is known of each; their faces are not looked at
     * @param owner what is known of the owner
     * @param feedback what users said of the faces
     * @param space of the embeddings that will be given
     * @return a session
     * @throws FaceCoreException with {@link ErrorCode#OPTION} if a photo's id comes twice, or for a space that no numbers ship for
     */
    public static AlbumSession open(List<AlbumPhoto> photos, AlbumOwner owner, Feedback feedback, SpaceId space) {
        Wire.Writer record = feedback.write(owner.write(new Wire.Writer().int64(space.value()))).int32(photos.size());
        photos.forEach(photo -> photo.writeMeta(record));
        return new AlbumSession(open0(record.record()));
    }

    /**
     * The photos that are wanted now.
     *
     * @return their ids, the most promising first; none when the build is done
     */
    public long[] wants() {
        return new Wire.Reader(handle.use(AlbumSession::wants0)).int64s();
    }

    /**
     * Gives the faces of a photo that is wanted.
     *
     * @param photo the photo's id
     * @param faces in the detector's order, empty for one that cannot be used; an empty list for a photo that cannot be read
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for a photo that is not wanted; after the last photo of a step also as
     *         {@link Profile#build(List, AlbumOwner)}
     */
    public void give(long photo, List<Optional<AlbumFace>> faces) {
        Wire.Writer record = new Wire.Writer().int64(photo).int32(faces.size());
        for (Optional<AlbumFace> face : faces) {
            record.int32(face.isPresent() ? 1 : 0);
            face.ifPresent(usable -> usable.write(record));
        }
        byte[] question = record.record();
        handle.use(session -> {
            give0(session, question);
            return null;
        });
    }

    /**
     * {@link #give} of what {@link AlbumReader#read} found.
     *
     * @param photo the photo's id
     * @param faces all faces of the photo
     * @throws FaceCoreException as {@link #give}
     */
    public void giveFound(long photo, List<FoundFace> faces) {
        List<Optional<AlbumFace>> usable = new ArrayList<>();
        faces.forEach(face -> usable.add(face.usable()));
        give(photo, usable);
    }

    /**
     * {@link #give} of stored faces, such as {@link AlbumReader#readStored} makes them.
     *
     * @param photo the photo's id
     * @param faces in the detector's order, empty for one that cannot be used
     * @throws FaceCoreException as {@link #give}
     */
    public void giveStored(long photo, List<Optional<StoredFace>> faces) {
        Wire.Writer record = new Wire.Writer().int64(photo).int32(faces.size());
        faces.forEach(face -> record.bytes(face.map(StoredFace::bytesInside).orElse(new byte[0])));
        byte[] question = record.record();
        handle.use(session -> {
            giveStored0(session, question);
            return null;
        });
    }

    /**
     * The build.
     *
     * @return how it ended, with the profile if there is one
     * @throws FaceCoreException with {@link ErrorCode#OPTION} while photos are wanted
     */
    public ProfileBuild finish() {
        return new ProfileBuild(new Wire.Reader(handle.use(AlbumSession::finish0)));
    }

    /** Frees it, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    private static native long open0(byte[] record);

    private static native byte[] wants0(long session);

    private static native void give0(long session, byte[] record);

    private static native void giveStored0(long session, byte[] record);

    private static native byte[] finish0(long session);

    private static native void free0(long session);
}
