package tagging.faces;

import io.facecore.AlbumFace;
import io.facecore.AlbumOwner;
import io.facecore.AlbumPhoto;
import io.facecore.Embedding;
import io.facecore.FaceId;
import io.facecore.Feedback;
import io.facecore.Opinion;
import io.facecore.Profile;
import io.facecore.ProfileBuild;
import io.facecore.ProfileRepository;
import io.facecore.ProfileStore;
import io.facecore.StoreBatch;
import io.facecore.StoredFace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tagging.album.Person;
import tagging.album.Shot;

/**
 * The profiles of all accounts, built from the faces that the store keeps: those of the account's own photos, and those that friends confirmed in
 * theirs. No photo is read again.
 */
public final class Profiles {
    private final ProfileRepository store;

    public Profiles(ProfileRepository store) {
        this.store = store;
    }

    /** What a profile is made of at this moment. */
    public record Made(ProfileBuild build, Optional<Profile> profile) {
    }

    /** Keeps the faces of a new photo in its owner's album. */
    public void keep(Shot shot, List<Reader.Read> faces) {
        StoreBatch batch = new StoreBatch();
        long owner = Long.parseUnsignedLong(shot.account(), 16);
        for (int i = 0; i < faces.size(); i++) {
            if (faces.get(i).face().isPresent()) {
                StoredFace stored = StoredFace.of(new AlbumPhoto(shot.photo()), faces.get(i).face().get(), faces.get(i).box(), faces.get(i).quality());
                batch.putFace(owner, new FaceId(shot.photo(), i), stored);
            }
        }
        store.write(batch);
    }

    /** The kept faces of a photo by their place in it. */
    public Map<FaceId, StoredFace> faces(Shot shot) {
        Map<FaceId, StoredFace> found = new TreeMap<>();
        store.faces(Long.parseUnsignedLong(shot.account(), 16)).forEach((id, bytes) -> {
            if (id.photo() == shot.photo()) {
                found.put(id, StoredFace.ofBytes(bytes));
            }
        });
        return found;
    }

    /**
     * Writes down that a face is somebody, or is not.
     *
     * @param shot the photo, whose owner said so
     * @param face its place
     * @param person about whom
     * @param opinion CONFIRM or REJECT
     */
    public void say(Shot shot, int face, Person person, Opinion opinion) {
        FaceId id = new FaceId(shot.photo(), face);
        StoredFace stored = faces(shot).get(id);
        StoreBatch batch = new StoreBatch();
        boolean own = person.id().equals(shot.account());
        if (stored != null) {
            boolean is = opinion == Opinion.CONFIRM;
            if (is && !own) {
                batch.putFace(person.user(), id, pinned(stored, AlbumFace.Pin.OWNER));
            }
            AlbumFace.Pin pin = !is ? AlbumFace.Pin.NONE : own ? AlbumFace.Pin.OWNER : AlbumFace.Pin.OTHER;
            batch.putFace(Long.parseUnsignedLong(shot.account(), 16), id, pinned(stored, pin));
        }
        batch.apply(person.user(), id, opinion);
        store.write(batch);
    }

    private static StoredFace pinned(StoredFace stored, AlbumFace.Pin pin) {
        float quality = (float) stored.quality().orElse(Double.NaN);
        return StoredFace.of(stored.photo(), stored.face().pin(pin), stored.box(), quality);
    }

    /** Builds an account's profile again and keeps it, or takes it away where nothing can be said any more. */
    public void rebuild(Person person) {
        Made made = make(person);
        StoreBatch batch = new StoreBatch();
        made.profile().ifPresentOrElse(profile -> batch.put(person.user(), profile), () -> batch.remove(person.user()));
        store.write(batch);
    }

    /** What a profile would be made of now. Confirmed faces alone are a profile, where the album is too small for a build to be sure. */
    public Made make(Person person) {
        return make(person, store.faces(person.user()));
    }

    /** The owner's profile as it would be if a photo were not in the album, so that its faces are not compared with themselves. */
    public Made makeWithout(Person owner, Shot shot) {
        Map<FaceId, byte[]> faces = new TreeMap<>(store.faces(owner.user()));
        faces.keySet().removeIf(id -> id.photo() == shot.photo());
        return make(owner, faces);
    }

    private Made make(Person person, Map<FaceId, byte[]> faces) {
        Feedback feedback = store.feedback(person.user());
        ProfileBuild build = Profile.buildStored(faces, new AlbumOwner(Float.NaN, Float.NaN, friends(person)), feedback);
        if (build.profile().isPresent() || feedback.optedOut()) {
            return new Made(build, build.profile());
        }
        List<Embedding> confirmed = new ArrayList<>();
        faces.forEach((id, bytes) -> {
            if (feedback.of(id).equals(Optional.of(Opinion.CONFIRM))) {
                confirmed.add(StoredFace.ofBytes(bytes).embedding());
            }
        });
        if (confirmed.isEmpty()) {
            return new Made(build, Optional.empty());
        }
        return new Made(build, Optional.of(Profile.empty(store.space(), confirmed.get(0).length()).with(Profile.Role.OWNER, confirmed)));
    }

    private List<Profile> friends(Person person) {
        List<Profile> found = new ArrayList<>();
        store.getMany(users(person.friends())).forEach(bytes -> bytes.map(Profile::ofBytes).ifPresent(found::add));
        return found;
    }

    /** Takes a photo out of the albums of its owner and of everybody who was confirmed in it. */
    public void forget(Shot shot, Collection<Person> people) {
        StoreBatch batch = new StoreBatch();
        people.forEach(person -> batch.removePhoto(person.user(), shot.photo()));
        batch.removePhoto(Long.parseUnsignedLong(shot.account(), 16), shot.photo());
        store.write(batch);
    }

    /** Turns suggestions of somebody off, and forgets the profile; or on again. */
    public void optOut(Person person, boolean out) {
        store.write(out ? new StoreBatch().optOut(person.user()).remove(person.user()) : new StoreBatch().optIn(person.user()));
        if (!out) {
            rebuild(person);
        }
    }

    /** Erases somebody and leaves no trace in the file; a Cassandra compacts its own. */
    public void erase(Person person) {
        store.write(new StoreBatch().erase(person.user()));
        if (store instanceof ProfileStore file) {
            file.compact();
        }
    }

    /** Whether somebody wants never to be suggested. */
    public boolean optedOut(Person person) {
        return store.optedOutAmong(new long[] {person.user()}).length > 0;
    }

    /** Whether there is a profile. */
    public boolean has(Person person) {
        return store.get(person.user()).isPresent();
    }

    static long[] users(Collection<String> ids) {
        return ids.stream().mapToLong(id -> Long.parseUnsignedLong(id, 16)).toArray();
    }

    static boolean among(long[] users, long user) {
        return Arrays.stream(users).anyMatch(other -> other == user);
    }
}
