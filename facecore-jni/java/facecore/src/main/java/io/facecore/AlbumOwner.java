package io.facecore;

import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;

/** What is known of an album's owner beside the photos. */
public final class AlbumOwner {
    static {
        NativeLibrary.load();
    }

    /** Nothing is known. */
    public static final AlbumOwner UNKNOWN = new AlbumOwner(Float.NaN, Float.NaN, List.of());

    private final float age;
    private final float female;
    private final List<Profile> friends;

    /**
     * What is known.
     *
     * @param age years; NaN if unknown
     * @param female probability of being a woman, 0 to 1; NaN if unknown
     * @param friends profiles of friends, who are not the owner
     */
    public AlbumOwner(float age, float female, List<Profile> friends) {
        this.age = age;
        this.female = female;
        this.friends = List.copyOf(Objects.requireNonNull(friends, "friends"));
    }

    /**
     * What somebody's full name, in Latin or Cyrillic letters, says of their sex.
     *
     * @param name first and last name in one text; its last word is taken for the last name, unless it is the only one
     * @return the probability of a woman; nothing if the name does not tell
     */
    public static OptionalDouble femaleByName(String name) {
        return Wire.present(femaleByName0(new Wire.Writer().text(name).record()));
    }

    Wire.Writer write(Wire.Writer record) {
        record.float32(age).float32(female).int32(friends.size());
        friends.forEach(friend -> record.bytes(friend.bytesInside()));
        return record;
    }

    private static native float femaleByName0(byte[] record);
}
