package tagging.faces;

import io.facecore.Candidate;
import io.facecore.Embedding;
import io.facecore.Gallery;
import io.facecore.Matcher;
import io.facecore.People;
import io.facecore.Profile;
import io.facecore.ProfileRepository;
import io.facecore.StarFace;
import io.facecore.StarHit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tagging.album.Person;

/** Known people outside the circle of friends. One is told of only in a photo in which the uploader is as well. */
public final class Stars implements AutoCloseable {
    private final ProfileRepository store;
    private final Matcher matcher;
    private final StarFace gallery;

    /** The stars of a file that {@link People#toBytes} wrote; none if there is no file. */
    public Stars(Path file, ProfileRepository store, Matcher matcher) throws IOException {
        this.store = store;
        this.matcher = matcher;
        try (People people = Files.exists(file) ? People.ofBytes(Files.readAllBytes(file)) : People.empty(store.space())) {
            gallery = StarFace.of(matcher, people);
        }
    }

    /** The stars of a photo by the faces' places. */
    public Map<Integer, String> find(Person uploader, List<Reader.Read> faces) {
        Optional<Profile> profile = store.get(uploader.user()).map(Profile::ofBytes);
        List<Integer> places = new ArrayList<>();
        List<Embedding> embeddings = new ArrayList<>();
        for (int i = 0; i < faces.size(); i++) {
            if (faces.get(i).seen().kind() == tagging.album.SeenFace.Kind.CLEAR) {
                places.add(i);
                embeddings.add(faces.get(i).face().orElseThrow().embedding());
            }
        }
        Map<Integer, String> found = new TreeMap<>();
        if (profile.isPresent() && !embeddings.isEmpty()) {
            Candidate self = new Candidate(uploader.id(), profile.get().embeddings());
            try (Gallery owner = matcher.gallery(List.of(self))) {
                for (StarHit hit : gallery.search(owner, embeddings)) {
                    found.put(places.get(hit.face()), hit.star());
                }
            }
        }
        return found;
    }

    @Override
    public void close() {
        gallery.close();
    }
}
