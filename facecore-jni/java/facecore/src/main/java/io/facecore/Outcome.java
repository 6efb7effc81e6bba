package io.facecore;

/** What a {@link Matcher} decided about a face: a match, or why not. */
public enum Outcome {
    /** The face is the person named. */
    MATCH(1),
    /** There is nobody to compare with. */
    NO_CANDIDATES(2),
    /** The nearest person is below the threshold. */
    BELOW_THRESHOLD(3),
    /** Somebody else is nearly as near, and is not certainly another face of the photo. */
    AMBIGUOUS_RUNNER_UP(4),
    /** Everyone whom the face could be fits another face of the photo better. */
    PERSON_TAKEN(5),
    /** No match for a reason that this version has no name for. */
    OTHER_REFUSAL(255);

    final int number;

    Outcome(int number) {
        this.number = number;
    }

    static Outcome of(int number) {
        for (Outcome outcome : values()) {
            if (outcome.number == number) {
                return outcome;
            }
        }
        return OTHER_REFUSAL;
    }
}
