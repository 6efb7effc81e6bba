package io.facecore;

/** What a user said of a face. */
public enum Opinion {
    /** It is the owner. */
    CONFIRM(1),
    /** It is not the owner. */
    REJECT(2),
    /** The owner wants it out of the profile, whoever it is. */
    REMOVE(3);

    final int number;

    Opinion(int number) {
        this.number = number;
    }

    static Opinion of(int number) {
        for (Opinion opinion : values()) {
            if (opinion.number == number) {
                return opinion;
            }
        }
        throw new IllegalArgumentException("opinion " + number);
    }
}
