package io.facecore;

/** What is known of a pair of accounts that may show one person. */
public enum CloneState {
    /** It was reported and nobody has looked at it yet. */
    OPEN(1),
    /** Somebody looked: one of the two is a clone. */
    CONFIRMED(2),
    /** Somebody looked: they are two people. */
    REJECTED(3),
    /** Known before any report, and never reported: a second account that was declared, a joint account, relatives who look alike. */
    KNOWN(4);

    final int number;

    CloneState(int number) {
        this.number = number;
    }

    static CloneState of(int number) {
        for (CloneState state : values()) {
            if (state.number == number) {
                return state;
            }
        }
        throw new IllegalArgumentException("state " + number);
    }
}
