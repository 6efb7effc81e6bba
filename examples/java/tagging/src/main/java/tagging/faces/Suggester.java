package tagging.faces;

import io.facecore.Candidate;
import io.facecore.Embedding;
import io.facecore.FaceId;
import io.facecore.Feedback;
import io.facecore.Matcher;
import io.facecore.Outcome;
import io.facecore.Profile;
import io.facecore.ProfileRepository;
import io.facecore.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tagging.album.Person;
import tagging.album.SeenFace;
import tagging.album.Shot;

/**
 * Who the faces of a photo may be, among its owner and the owner's friends and nobody else. Whoever opted out is no candidate, and a person who
 * was rejected for a face is none for it again.
 */
public final class Suggester {
    private final ProfileRepository store;
    private final Profiles profiles;
    private final Matcher matcher;

    /**
     * @param store the profiles
     * @param profiles the kept faces
     * @param matcher at the rate of false positives that the page states
     */
    public Suggester(ProfileRepository store, Profiles profiles, Matcher matcher) {
        this.store = store;
        this.profiles = profiles;
        this.matcher = matcher;
    }

    /**
     * A name for a face.
     *
     * @param person id of the account
     * @param cosine how near
     * @param needed the cosine that was required
     */
    public record Suggestion(String person, float cosine, float needed) {
    }

    /** The share of strangers' faces that may get a name. */
    public double rate() {
        return matcher.falsePositiveRate().orElseThrow();
    }

    /** Suggestions by the faces' places; none for a face that has a name, or that nobody can be said to be. */
    public Map<Integer, Suggestion> suggest(Shot shot, Person owner) {
        Map<String, Known> known = known(owner, shot);
        Set<String> taken = new HashSet<>();
        shot.faces().forEach(face -> taken.add(face.person()));
        List<FaceId> open = new ArrayList<>();
        List<Embedding> embeddings = new ArrayList<>();
        profiles.faces(shot).forEach((id, stored) -> {
            if (isOpen(shot, id)) {
                open.add(id);
                embeddings.add(stored.embedding());
            }
        });
        Map<Integer, Suggestion> found = new TreeMap<>();
        // Faces decide together; where the answer was rejected before, that face is asked again without the person.
        List<Verdict> together = open.isEmpty() ? List.of() : matcher.decide(embeddings, candidates(known, taken, Optional.empty()));
        List<Integer> again = new ArrayList<>();
        for (int i = 0; i < open.size(); i++) {
            Optional<Suggestion> suggestion = suggestion(together.get(i));
            if (suggestion.isPresent() && !known.get(suggestion.get().person()).feedback().mayPropose(open.get(i))) {
                again.add(i);
            } else if (suggestion.isPresent()) {
                found.put(open.get(i).face(), suggestion.get());
                taken.add(suggestion.get().person());
            }
        }
        for (int i : again) {
            List<Candidate> others = candidates(known, taken, Optional.of(open.get(i)));
            suggestion(matcher.decide(List.of(embeddings.get(i)), others).get(0)).ifPresent(suggestion -> {
                found.put(open.get(i).face(), suggestion);
                taken.add(suggestion.person());
            });
        }
        return found;
    }

    private record Known(Candidate candidate, Feedback feedback) {
    }

    private Map<String, Known> known(Person owner, Shot shot) {
        List<String> ids = new ArrayList<>(owner.friends());
        ids.add(owner.id());
        long[] users = Profiles.users(ids);
        long[] out = store.optedOutAmong(users);
        List<Optional<byte[]>> bytes = store.getMany(users);
        Map<String, Known> known = new TreeMap<>();
        for (int i = 0; i < users.length; i++) {
            boolean self = ids.get(i).equals(owner.id());
            Optional<Profile> profile = self ? profiles.makeWithout(owner, shot).profile() : bytes.get(i).map(Profile::ofBytes);
            if (profile.isPresent() && !Profiles.among(out, users[i])) {
                known.put(ids.get(i), new Known(new Candidate(ids.get(i), profile.get().embeddings()), store.feedback(users[i])));
            }
        }
        return known;
    }

    private static List<Candidate> candidates(Map<String, Known> known, Set<String> taken, Optional<FaceId> face) {
        List<Candidate> found = new ArrayList<>();
        known.forEach((id, person) -> {
            if (!taken.contains(id) && face.map(person.feedback()::mayPropose).orElse(true)) {
                found.add(person.candidate());
            }
        });
        return found;
    }

    private static boolean isOpen(Shot shot, FaceId id) {
        SeenFace face = shot.faces().get(id.face());
        return face.person() == null && face.kind() == SeenFace.Kind.CLEAR;
    }

    private static Optional<Suggestion> suggestion(Verdict verdict) {
        if (verdict.outcome() != Outcome.MATCH) {
            return Optional.empty();
        }
        return verdict.match().map(match -> new Suggestion(match.person(), match.cosine(), verdict.threshold()));
    }

}
