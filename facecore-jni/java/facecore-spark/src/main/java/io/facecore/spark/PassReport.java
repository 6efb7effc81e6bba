package io.facecore.spark;

import java.io.Serializable;
import java.util.Locale;

/**
 * What a pass did, or a part of it.
 *
 * @param accounts accounts in it
 * @param built with a profile
 * @param noLeader where nobody leads
 * @param noFaces without people in their photos
 * @param optedOut who want no profile
 * @param failed that failed; they keep the profile that they had
 * @param changed whose profile shows somebody else than before, or is new, or is gone
 * @param photos photos that were read, or could not be
 * @param failedPhotos those that could not be
 * @param others users who are not in the list and keep their profiles
 */
public record PassReport(long accounts, long built, long noLeader, long noFaces, long optedOut, long failed, long changed, long photos, long failedPhotos,
        long others) implements Serializable {
    static final PassReport EMPTY = new PassReport(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    PassReport plus(PassReport more) {
        return new PassReport(accounts + more.accounts, built + more.built, noLeader + more.noLeader, noFaces + more.noFaces, optedOut + more.optedOut,
                failed + more.failed, changed + more.changed, photos + more.photos, failedPhotos + more.failedPhotos, others + more.others);
    }

    private static double share(long part, long all) {
        return part / (double) Math.max(1, all);
    }

    /**
     * The share of accounts with a change.
     *
     * @return 0 to 1
     */
    public double change() {
        return share(changed, accounts);
    }

    /** The larger share of what failed, of photos or of accounts. */
    double failures() {
        return Math.max(share(failedPhotos, photos), share(failed, accounts));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d accounts: %d built (%.1f %%), %d without a leader, %d without faces, %d opted out, %d failed; %.1f %% changed; "
                + "%d photos read, %d failed; %d profiles of others stay as they are", accounts, built, 100 * share(built, accounts), noLeader, noFaces,
                optedOut, failed, 100 * change(), photos, failedPhotos, others);
    }
}
