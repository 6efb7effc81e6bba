package io.facecore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What was read of many profiles in a given time, and for whom there is no answer: {@link ProfileRepository#getManyWithin}. */
public final class PartialProfiles {
    private final List<Optional<byte[]>> profiles;
    private final boolean[] unanswered;
    private final int missing;

    private PartialProfiles(List<Optional<byte[]>> profiles, boolean[] unanswered) {
        this.profiles = Collections.unmodifiableList(new ArrayList<>(profiles));
        this.unanswered = unanswered.clone();
        int missing = 0;
        for (boolean none : unanswered) {
            missing += none ? 1 : 0;
        }
        this.missing = missing;
    }

    /**
     * An answer, for whoever implements {@link ProfileRepository}.
     *
     * @param profiles one a user, empty where there is none and where there is no answer
     * @param unanswered for each of them, whether there is no answer
     * @return the answer
     * @throws IllegalArgumentException if the two are not of one length
     */
    public static PartialProfiles of(List<Optional<byte[]>> profiles, boolean[] unanswered) {
        if (profiles.size() != unanswered.length) {
            throw new IllegalArgumentException(profiles.size() + " profiles, but " + unanswered.length + " users");
        }
        return new PartialProfiles(profiles, unanswered);
    }

    /**
     * The profiles, in the order of the users who were asked for.
     *
     * @return empty where the user has none, and where there was no answer; unmodifiable
     */
    public List<Optional<byte[]>> profiles() {
        return profiles;
    }

    /**
     * Whether every user was answered for.
     *
     * @return false if the time was over, or a part of a cluster is away
     */
    public boolean isComplete() {
        return missing == 0;
    }

    /**
     * For how many users there is no answer.
     *
     * @return 0 if it {@linkplain #isComplete is complete}
     */
    public int missing() {
        return missing;
    }

    /**
     * Whether an empty profile means that the user has none.
     *
     * @param index the user's place among those who were asked for
     * @return false if it is not known
     */
    public boolean isAnswered(int index) {
        return !unanswered[index];
    }

    @Override
    public String toString() {
        return "PartialProfiles[" + profiles.size() + " users" + (missing == 0 ? "" : ", " + missing + " without an answer") + "]";
    }
}
