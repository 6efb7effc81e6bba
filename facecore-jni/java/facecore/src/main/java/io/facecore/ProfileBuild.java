package io.facecore;

import java.util.Optional;

/** How a build of a {@link Profile} ended. */
public final class ProfileBuild {
    /** How it ended. */
    public enum Outcome {
        /** There is a profile. */
        BUILT(1),
        /** No person leads clearly enough. */
        NO_LEADER(2),
        /** No two good faces belong together. */
        NO_FACES(3),
        /** No profile for a reason that this version has no name for. */
        OTHER(255);

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
            return OTHER;
        }
    }

    private final Outcome outcome;
    private final float confidence;
    private final Profile profile;

    ProfileBuild(Outcome outcome, float confidence, Profile profile) {
        this.outcome = outcome;
        this.confidence = confidence;
        this.profile = profile;
    }

    /**
     * How it ended.
     *
     * @return never null
     */
    public Outcome outcome() {
        return outcome;
    }

    /**
     * The probability that the profile shows the owner.
     *
     * @return 0 to 1; 0 without a profile
     */
    public float confidence() {
        return confidence;
    }

    /**
     * The profile.
     *
     * @return present if it was {@link Outcome#BUILT}
     */
    public Optional<Profile> profile() {
        return Optional.ofNullable(profile);
    }

    @Override
    public String toString() {
        return "ProfileBuild[" + outcome + ", confidence=" + confidence + "]";
    }
}
