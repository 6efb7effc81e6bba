package tagging;

import io.facecore.Profile;
import io.facecore.ProfileBuild;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tagging.album.Person;
import tagging.album.SeenFace;
import tagging.album.Shot;
import tagging.faces.Profiles;
import tagging.faces.Suggester;
import tagging.web.Session;

/** What the page is told, as objects that become JSON. */
final class Views {
    private final Service service;

    Views(Service service) {
        this.service = service;
    }

    /** Everything that is not a photo: who one is, who the friends are, who else there is. */
    Map<String, Object> state(Session session) {
        Optional<Person> person = session.account().isPresent() ? service.book.person(Api.hex(session.account().getAsLong())) : Optional.empty();
        List<Map<String, Object>> accounts = new ArrayList<>();
        service.book.people().forEach(other -> accounts.add(Map.of("id", other.id(), "name", other.name())));
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("token", session.token());
        state.put("account", person.map(this::account).orElse(null));
        state.put("accounts", accounts);
        state.put("rate", service.suggester.rate());
        return state;
    }

    private Map<String, Object> account(Person person) {
        List<Map<String, Object>> friends = new ArrayList<>();
        for (String id : person.friends()) {
            service.book.person(id).ifPresent(friend -> friends.add(Map.of("id", id, "name", friend.name(), "optedOut",
                    service.profiles.optedOut(friend), "known", service.profiles.has(friend))));
        }
        return Map.of("id", person.id(), "name", person.name(), "optedOut", service.profiles.optedOut(person), "friends", friends);
    }

    /** A photo without suggestions, for the overview. */
    Map<String, Object> brief(Shot shot) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", shot.id());
        view.put("file", shot.file());
        view.put("width", shot.width());
        view.put("height", shot.height());
        view.put("named", shot.faces().stream().filter(face -> face.person() != null).count());
        view.put("count", shot.faces().size());
        view.put("star", shot.faces().stream().anyMatch(face -> face.star() != null));
        return view;
    }

    /** A photo with its faces and suggestions. */
    Map<String, Object> photo(Shot shot, Person owner) {
        Map<Integer, Suggester.Suggestion> suggestions = service.suggester.suggest(shot, owner);
        List<Map<String, Object>> faces = new ArrayList<>();
        for (int i = 0; i < shot.faces().size(); i++) {
            faces.add(face(shot.faces().get(i), suggestions.get(i)));
        }
        Map<String, Object> view = brief(shot);
        view.put("faces", faces);
        return view;
    }

    private Map<String, Object> face(SeenFace face, Suggester.Suggestion suggestion) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("box", List.of(face.x1(), face.y1(), face.x2(), face.y2()));
        view.put("kind", face.kind());
        view.put("person", face.person() == null ? null : named(face.person()));
        view.put("suggestion", suggestion == null ? null : named(suggestion.person()));
        view.put("cosine", suggestion == null ? null : Math.round(100 * suggestion.cosine()));
        view.put("needed", suggestion == null ? null : Math.round(100 * suggestion.needed()));
        view.put("star", face.star());
        return view;
    }

    private Map<String, Object> named(String id) {
        return Map.of("id", id, "name", service.book.person(id).map(Person::name).orElse("somebody who left"));
    }

    /** What the account's profile is made of. */
    Map<String, Object> profile(Person person) {
        Profiles.Made made = service.profiles.make(person);
        ProfileBuild build = made.build();
        List<Map<String, Object>> slots = new ArrayList<>();
        for (Profile.Slot slot : made.profile().map(Profile::slots).orElse(List.of())) {
            slots.add(Map.of("role", slot.role(), "photos", slot.photos(), "faces", slot.faces(), "coherence", Math.round(100 * slot.coherence())));
        }
        List<Map<String, Object>> members = new ArrayList<>();
        for (ProfileBuild.Member member : build.members()) {
            String photo = Api.hex(member.face().photo());
            boolean own = service.book.shot(photo).map(shot -> shot.account().equals(person.id())).orElse(false);
            members.add(Map.of("photo", photo, "face", member.face().face(), "role", member.role(), "own", own));
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("outcome", build.outcome());
        view.put("confidence", build.profile().isPresent() ? Math.round(100 * build.confidence()) : null);
        view.put("photos", build.photos());
        view.put("faces", build.faces());
        view.put("leftOut", build.leftOut());
        view.put("slots", slots);
        view.put("members", members);
        view.put("explanation", build.explanation());
        return view;
    }
}
