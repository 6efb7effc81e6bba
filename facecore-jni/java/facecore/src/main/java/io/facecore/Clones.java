package io.facecore;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Pairs of accounts that show one person: searched for among all pairs of an index of {@link FaceIndex#addProfiles single owners}, part by part.
 *
 * <pre>{@code
 * index.addProfiles(store, true);
 * float least = Clones.level(index, 10, 0); // ten false reports for each million accounts
 * Optional<Clones> found;
 * while ((found = Clones.search(index, least, Path.of("clones.progress"), 16)).isEmpty()) {}
 * found.get().report(store).forEach(System.out::println);
 * }</pre>
 */
public final class Clones {
    static {
        NativeLibrary.load();
    }

    private static final int PAIR = 20;

    /** Their number, and each pair as native code writes and reads it. */
    private final byte[] pairs;

    Clones(byte[] pairs) {
        this.pairs = pairs;
    }

    /**
     * The cosine above which about so many pairs of two people are expected, as far as the accounts themselves tell.
     *
     * @param index of single owners, at least 100
     * @param perMillion false reports for each million accounts, above 0
     * @param seed draws the accounts whose neighbours are looked at
     * @return the cosine
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for too few accounts or another number of reports
     */
    public static float level(FaceIndex index, double perMillion, long seed) {
        return index.handle().use(faces -> level0(faces, perMillion, seed));
    }

    /**
     * Searches some more parts, one for each 4,096 accounts. A program that was killed goes on where it was, and ends with the same pairs, if the
     * index did not change.
     *
     * @param index of single owners
     * @param least the cosine from which a pair counts, above 0 and at most 1: {@link #level}
     * @param progress the file that says how far it is; removed at the end
     * @param parts the most parts to search now, at least 1
     * @return all pairs when no part is left; nothing before
     * @throws IllegalArgumentException for no part
     * @throws FaceCoreException with {@link ErrorCode#OPTION} for another cosine, {@link ErrorCode#STORE} if the file cannot be used, {@link
     *         ErrorCode#INDEX} if a face of a pair does not fit its checksum
     */
    public static Optional<Clones> search(FaceIndex index, float least, Path progress, int parts) {
        if (parts < 1) {
            throw new IllegalArgumentException(parts + " parts");
        }
        byte[] question = new Wire.Writer().float32(least).text(progress.toString()).record();
        Wire.Reader answer = new Wire.Reader(index.handle().use(faces -> search0(faces, question, parts)));
        return answer.int32() == 0 ? Optional.empty() : Optional.of(new Clones(answer.rest()));
    }

    /**
     * How many pairs were found.
     *
     * @return at least 0
     */
    public int pairs() {
        return (pairs.length - 4) / PAIR;
    }

    /**
     * Writes the pairs down as events of a store. A pair that was reported before stays as it is, whatever became of it; so does one that is
     * {@link CloneState#KNOWN}, and nobody who has opted out is in a report.
     *
     * @param store keeps them
     * @return those that are news, the most alike first, unmodifiable
     * @throws FaceCoreException as {@link ProfileStore#write}
     */
    public List<CloneEvent> report(ProfileStore store) {
        return CloneEvent.readAll(new Wire.Reader(store.handle().use(kept -> report0(kept, pairs))));
    }

    @Override
    public String toString() {
        return "Clones[" + pairs() + " pairs]";
    }

    private static native float level0(long index, double perMillion, long seed);

    private static native byte[] search0(long index, byte[] record, int parts);

    private static native byte[] report0(long store, byte[] pairs);
}
