package io.facecore.spark;

import io.facecore.FaceId;
import io.facecore.ProfileBuild;
import io.facecore.StoredFace;
import java.util.LinkedHashMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What became of an account. */
final class Built {
    /** Why a photo, a friend's profile, or the whole account could not be used. */
    record Failure(Long photo, String file, String code, String message) {}

    final long account;
    /** None if it failed: the profile of the pass before stays. */
    ProfileBuild build;
    /** Faces of photos that were read now. */
    final Map<FaceId, StoredFace> faces = new LinkedHashMap<>();
    /** Photos that were read now, or could not be. */
    long photos;
    final List<Failure> failures = new ArrayList<>();

    Built(long account) {
        this.account = account;
    }

    void fail(Long photo, String file, String code, String message) {
        failures.add(new Failure(photo, file, code, message));
    }

    long failedPhotos() {
        return failures.stream().filter(failure -> failure.photo() != null).count();
    }
}
