package io.facecore;

import java.nio.file.Path;

/** Another JVM that uses a store: {@code StoreProbe FOLDER SPACE FIRST COUNT} writes so many users, one commit each, and reads each back. */
final class StoreProbe {
    private StoreProbe() {}

    static byte[] value(long user) {
        return Long.toString(user).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    public static void main(String[] arguments) {
        SpaceId space = SpaceId.parse(arguments[1]);
        long first = Long.parseLong(arguments[2]);
        try (ProfileStore store = ProfileStore.open(Path.of(arguments[0]), space, StoreOptions.defaults().withDurability(Durability.PROCESS))) {
            for (long user = first; user < first + Long.parseLong(arguments[3]); user++) {
                store.write(new StoreBatch().put(user, space, value(user)));
                if (!java.util.Arrays.equals(value(user), store.get(user).orElseThrow())) {
                    throw new AssertionError("user " + user);
                }
            }
        }
        System.out.println("done");
    }
}
