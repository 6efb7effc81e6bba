package io.facecore;

import java.util.List;
import java.util.Objects;

/** A photo of an album with its faces, and what is known of it. */
public final class AlbumPhoto {
    /** Where a photo comes from. */
    public enum Source {
        /** Nothing is known. */
        UNKNOWN,
        /** A camera. */
        CAMERA,
        /** A phone. */
        PHONE
    }

    private final long id;
    private final List<AlbumFace> faces;
    private int manualTags;
    private Source source = Source.UNKNOWN;
    private boolean frontCamera;
    private boolean onTrip;
    private boolean wasAvatar;

    /**
     * A photo of which nothing more is known.
     *
     * @param id the photo's id; none comes twice
     * @param faces all its faces, in the detector's order
     */
    public AlbumPhoto(long id, List<AlbumFace> faces) {
        this.id = id;
        this.faces = List.copyOf(Objects.requireNonNull(faces, "faces"));
    }

    /**
     * A photo without its faces, which are not known yet or not looked at: for {@link AlbumSession} and {@link StoredFace}.
     *
     * @param id the photo's id; none comes twice
     */
    public AlbumPhoto(long id) {
        this(id, List.of());
    }

    static AlbumPhoto readMeta(Wire.Reader record) {
        AlbumPhoto photo = new AlbumPhoto(record.int64());
        photo.manualTags = record.int32();
        photo.source = Source.values()[record.int32()];
        photo.frontCamera = record.int32() != 0;
        photo.onTrip = record.int32() != 0;
        photo.wasAvatar = record.int32() != 0;
        return photo;
    }

    /**
     * The photo's id.
     *
     * @return any number
     */
    public long id() {
        return id;
    }

    /**
     * All its faces.
     *
     * @return unmodifiable
     */
    public List<AlbumFace> faces() {
        return faces;
    }

    /**
     * People whom users marked on it by hand.
     *
     * @return at least 0
     */
    public int manualTags() {
        return manualTags;
    }

    /**
     * Where it comes from.
     *
     * @return never null
     */
    public Source source() {
        return source;
    }

    /**
     * Taken with the front camera.
     *
     * @return whether
     */
    public boolean frontCamera() {
        return frontCamera;
    }

    /**
     * Taken far from home.
     *
     * @return whether
     */
    public boolean onTrip() {
        return onTrip;
    }

    /**
     * It is or was the avatar.
     *
     * @return whether
     */
    public boolean wasAvatar() {
        return wasAvatar;
    }

    /**
     * People whom users marked on it by hand.
     *
     * @param count 0 or more
     * @return this
     */
    public AlbumPhoto manualTags(int count) {
        manualTags = Math.max(count, 0);
        return this;
    }

    /**
     * Where it comes from.
     *
     * @param source not null
     * @return this
     */
    public AlbumPhoto source(Source source) {
        this.source = Objects.requireNonNull(source, "source");
        return this;
    }

    /**
     * Taken with the front camera.
     *
     * @param is whether
     * @return this
     */
    public AlbumPhoto frontCamera(boolean is) {
        frontCamera = is;
        return this;
    }

    /**
     * Taken far from home.
     *
     * @param is whether
     * @return this
     */
    public AlbumPhoto onTrip(boolean is) {
        onTrip = is;
        return this;
    }

    /**
     * It is or was the avatar.
     *
     * @param is whether
     * @return this
     */
    public AlbumPhoto wasAvatar(boolean is) {
        wasAvatar = is;
        return this;
    }

    Wire.Writer writeMeta(Wire.Writer record) {
        record.int64(id).int32(manualTags).int32(source.ordinal());
        return record.int32(frontCamera ? 1 : 0).int32(onTrip ? 1 : 0).int32(wasAvatar ? 1 : 0);
    }

    void write(Wire.Writer record) {
        writeMeta(record).int32(faces.size());
        faces.forEach(face -> face.write(record));
    }
}
