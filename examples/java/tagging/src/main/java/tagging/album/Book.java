package tagging.album;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** People and photos, in one JSON file that is written whole or not at all; the photos' JPEGs lie beside it. Safe from all threads. */
public final class Book {
    /** Limits of an example: beyond them a database is due. */
    public static final int MOST_PEOPLE = 1000;
    /** Photos of one account. */
    public static final int MOST_PHOTOS = 500;

    private static final Gson GSON = new Gson();

    private record Content(List<Person> people, List<Shot> shots) {
    }

    private final Path file;
    private final Path photos;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Person> people = new LinkedHashMap<>();
    private final Map<String, Shot> shots = new LinkedHashMap<>();

    /** Opens the book of a folder, which need not be there yet. */
    public Book(Path folder) throws IOException {
        file = folder.resolve("book.json");
        photos = Files.createDirectories(folder.resolve("photos"));
        try {
            Content content = GSON.fromJson(Files.readString(file), Content.class);
            content.people().forEach(person -> people.put(person.id(), person));
            content.shots().forEach(shot -> shots.put(shot.id(), shot));
        } catch (NoSuchFileException empty) {
            // A new folder.
        } catch (JsonParseException | NullPointerException broken) {
            throw new IOException(file + " cannot be read: put back a copy, or start on an empty folder", broken);
        }
    }

    public synchronized List<Person> people() {
        return List.copyOf(people.values());
    }

    public synchronized Optional<Person> person(String id) {
        return Optional.ofNullable(people.get(id));
    }

    public synchronized Optional<Shot> shot(String id) {
        return Optional.ofNullable(shots.get(id));
    }

    /** An account's photos, the newest first. */
    public synchronized List<Shot> shotsOf(String account) {
        List<Shot> found = new ArrayList<>();
        for (Shot shot : shots.values()) {
            if (shot.account().equals(account)) {
                found.add(0, shot);
            }
        }
        return found;
    }

    /** Photos in which somebody was confirmed, whoever uploaded them. */
    public synchronized List<Shot> shotsWith(String person) {
        return shots.values().stream().filter(shot -> shot.faces().stream().anyMatch(face -> person.equals(face.person()))).toList();
    }

    /** A new account. */
    public synchronized Person add(String name) throws IOException {
        Person person = new Person(newId(), name, List.of());
        people.put(person.id(), person);
        save();
        return person;
    }

    /** Makes two accounts friends, or ends that. */
    public synchronized void befriend(String one, String other, boolean friends) throws IOException {
        change(one, other, friends);
        change(other, one, friends);
        save();
    }

    private void change(String of, String friend, boolean add) {
        Person person = people.get(of);
        if (person != null) {
            List<String> changed = new ArrayList<>(person.friends());
            changed.remove(friend);
            if (add) {
                changed.add(friend);
            }
            people.put(of, person.withFriends(changed));
        }
    }

    /** Keeps a photo. */
    public synchronized void add(Shot shot, byte[] jpeg) throws IOException {
        write(jpegOf(shot.id()), jpeg);
        shots.put(shot.id(), shot);
        save();
    }

    /** Changes what is known of a photo, if it is still there. */
    public synchronized Optional<Shot> change(String shot, UnaryOperator<Shot> to) throws IOException {
        Shot changed = shots.computeIfPresent(shot, (id, before) -> to.apply(before));
        save();
        return Optional.ofNullable(changed);
    }

    /** Forgets photos. */
    public synchronized void remove(Collection<Shot> gone) throws IOException {
        for (Shot shot : gone) {
            shots.remove(shot.id());
        }
        save();
        for (Shot shot : gone) {
            Files.deleteIfExists(jpegOf(shot.id()));
        }
    }

    /** Forgets an account: its photos, its friendships, and its name in the photos of others. */
    public synchronized void erase(String account) throws IOException {
        people.remove(account);
        for (Person person : List.copyOf(people.values())) {
            change(person.id(), account, false);
        }
        shots.replaceAll((id, shot) -> {
            Shot changed = shot;
            for (int face = 0; face < shot.faces().size(); face++) {
                changed = account.equals(shot.faces().get(face).person()) ? changed.withPerson(face, null) : changed;
            }
            return changed;
        });
        remove(shotsOf(account));
    }

    /** The picture of a photo. */
    public byte[] jpeg(Shot shot) throws IOException {
        return Files.readAllBytes(jpegOf(shot.id()));
    }

    /** An id that nobody can guess. */
    public String newId() {
        byte[] bytes = new byte[8];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private Path jpegOf(String id) {
        return photos.resolve(id + ".jpg");
    }

    private void save() throws IOException {
        write(file, GSON.toJson(new Content(List.copyOf(people.values()), List.copyOf(shots.values()))).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static void write(Path to, byte[] bytes) throws IOException {
        Path half = to.resolveSibling(to.getFileName() + ".part");
        Files.write(half, bytes);
        Files.move(half, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
