package tagging;

import io.facecore.Embedding;
import io.facecore.People;
import io.facecore.SpaceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tagging.album.Person;
import tagging.album.Shot;
import tagging.faces.Reader;

/** Fills an empty folder, so that there is something to look at: the people of the repository's test photos. */
final class Fixtures {
    private Fixtures() {
    }

    /** The gallery of stars, of one star. */
    static void writeStars(Path file, Path photos, Reader reader, SpaceId space) throws IOException {
        try (People people = People.empty(space)) {
            Reader.Picture picture = reader.read(Files.readAllBytes(photos.resolve("biden.jpg")));
            List<Embedding> faces = picture.faces().stream().flatMap(read -> read.face().stream()).map(face -> face.embedding()).limit(1).toList();
            people.add("Joe Biden", faces);
            Files.write(file, people.toBytes());
        }
    }

    /** The first account, with an album, and a friend of whom there is one photo. */
    static void fill(Service service, Path photos) throws IOException {
        Person first = service.join("Barack Obama");
        Person friend = service.join("Eileen Collins");
        for (String name : List.of("obama.jpg", "obama2.jpg", "obama3.jpg")) {
            service.upload(first, name, Files.readAllBytes(photos.resolve(name)));
        }
        Shot shot = service.upload(friend, "astronaut.jpg", Files.readAllBytes(photos.resolve("astronaut.jpg")));
        service.confirm(friend, shot, 0, friend);
        service.befriend(first, friend, true);
    }
}
