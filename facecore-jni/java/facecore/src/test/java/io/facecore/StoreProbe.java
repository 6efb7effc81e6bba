package io.facecore;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Another JVM that uses a store, for {@link StoreProcessesTest}; facecore-jni/examples/store_peer.rs is the same in Rust.
 *
 * <p>{@code StoreProbe FOLDER SPACE write FIRST COUNT} writes users, one commit each, and says the id of each that was written. {@code StoreProbe FOLDER
 * SPACE follow} is told ids that another process has written, and reads them: each must be there, and the first eight users are always of one commit.
 */
final class StoreProbe {
    /** Users that each batch of the writer writes anew. */
    static final long[] SHARED = LongStream.range(0, 8).toArray();

    private StoreProbe() {}

    static byte[] value(long user) {
        return Long.toString(user).getBytes(StandardCharsets.US_ASCII);
    }

    public static void main(String[] arguments) throws IOException {
        SpaceId space = SpaceId.parse(arguments[1]);
        try (ProfileStore store = ProfileStore.open(Path.of(arguments[0]), space, StoreOptions.defaults().withDurability(Durability.PROCESS))) {
            if (arguments[2].equals("write")) {
                long first = Long.parseLong(arguments[3]);
                write(store, first, first + Long.parseLong(arguments[4]));
            } else {
                follow(store);
            }
        }
    }

    private static void write(ProfileStore store, long first, long end) {
        for (long user = first; user < end; user++) {
            store.write(new StoreBatch().put(user, store.space(), value(user)));
            check(Arrays.equals(value(user), store.get(user).orElse(null)), "user " + user + " is not as it was written");
            System.out.println(user);
        }
    }

    private static void follow(ProfileStore store) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        int followed = 0;
        for (String line; (line = lines.readLine()) != null; followed++) {
            long user = Long.parseLong(line);
            check(Arrays.equals(value(user), store.get(user).orElse(null)), "user " + user + " was written and is not there");
            List<Optional<byte[]>> shared = store.getMany(SHARED);
            String round = new String(shared.get(0).orElseThrow(), StandardCharsets.US_ASCII);
            boolean whole = shared.stream().allMatch(value -> Arrays.equals(value.orElse(null), shared.get(0).get()));
            check(whole && Long.parseLong(round) >= user, "after user " + user + ": a torn or old batch, of " + round);
        }
        System.out.println("followed " + followed);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
