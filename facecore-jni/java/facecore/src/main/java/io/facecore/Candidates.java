package io.facecore;

import java.util.Collection;

/**
 * People to compare with, in native memory: worth it where the same people are asked about more than once, such as a user's friends for the
 * photos of one evening. Immutable and safe from all threads; close it.
 */
public final class Candidates implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;
    private final int size;

    private Candidates(long pointer, int size) {
        handle = new Handle("candidates", pointer, Candidates::free0);
        this.size = size;
    }

    /**
     * Copies people to native memory.
     *
     * @param candidates whom a face may be
     * @return the same people
     */
    public static Candidates of(Collection<Candidate> candidates) {
        Wire.Writer record = new Wire.Writer().int32(candidates.size());
        for (Candidate candidate : candidates) {
            record.text(candidate.person()).int32(candidate.embeddings().size());
            candidate.embeddings().forEach(embedding -> embedding.write(record));
        }
        return new Candidates(of0(record.record()), candidates.size());
    }

    /**
     * How many candidates there are.
     *
     * @return at least 0
     */
    public int size() {
        return size;
    }

    Handle handle() {
        return handle;
    }

    /** Frees them, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    @Override
    public String toString() {
        return "Candidates[" + size + "]";
    }

    private static native long of0(byte[] record);

    private static native void free0(long candidates);
}
