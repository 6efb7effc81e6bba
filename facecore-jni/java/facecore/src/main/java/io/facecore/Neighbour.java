package io.facecore;

import java.util.Optional;

/** A person and how near they are to a face. */
public final class Neighbour {
    private final String person;
    private final float cosine;

    private Neighbour(String person, float cosine) {
        this.person = person;
        this.cosine = cosine;
    }

    static Optional<Neighbour> read(Wire.Reader record) {
        return record.int32() == 0 ? Optional.empty() : Optional.of(new Neighbour(record.text(), record.float32()));
    }

    /**
     * The name or key.
     *
     * @return never null
     */
    public String person() {
        return person;
    }

    /**
     * The largest cosine between the face and the person's embeddings.
     *
     * @return −1 to 1
     */
    public float cosine() {
        return cosine;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Neighbour && person.equals(((Neighbour) other).person)
                && Float.compare(cosine, ((Neighbour) other).cosine) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * person.hashCode() + Float.hashCode(cosine);
    }

    @Override
    public String toString() {
        return person + " (" + cosine + ")";
    }
}
