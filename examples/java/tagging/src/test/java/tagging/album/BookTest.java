package tagging.album;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BookTest {
    @TempDir
    Path folder;

    @Test
    void whatWasWrittenIsThereAfterARestart() throws IOException {
        Book book = new Book(folder);
        Person ann = book.add("Ann \"<b>\"");
        Person ben = book.add("Ben");
        book.befriend(ann.id(), ben.id(), true);
        SeenFace face = new SeenFace(1, 2, 3, 4, SeenFace.Kind.CLEAR, null, "a star");
        Shot shot = new Shot(book.newId(), ann.id(), "x.jpg", "hash", 8, 9, List.of(face, face));
        book.add(shot, new byte[] {1, 2});
        book.change(shot.id(), now -> now.withPerson(0, ben.id()));
        book.change(shot.id(), now -> now.withPerson(1, ben.id()));
        Book again = new Book(folder);
        assertEquals(book.people(), again.people());
        Shot read = again.shot(shot.id()).orElseThrow();
        assertEquals(List.of(face, face.withPerson(ben.id())), read.faces(), "a person is one face of a photo");
        assertArrayEquals(new byte[] {1, 2}, again.jpeg(read));
        assertEquals(List.of(read), again.shotsWith(ben.id()));
    }

    @Test
    void anErasedAccountIsInNoFile() throws IOException {
        Book book = new Book(folder);
        Person ann = book.add("Ann");
        Person ben = book.add("Ben");
        book.befriend(ann.id(), ben.id(), true);
        SeenFace face = new SeenFace(1, 2, 3, 4, SeenFace.Kind.CLEAR, ben.id(), null);
        book.add(new Shot(book.newId(), ann.id(), "a.jpg", "h", 8, 9, List.of(face)), new byte[] {1});
        Shot bens = new Shot(book.newId(), ben.id(), "b.jpg", "h", 8, 9, List.of(face));
        book.add(bens, new byte[] {1});
        book.erase(ben.id());
        String text = Files.readString(folder.resolve("book.json"));
        assertFalse(text.contains(ben.id()) || text.contains("Ben") || text.contains(bens.id()), text);
        assertFalse(Files.exists(folder.resolve("photos").resolve(bens.id() + ".jpg")));
        assertEquals(1, book.shotsOf(ann.id()).size());
    }

    @Test
    void aBrokenFileIsToldOf() throws IOException {
        for (String broken : List.of("{", "[]", "{\"people\":null}", "")) {
            Files.writeString(folder.resolve("book.json"), broken);
            assertTrue(assertThrows(IOException.class, () -> new Book(folder)).getMessage().contains("book.json"), broken);
        }
    }
}
