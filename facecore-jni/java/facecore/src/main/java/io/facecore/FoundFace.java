package io.facecore;

import java.util.Optional;

/** A face of a photo, as {@link AlbumReader} finds it. */
public final class FoundFace {
    private final Face face;
    private final AlbumFace usable;

    FoundFace(Wire.Reader record) {
        face = Face.read(record);
        usable = record.int32() == 0 ? null : AlbumFace.read(record);
    }

    /**
     * Where it is.
     *
     * @return never null
     */
    public Face face() {
        return face;
    }

    /**
     * What an album knows of it.
     *
     * @return nothing if no embedding can be made of it
     */
    public Optional<AlbumFace> usable() {
        return Optional.ofNullable(usable);
    }

    @Override
    public String toString() {
        return "FoundFace[" + face + (usable == null ? ", not usable]" : "]");
    }
}
