package io.facecore;

import java.util.Objects;
import java.util.Optional;

/** A person and how near they are to a face. */
public final class Neighbour {
    private final String person;
    private final float cosine;
    private final float required;

    private Neighbour(Wire.Reader record) {
        person = record.text();
        cosine = record.float32();
        required = record.float32();
    }

    static Optional<Neighbour> read(Wire.Reader record) {
        return record.int32() == 0 ? Optional.empty() : Optional.of(new Neighbour(record));
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
     * The cosine between the face and the person: the mean of the known faces, or with {@link Matcher#cosine} the nearest of them.
     *
     * @return −1 to 1
     */
    public float cosine() {
        return cosine;
    }

    /**
     * The cosine that this face needs to get this person's name.
     *
     * @return about −1 to 1; above 1 no face gets the name
     */
    public float required() {
        return required;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Neighbour && person.equals(((Neighbour) other).person)
                && Float.compare(cosine, ((Neighbour) other).cosine) == 0 && Float.compare(required, ((Neighbour) other).required) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(person, cosine, required);
    }

    @Override
    public String toString() {
        return person + " (" + cosine + " of " + required + ")";
    }
}
