package io.facecore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
        /** The owner wants no profile. */
        OPTED_OUT(4),
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

    /** A face in the profile. */
    public static final class Member {
        private final FaceId face;
        private final Profile.Role role;

        private Member(Wire.Reader record) {
            face = FaceId.read(record);
            role = Profile.Role.of(record.int32());
        }

        /**
         * Which face.
         *
         * @return never null
         */
        public FaceId face() {
            return face;
        }

        /**
         * Whose it is.
         *
         * @return never null
         */
        public Profile.Role role() {
            return role;
        }

        @Override
        public String toString() {
            return face + " " + role;
        }
    }

    private final Outcome outcome;
    private final Profile profile;
    private final float confidence;
    private final float lead;
    private final float wantedLead;
    private final int photos;
    private final int faces;
    private final int leftOut;
    private final List<Member> members;
    private final String explanation;

    ProfileBuild(Wire.Reader record) {
        outcome = Outcome.of(record.int32());
        byte[] found = record.bytes();
        profile = found.length == 0 ? null : new Profile(found);
        confidence = record.float32();
        lead = record.float32();
        wantedLead = record.float32();
        photos = record.int32();
        faces = record.int32();
        leftOut = record.int32();
        List<Member> read = new ArrayList<>();
        for (int left = record.int32(); left > 0; left--) {
            read.add(new Member(record));
        }
        members = Collections.unmodifiableList(read);
        explanation = record.text();
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

    /**
     * The faces in the profile.
     *
     * @return ascending, unmodifiable; one that counts twice, or for two people, is here twice
     */
    public List<Member> members() {
        return members;
    }

    /**
     * How far the heaviest person of the album is ahead of the next.
     *
     * @return at least 0
     */
    public float lead() {
        return lead;
    }

    /**
     * The lead that is needed for a profile.
     *
     * @return at least 0
     */
    public float wantedLead() {
        return wantedLead;
    }

    /**
     * Photos that were looked at.
     *
     * @return at least 0
     */
    public int photos() {
        return photos;
    }

    /**
     * Faces in them.
     *
     * @return at least 0
     */
    public int faces() {
        return faces;
    }

    /**
     * Faces left out, because the filter says that they are no faces or because the owner wants so.
     *
     * @return at least 0
     */
    public int leftOut() {
        return leftOut;
    }

    /**
     * What was found and why it was decided so, for people to read: a sentence, then a line for each person of the album.
     *
     * @return lines of text
     */
    public String explanation() {
        return explanation;
    }

    @Override
    public String toString() {
        return "ProfileBuild[" + outcome + ", confidence=" + confidence + "]";
    }
}
