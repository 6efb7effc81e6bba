package io.facecore;

import java.util.List;

/**
 * Strangers to compare with: faces of people who are nobody's candidate. How near the nearest of them are tells how crowded it is around a face.
 * Safe from all threads; close it.
 */
public final class Cohort implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;

    private Cohort(long pointer) {
        handle = new Handle("cohort", pointer, Cohort::free0);
    }

    /**
     * A cohort. It should have a few hundred people or more, each with one photo.
     *
     * @param members at least one, all of one space
     * @return the cohort
     * @throws FaceCoreException with {@link ErrorCode#OPTION} without members, {@link ErrorCode#SPACE_MISMATCH} for two spaces
     */
    public static Cohort of(List<Embedding> members) {
        Wire.Writer record = new Wire.Writer().int32(members.size());
        members.forEach(member -> member.write(record));
        return new Cohort(of0(record.record()));
    }

    /**
     * The mean cosine of the nearest members, about one in 128.
     *
     * @param face of the members' space
     * @return −1 to 1
     * @throws FaceCoreException with {@link ErrorCode#SPACE_MISMATCH} for another space
     * @throws IllegalStateException if the cohort is closed
     */
    public float crowding(Embedding face) {
        byte[] question = face.write(new Wire.Writer()).record();
        return handle.use(cohort -> crowding0(cohort, question));
    }

    /** Frees it, after the calls that are under way; more than once is fine. */
    @Override
    public void close() {
        handle.close();
    }

    private static native long of0(byte[] record);

    private static native float crowding0(long cohort, byte[] record);

    private static native void free0(long cohort);
}
