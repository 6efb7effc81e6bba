package io.facecore;

/**
 * Work that gives way: a rebuild on the machine of a service, which must not wait for it.
 *
 * <pre>{@code
 * executor.execute(() -> {
 *     ThreadPriority.setIdle();
 *     rebuild();
 * });
 * }</pre>
 */
public final class ThreadPriority {
    static {
        NativeLibrary.load();
    }

    private ThreadPriority() {}

    /**
     * From now on the calling thread, and threads that it starts, run only while a processor has nothing else to do (Linux's {@code SCHED_IDLE}).
     * There is no way back without the machine's permission, so call it on a thread that does nothing else.
     *
     * @return false where the system has no such priority, or forbids it: the thread goes on as before
     */
    public static boolean setIdle() {
        return setIdle0();
    }

    private static native boolean setIdle0();
}
