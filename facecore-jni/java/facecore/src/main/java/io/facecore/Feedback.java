package io.facecore;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The opinions on an album's faces. The last one on a face holds. Immutable: {@link #with} and {@link #without} make changed copies; a
 * {@link ProfileStore} keeps opinions one by one, {@link StoreBatch#apply}.
 */
public final class Feedback {
    private static final Feedback NONE = new Feedback(new TreeMap<>(), false);

    private final Map<FaceId, Opinion> opinions;
    private final boolean optedOut;

    private Feedback(TreeMap<FaceId, Opinion> opinions, boolean optedOut) {
        this.opinions = Collections.unmodifiableMap(opinions);
        this.optedOut = optedOut;
    }

    /**
     * Nobody said anything.
     *
     * @return the empty feedback
     */
    public static Feedback none() {
        return NONE;
    }

    /**
     * Opinions by face, for whoever implements {@link ProfileRepository}.
     *
     * @param opinions what was said; copied
     * @param optedOut whether the owner wants no profile
     * @return the feedback
     */
    public static Feedback of(Map<FaceId, Opinion> opinions, boolean optedOut) {
        return new Feedback(new TreeMap<>(opinions), optedOut);
    }

    static Feedback read(Wire.Reader record) {
        boolean optedOut = record.int32() != 0;
        TreeMap<FaceId, Opinion> opinions = new TreeMap<>();
        for (int left = record.int32(); left > 0; left--) {
            FaceId face = FaceId.read(record);
            opinions.put(face, Opinion.of(record.int32()));
        }
        return new Feedback(opinions, optedOut);
    }

    Wire.Writer write(Wire.Writer record) {
        record.int32(optedOut ? 1 : 0).int32(opinions.size());
        opinions.forEach((face, opinion) -> face.write(record).int32(opinion.number));
        return record;
    }

    /**
     * With an opinion, in the place of what was said of the face before.
     *
     * @param face the face
     * @param opinion what was said of it
     * @return a changed copy
     */
    public Feedback with(FaceId face, Opinion opinion) {
        TreeMap<FaceId, Opinion> changed = new TreeMap<>(opinions);
        changed.put(face, Objects.requireNonNull(opinion, "opinion"));
        return new Feedback(changed, optedOut);
    }

    /**
     * Without what was said of a face, as after its photo was deleted.
     *
     * @param face the face
     * @return a changed copy
     */
    public Feedback without(FaceId face) {
        TreeMap<FaceId, Opinion> changed = new TreeMap<>(opinions);
        changed.remove(face);
        return new Feedback(changed, optedOut);
    }

    /**
     * With the owner's wish to have no profile, or without it.
     *
     * @param optedOut whether nothing is built and nothing proposed
     * @return a changed copy
     */
    public Feedback withOptedOut(boolean optedOut) {
        return new Feedback(new TreeMap<>(opinions), optedOut);
    }

    /**
     * What was said of a face.
     *
     * @param face the face
     * @return nothing if nobody said anything
     */
    public Optional<Opinion> of(FaceId face) {
        return Optional.ofNullable(opinions.get(face));
    }

    /**
     * All faces with an opinion.
     *
     * @return ascending, unmodifiable
     */
    public Map<FaceId, Opinion> opinions() {
        return opinions;
    }

    /**
     * Whether the owner wants no profile.
     *
     * @return whether
     */
    public boolean optedOut() {
        return optedOut;
    }

    /**
     * Whether the face may be proposed as the owner: never again once it was rejected or removed.
     *
     * @param face the face
     * @return whether
     */
    public boolean mayPropose(FaceId face) {
        return !optedOut && of(face).map(opinion -> opinion == Opinion.CONFIRM).orElse(true);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Feedback)) {
            return false;
        }
        Feedback other = (Feedback) object;
        return optedOut == other.optedOut && opinions.equals(other.opinions);
    }

    @Override
    public int hashCode() {
        return 31 * opinions.hashCode() + Boolean.hashCode(optedOut);
    }

    @Override
    public String toString() {
        return "Feedback[" + opinions + (optedOut ? ", opted out" : "") + "]";
    }
}
