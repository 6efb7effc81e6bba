package tagging.album;

import java.util.List;

/**
 * An account.
 *
 * @param id 16 hex digits
 * @param name as people see it, any text
 * @param friends ids of other accounts; friendship goes both ways
 */
public record Person(String id, String name, List<String> friends) {
    Person withFriends(List<String> changed) {
        return new Person(id, name, List.copyOf(changed));
    }

    /** The id as the store wants it. */
    public long user() {
        return Long.parseUnsignedLong(id, 16);
    }
}
