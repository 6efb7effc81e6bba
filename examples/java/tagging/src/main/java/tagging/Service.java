package tagging;

import io.facecore.ErrorCode;
import io.facecore.Opinion;
import io.facecore.PhotoException;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import tagging.album.Book;
import tagging.album.Person;
import tagging.album.SeenFace;
import tagging.album.Shot;
import tagging.faces.Clips;
import tagging.faces.Profiles;
import tagging.faces.Reader;
import tagging.faces.Stars;
import tagging.faces.Suggester;
import tagging.web.Failure;

/** What people do on the page. Photos are read side by side, changes are made one after the other. */
final class Service {
    private static final int LONGEST_NAME = 80;
    private static final int MOST_FRIENDS = 200;

    final Book book;
    final Profiles profiles;
    final Suggester suggester;
    final Counters counters;
    private final Reader reader;
    private final Clips clips;
    private final Stars stars;
    /** More photos at once than cores would only take memory. */
    private final Semaphore places = new Semaphore(Runtime.getRuntime().availableProcessors());

    Service(Book book, Profiles profiles, Suggester suggester, Reader reader, Clips clips, Stars stars) {
        this.book = book;
        this.profiles = profiles;
        this.suggester = suggester;
        this.reader = reader;
        this.clips = clips;
        this.stars = stars;
        counters = new Counters();
    }

    Person person(String id) {
        return book.person(id).orElseThrow(Failure::notFound);
    }

    /** A photo of this account; anybody else's is not there. */
    Shot shot(Person owner, String id) {
        return book.shot(id).filter(shot -> shot.account().equals(owner.id())).orElseThrow(Failure::notFound);
    }

    synchronized Person join(String name) throws IOException {
        if (book.people().size() >= Book.MOST_PEOPLE) {
            throw new Failure(409, "There are " + Book.MOST_PEOPLE + " accounts, and no room for more: erase one first.");
        }
        return book.add(cleanName(name));
    }

    synchronized void befriend(Person one, Person other, boolean friends) throws IOException {
        if (one.id().equals(other.id())) {
            throw new Failure(400, "This is you. Choose somebody else.");
        }
        if (friends && one.friends().size() >= MOST_FRIENDS) {
            throw new Failure(409, "You have " + MOST_FRIENDS + " friends here, and there is no room for more.");
        }
        book.befriend(one.id(), other.id(), friends);
    }

    /** Any text is a name, but for line breaks and the like; it is escaped where it is shown. */
    static String cleanName(String name) {
        String clean = name.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ").strip();
        if (clean.isEmpty() || clean.length() > LONGEST_NAME) {
            throw new Failure(400, "A name has 1 to " + LONGEST_NAME + " letters.");
        }
        return clean;
    }

    /** Takes a photo: its faces are found and kept, its stars looked for. The same file again is the same photo. */
    Shot upload(Person owner, String file, byte[] bytes) throws IOException {
        return upload(owner, file, bytes, false);
    }

    /** Takes a photo, or a clip, of which a picture with the best view of each person is kept. */
    Shot upload(Person owner, String file, byte[] bytes, boolean clip) throws IOException {
        long start = System.nanoTime();
        String hash = HexFormat.of().formatHex(sha256(bytes));
        Optional<Shot> before = before(owner, hash);
        if (before.isPresent()) {
            return before.get();
        }
        Reader.Picture picture = read(bytes, clip);
        Shot shot = keep(owner, file, hash, picture);
        counters.add(Counters.Count.PHOTOS, 1);
        counters.add(Counters.Count.FACES, shot.faces().size());
        counters.add(Counters.Count.SUGGESTED, suggester.suggest(shot, person(owner.id())).size());
        counters.took((System.nanoTime() - start) / 1e9);
        return shot;
    }

    private Optional<Shot> before(Person owner, String hash) {
        List<Shot> shots = book.shotsOf(owner.id());
        if (shots.size() >= Book.MOST_PHOTOS) {
            throw new Failure(409, "You have " + Book.MOST_PHOTOS + " photos here, and there is no room for more: delete some first.");
        }
        return shots.stream().filter(shot -> shot.hash().equals(hash)).findFirst();
    }

    private Reader.Picture read(byte[] bytes, boolean clip) throws IOException {
        boolean free = false;
        try {
            free = places.tryAcquire(10, TimeUnit.SECONDS);
            if (!free) {
                throw new Failure(503, "Too many photos are being looked at. Try again in a few seconds.");
            }
            return reader.read(clip ? clips.sheet(bytes) : bytes);
        } catch (Clips.Unread bad) {
            counters.add(Counters.Count.REFUSED, 1);
            throw new Failure(422, bad.getMessage());
        } catch (PhotoException bad) {
            counters.add(Counters.Count.REFUSED, 1);
            throw new Failure(bad.code() == ErrorCode.LIMIT ? 413 : 422, sentence(bad.code()));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new Failure(503, "The server is stopping. Try again later.");
        } finally {
            if (free) {
                places.release();
            }
        }
    }

    private static String sentence(ErrorCode code) {
        switch (code) {
            case LIMIT:
                return "This photo is too large. Choose one with fewer pixels.";
            case UNREAD_KIND:
                return "This kind of photo cannot be read yet. Save it as JPEG and try again.";
            case DAMAGED:
                return "This photo is damaged: a part of it is missing. Choose another copy.";
            default:
                return "This file is no photo that can be read. Choose a JPEG, PNG, WebP, BMP, GIF or TIFF.";
        }
    }

    private synchronized Shot keep(Person owner, String file, String hash, Reader.Picture picture) throws IOException {
        Optional<Shot> meanwhile = before(person(owner.id()), hash);
        if (meanwhile.isPresent()) {
            return meanwhile.get();
        }
        Map<Integer, String> found = stars.find(owner, picture.faces());
        List<SeenFace> faces = new ArrayList<>();
        for (int i = 0; i < picture.faces().size(); i++) {
            SeenFace seen = picture.faces().get(i).seen();
            faces.add(new SeenFace(seen.x1(), seen.y1(), seen.x2(), seen.y2(), seen.kind(), null, found.get(i)));
        }
        String name = file.isBlank() ? "photo" : cleanName(file.length() > LONGEST_NAME ? file.substring(0, LONGEST_NAME) : file);
        Shot shot = new Shot(book.newId(), owner.id(), name, hash, picture.width(), picture.height(), List.copyOf(faces));
        book.add(shot, picture.jpeg());
        profiles.keep(shot, picture.faces());
        profiles.rebuild(owner);
        return shot;
    }

    /** The owner says who a face is. */
    synchronized Shot confirm(Person owner, Shot shot, int face, Person who) throws IOException {
        if (!who.id().equals(owner.id()) && !owner.friends().contains(who.id())) {
            throw new Failure(400, "Only you and your friends can be named. Add this person as a friend first.");
        }
        SeenFace seen = face(shot, face);
        if (profiles.optedOut(who)) {
            throw new Failure(409, "This person does not want to be recognised.");
        }
        Suggester.Suggestion suggested = suggester.suggest(shot, owner).get(face);
        boolean asSuggested = suggested != null && suggested.person().equals(who.id());
        counters.add(asSuggested ? Counters.Count.CONFIRMED : Counters.Count.NAMED, 1);
        if (seen.person() != null && !seen.person().equals(who.id())) {
            take(shot, face, person(seen.person()));
        }
        for (int other = 0; other < shot.faces().size(); other++) {
            if (other != face && who.id().equals(shot.faces().get(other).person())) {
                take(shot, other, who);
            }
        }
        profiles.say(shot, face, who, Opinion.CONFIRM);
        profiles.rebuild(who);
        return book.change(shot.id(), now -> now.withPerson(face, who.id())).orElseThrow(Failure::notFound);
    }

    /** The owner says who a face is not: that is never suggested again. */
    synchronized Shot reject(Shot shot, int face, Person who) throws IOException {
        SeenFace seen = face(shot, face);
        counters.add(Counters.Count.REJECTED, 1);
        take(shot, face, who);
        boolean was = who.id().equals(seen.person());
        return was ? book.change(shot.id(), now -> now.withPerson(face, null)).orElseThrow(Failure::notFound) : shot;
    }

    private void take(Shot shot, int face, Person who) {
        profiles.say(shot, face, who, Opinion.REJECT);
        profiles.rebuild(who);
    }

    private static SeenFace face(Shot shot, int face) {
        if (face >= shot.faces().size()) {
            throw Failure.notFound();
        }
        return shot.faces().get(face);
    }

    synchronized void delete(Shot shot) throws IOException {
        List<Person> people = book.people();
        profiles.forget(shot, people);
        book.remove(List.of(shot));
        for (Person person : people) {
            boolean in = shot.faces().stream().anyMatch(face -> person.id().equals(face.person()));
            if (in || person.id().equals(shot.account())) {
                profiles.rebuild(person);
            }
        }
    }

    synchronized void optOut(Person person, boolean out) {
        profiles.optOut(person, out);
    }

    /** Erases an account: its photos everywhere, its profile, and its name in the photos of others. */
    synchronized void erase(Person person) throws IOException {
        for (Shot shot : book.shotsOf(person.id())) {
            delete(shot);
        }
        book.erase(person.id());
        profiles.erase(person);
        counters.add(Counters.Count.ERASED, 1);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
