package tagging.album;

import java.util.ArrayList;
import java.util.List;

/**
 * A photo of an account.
 *
 * @param id 16 hex digits
 * @param account whose it is
 * @param file the name that it was uploaded under, any text: it is shown, never opened
 * @param hash SHA-256 of the upload, so that the same file is the same photo
 * @param width in pixels, as kept
 * @param height in pixels, as kept
 * @param faces in the detector's order
 */
public record Shot(String id, String account, String file, String hash, int width, int height, List<SeenFace> faces) {
    /** With another person for a face; a person is one face of a photo at most. */
    public Shot withPerson(int face, String person) {
        List<SeenFace> changed = new ArrayList<>();
        for (SeenFace seen : faces) {
            changed.add(person != null && person.equals(seen.person()) ? seen.withPerson(null) : seen);
        }
        changed.set(face, changed.get(face).withPerson(person));
        return new Shot(id, account, file, hash, width, height, List.copyOf(changed));
    }

    /** The id as the store wants it. */
    public long photo() {
        return Long.parseUnsignedLong(id, 16);
    }
}
