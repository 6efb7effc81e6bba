package io.facecore;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Decides who the faces of one photo are, all at once. Each person requires a cosine of each face; a face is the person whose cosine is the
 * furthest above that, if nobody else is nearly as near, and a person is at most one face of a photo. What is required is fitted on other
 * people, so that the caller asks for a rate of false positives; or the caller fixes a cosine. Immutable and safe from all threads.
 *
 * <pre>{@code
 * Matcher matcher = Matcher.forSpace(engine.space().orElseThrow()).withFalsePositiveRate(0.001); // one stranger's face in a thousand
 * List<Verdict> verdicts = matcher.decide(faces, List.of(new Candidate("Ann", photosOfAnn)));
 * }</pre>
 *
 * <p>For many photos make a {@link #gallery} once.
 */
public final class Matcher {
    private static final int FOR_SPACE = 1;
    private static final int READ = 2;
    private static final int COSINE = 3;
    private static final int CALIBRATED = 4;

    static {
        NativeLibrary.load();
    }

    /** What the rule is made of, as native code reads it. */
    private final byte[] rule;
    private final String name;
    /** Not a number where the threshold is fixed. */
    private final double rate;
    private final float margin;

    private Matcher(Wire.Writer rule, String name) {
        this.rule = rule.record();
        this.name = name;
        Wire.Reader answer = new Wire.Reader(check0(new Wire.Writer().append(this.rule).int32(0).record()));
        rate = answer.float64();
        margin = answer.float32();
    }

    private Matcher(Matcher other, double rate) {
        rule = other.rule;
        name = other.name;
        margin = other.margin;
        this.rate = rate;
        check0(new Wire.Writer().append(rule).int32(1).float64(rate).record());
    }

    /**
     * The matcher for a space whose numbers come with facecore: one stranger's face in a hundred gets a name, whatever the number of
     * candidates. A person is the mean of their photos. What is required rises with the number of candidates, and with how crowded it is
     * around the face and around the candidate.
     *
     * @param space that of the embeddings, {@link FaceEngine#space()}
     * @return a matcher
     * @throws FaceCoreException with {@link ErrorCode#CALIBRATION} for a space that no numbers come for: see {@link #read}
     */
    public static Matcher forSpace(SpaceId space) {
        return new Matcher(new Wire.Writer().int32(FOR_SPACE).int64(space.value()), "space=" + space);
    }

    /**
     * The matcher for numbers that {@code facecore matching fit} made, for a network of one's own; one stranger's face in a hundred gets a
     * name.
     *
     * @param text the numbers as TOML, from any source: it is not trusted
     * @return a matcher
     * @throws FaceCoreException with {@link ErrorCode#CALIBRATION} for anything else, a number outside its range, or more than 1 MiB
     */
    public static Matcher read(String text) {
        return new Matcher(new Wire.Writer().int32(READ).text(text), "numbers of one's own");
    }

    /**
     * A plain matcher: the same cosine is required everywhere, and a person is as near as their nearest photo. How many strangers get a name
     * then depends on the number of candidates and of their photos.
     *
     * @param threshold the least cosine of a match, −1 to 1
     * @param margin how far the match must be ahead of the next person, 0 (no matter) to 2
     * @return a matcher
     * @throws FaceCoreException with {@link ErrorCode#OPTION} outside these ranges
     */
    public static Matcher cosine(float threshold, float margin) {
        return new Matcher(new Wire.Writer().int32(COSINE).float32(threshold).float32(margin), "threshold=" + threshold);
    }

    static Matcher calibrated(String calibration, SpaceId space, double rate, int candidates) {
        Wire.Writer rule = new Wire.Writer().int32(CALIBRATED).text(calibration).float64(rate).int32(candidates);
        return new Matcher(rule, "calibrated, space=" + space + ", rate=" + rate + " among " + candidates);
    }

    /**
     * The same with another rate of false positives.
     *
     * @param rate the share of strangers' faces that may get a name, whatever the number of candidates: 0.0001 to 0.1
     * @return a changed copy
     * @throws FaceCoreException with {@link ErrorCode#OPTION} outside this range, and for a matcher made by {@link #cosine}, whose threshold
     *         is fixed
     */
    public Matcher withFalsePositiveRate(double rate) {
        return new Matcher(this, rate);
    }

    /**
     * People made ready in native memory, to be compared with the faces of many photos; close it.
     *
     * @param candidates whom a face may be
     * @return the same people
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} or {@link ErrorCode#EMBEDDING} if their embeddings cannot be compared,
     *         or are of another space than the matcher
     */
    public Gallery gallery(Collection<Candidate> candidates) {
        return Gallery.of(this, candidates);
    }

    /**
     * Decides about the faces of one photo against people who are asked about once; for more, make a {@link #gallery}.
     *
     * @param faces the embeddings of all its faces, at most 1,000: they help to tell each other apart
     * @param candidates whom they may be
     * @return a verdict for each face, in their order, unmodifiable
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} or {@link ErrorCode#EMBEDDING} if two embeddings cannot be compared, or
     *         are of another space than the matcher
     * @throws PhotoException with {@link ErrorCode#LIMIT} for too many faces
     */
    public List<Verdict> decide(List<Embedding> faces, Collection<Candidate> candidates) {
        try (Gallery people = gallery(candidates)) {
            return people.decide(faces);
        }
    }

    /**
     * The share of strangers' faces that may get a name.
     *
     * @return 0.0001 to 0.1; nothing where the threshold is fixed
     */
    public OptionalDouble falsePositiveRate() {
        return Wire.present(rate);
    }

    /**
     * How far a match must be ahead of the next person.
     *
     * @return 0 to 2
     */
    public float margin() {
        return margin;
    }

    Wire.Writer write(Wire.Writer record) {
        record.append(rule);
        return Double.isNaN(rate) ? record.int32(0) : record.int32(1).float64(rate);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Matcher && Arrays.equals(rule, ((Matcher) other).rule) && Double.compare(rate, ((Matcher) other).rate) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(rule) + Double.hashCode(rate);
    }

    @Override
    public String toString() {
        return "Matcher[" + name + (Double.isNaN(rate) ? "" : ", falsePositiveRate=" + rate) + ", margin=" + margin + "]";
    }

    private static native byte[] check0(byte[] record);
}
