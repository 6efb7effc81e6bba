package io.facecore.spark;

import io.facecore.AlbumOwner;
import io.facecore.AlbumPhoto;
import io.facecore.AlbumReader;
import io.facecore.AlbumSession;
import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import io.facecore.FaceId;
import io.facecore.Limits;
import io.facecore.Profile;
import io.facecore.ProfileBuild;
import io.facecore.ProfileRepository;
import io.facecore.StoredFace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** An account of the list → a build of its album. For all threads of a JVM. */
final class AccountBuilder {
    private final ProfileRepository store;
    private final AlbumReader reader;
    private final PhotoFiles files;

    AccountBuilder(ProfileRepository store, AlbumReader reader, PhotoFiles files) {
        this.store = store;
        this.reader = reader;
        this.files = files;
    }

    /**
     * Builds an account from the faces that the store keeps; photos without any are read if {@code reads}.
     *
     * @throws FaceCoreException with {@link ErrorCode#STORE} if the store does not answer: then nothing is known of the account
     */
    Built build(Account account, boolean reads) {
        Built built = new Built(account.id());
        try {
            ProfileBuild build = session(account, reads, built);
            if (!isUnknown(build, built, reads)) {
                built.build = build;
            } else if (reads) {
                built.fail(null, null, "photos", "not one of its photos could be read");
            }
        } catch (FaceCoreException error) {
            if (error.code() == ErrorCode.STORE) {
                throw error;
            }
            built.fail(null, null, error.code().toString(), error.getMessage());
        }
        return built;
    }

    /**
     * Whether nothing of an album could be read, so that nobody knows whose it is. In a later pass, which reads no photos, an account without faces that
     * still has a profile is such a one.
     */
    private boolean isUnknown(ProfileBuild build, Built built, boolean reads) {
        if (build.outcome() != ProfileBuild.Outcome.NO_FACES || build.faces() > 0) {
            return false;
        }
        return reads ? built.photos > 0 && built.failedPhotos() == built.photos : store.get(built.account).isPresent();
    }

    private ProfileBuild session(Account account, boolean reads, Built built) {
        Map<Long, List<Optional<StoredFace>>> kept = kept(account.id());
        Map<Long, Account.Photo> listed = new HashMap<>();
        account.photos().forEach(photo -> listed.put(photo.known().id(), photo));
        List<AlbumPhoto> photos = account.photos().stream().map(Account.Photo::known).collect(Collectors.toList());
        try (AlbumSession session = AlbumSession.open(photos, owner(account, built), store.feedback(account.id()), store.space())) {
            for (long[] wanted = session.wants(); wanted.length > 0; wanted = session.wants()) {
                for (long photo : wanted) {
                    List<Optional<StoredFace>> faces = kept.get(photo);
                    if (faces == null) {
                        faces = reads ? read(listed.get(photo), built) : List.of();
                    }
                    session.giveStored(photo, faces);
                }
            }
            return session.finish();
        }
    }

    /** What the store keeps of the account's photos: their faces, by their places. */
    private Map<Long, List<Optional<StoredFace>>> kept(long account) {
        Map<Long, List<Optional<StoredFace>>> kept = new HashMap<>();
        store.faces(account).forEach((face, bytes) -> {
            List<Optional<StoredFace>> faces = kept.computeIfAbsent(face.photo(), photo -> new ArrayList<>());
            while (faces.size() < face.face()) {
                faces.add(Optional.empty());
            }
            faces.add(Optional.of(StoredFace.ofBytes(bytes)));
        });
        return kept;
    }

    /** The owner with the friends' profiles of the current iteration. One that cannot be read is left out, and told. */
    private AlbumOwner owner(Account account, Built built) {
        long[] ids = LongStream.of(account.friends()).filter(friend -> friend != account.id()).distinct().toArray();
        List<Optional<byte[]>> found = store.getMany(ids);
        List<Profile> friends = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            if (found.get(i).isPresent()) {
                try {
                    friends.add(Profile.ofBytes(found.get(i).get()));
                } catch (FaceCoreException error) {
                    built.fail(null, null, error.code().toString(), "the profile of the friend " + ids[i] + " is left out: " + error.getMessage());
                }
            }
        }
        float age = account.age() >= 0 && account.age() <= 150 ? account.age() : Float.NaN;
        return new AlbumOwner(age, (float) AlbumOwner.femaleByName(account.name()).orElse(Double.NaN), friends);
    }

    /** The faces of a photo's file. One that fails has none. */
    private List<Optional<StoredFace>> read(Account.Photo listed, Built built) {
        built.photos++;
        long id = listed.known().id();
        try (io.facecore.Photo photo = io.facecore.Photo.decode(files.read(listed.file()), Limits.DEFAULT)) {
            List<Optional<StoredFace>> faces = reader.readStored(photo, listed.known());
            for (int i = 0; i < faces.size(); i++) {
                FaceId face = new FaceId(id, i);
                faces.get(i).ifPresent(stored -> built.faces.put(face, stored));
            }
            return faces;
        } catch (IOException | IllegalArgumentException error) {
            // A name that is no path is the photo's fault too.
            built.fail(id, listed.file(), "io", error.toString());
        } catch (FaceCoreException error) {
            built.fail(id, listed.file(), error.code().toString(), error.getMessage());
        }
        return List.of();
    }
}
