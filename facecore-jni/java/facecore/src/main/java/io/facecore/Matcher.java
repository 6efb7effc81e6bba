package io.facecore;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * Decides who the faces of one photo are. A face is the nearest person, if that cosine is at least the threshold and ahead of the next person
 * by the margin; a person is at most one face of a photo. Immutable and safe from all threads.
 */
public final class Matcher {
    static {
        NativeLibrary.load();
    }

    private final float threshold;
    private final float margin;

    /**
     * A rule; its numbers are checked here.
     *
     * @param threshold the least cosine of a match, −1 to 1; {@link FaceEngine#defaultThreshold()} is a good one
     * @param margin how far the match must be ahead of the next person, 0 (no matter) to 2; 0.05 is a good start
     * @throws IllegalArgumentException outside these ranges
     */
    public Matcher(float threshold, float margin) {
        if (!(threshold >= -1 && threshold <= 1)) {
            throw new IllegalArgumentException("threshold " + threshold + " is not between -1 and 1");
        }
        if (!(margin >= 0 && margin <= 2)) {
            throw new IllegalArgumentException("margin " + margin + " is not between 0 and 2");
        }
        this.threshold = threshold;
        this.margin = margin;
    }

    /**
     * Decides about the faces of one photo.
     *
     * @param faces the embeddings of all its faces, at most 1,000: they help to tell each other apart
     * @param candidates whom they may be
     * @return a verdict for each face, in their order, unmodifiable
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} if not all are of one space
     * @throws PhotoException with {@link ErrorCode#LIMIT} for too many faces
     * @throws IllegalStateException if the candidates are closed
     */
    public List<Verdict> decide(List<Embedding> faces, Candidates candidates) {
        Wire.Writer record = new Wire.Writer().float32(threshold).float32(margin).int32(faces.size());
        faces.forEach(face -> face.write(record));
        byte[] question = record.record();
        Wire.Reader answer = new Wire.Reader(candidates.handle().use(people -> decide0(question, people)));
        int count = answer.int32();
        List<Verdict> verdicts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            verdicts.add(Verdict.read(answer));
        }
        return Collections.unmodifiableList(verdicts);
    }

    /**
     * Decides about the faces of one photo against people who are asked about once; for more, see {@link Candidates}.
     *
     * @param faces the embeddings of all its faces, at most 1,000
     * @param candidates whom they may be
     * @return a verdict for each face, in their order, unmodifiable
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} if not all are of one space
     * @throws PhotoException with {@link ErrorCode#LIMIT} for too many faces
     */
    public List<Verdict> decide(List<Embedding> faces, Collection<Candidate> candidates) {
        try (Candidates people = Candidates.of(candidates)) {
            return decide(faces, people);
        }
    }

    /**
     * The least cosine of a match.
     *
     * @return −1 to 1
     */
    public float threshold() {
        return threshold;
    }

    /**
     * How far the match must be ahead of the next person.
     *
     * @return 0 to 2
     */
    public float margin() {
        return margin;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Matcher && Float.compare(threshold, ((Matcher) other).threshold) == 0
                && Float.compare(margin, ((Matcher) other).margin) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * Float.hashCode(threshold) + Float.hashCode(margin);
    }

    @Override
    public String toString() {
        return "Matcher[threshold=" + threshold + ", margin=" + margin + "]";
    }

    private static native byte[] decide0(byte[] record, long candidates);
}
