package io.facecore;

import java.util.Collection;
import java.util.List;
import java.util.Objects;

/** Somebody whom a face may be. Candidates of one name are one person, with the embeddings of all. */
public final class Candidate {
    private final String person;
    private final List<Embedding> embeddings;

    /**
     * A person.
     *
     * @param person the name or key
     * @param embeddings known faces, all of one space; copied; without any, the person is never found
     */
    public Candidate(String person, List<Embedding> embeddings) {
        this.person = Objects.requireNonNull(person, "person");
        this.embeddings = List.copyOf(embeddings);
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
     * Known faces.
     *
     * @return unmodifiable
     */
    public List<Embedding> embeddings() {
        return embeddings;
    }

    /** Candidates as native code reads them; their number comes first. */
    static Wire.Writer write(Collection<Candidate> candidates, Wire.Writer record) {
        record.int32(candidates.size());
        for (Candidate candidate : candidates) {
            record.text(candidate.person).int32(candidate.embeddings.size());
            candidate.embeddings.forEach(embedding -> embedding.write(record));
        }
        return record;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Candidate && person.equals(((Candidate) other).person)
                && embeddings.equals(((Candidate) other).embeddings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(person, embeddings);
    }

    @Override
    public String toString() {
        return "Candidate[" + person + ", " + embeddings.size() + " embeddings]";
    }
}
