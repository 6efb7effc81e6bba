package io.facecore;

import java.util.Optional;

/** The library as a whole: its version, whether it runs here, and how many native objects are still open. Safe from all threads. */
public final class FaceCore {
    /** The version of this jar; the native library must have the same. */
    public static final String VERSION = "0.1.0";

    private FaceCore() {}

    /**
     * Whether the native library can be loaded here.
     *
     * @return false where this platform's library is missing or is another version; {@link #unsupportedReason()} says why
     */
    public static boolean isSupported() {
        return unsupportedReason().isEmpty();
    }

    /**
     * Why the native library cannot be loaded here.
     *
     * @return what was tried and what went wrong, or nothing if it works
     */
    public static Optional<String> unsupportedReason() {
        try {
            NativeLibrary.load();
            return Optional.empty();
        } catch (UnsatisfiedLinkError error) {
            return Optional.of(String.valueOf(error.getMessage()));
        }
    }

    /**
     * The version of the native library.
     *
     * @return such as {@code "0.1.0"}, always {@link #VERSION}
     * @throws UnsatisfiedLinkError if it cannot be loaded
     */
    public static String nativeVersion() {
        NativeLibrary.load();
        return new Wire.Reader(nativeVersion0()).text();
    }

    /**
     * Engines, photos and galleries that are neither closed nor collected, in the whole JVM: 0 when everything was closed.
     *
     * @return the number of native objects
     * @throws UnsatisfiedLinkError if the native library cannot be loaded
     */
    public static long liveHandles() {
        NativeLibrary.load();
        return liveHandles0();
    }

    /** For {@link NativeLibrary}, which first loads the library and then compares its version. */
    static String loadedVersion() {
        return new Wire.Reader(nativeVersion0()).text();
    }

    /** The native table of statuses, for the test that compares {@link ErrorCode} with it. */
    static byte[] statuses() {
        NativeLibrary.load();
        return statuses0();
    }

    private static native byte[] nativeVersion0();

    private static native long liveHandles0();

    private static native byte[] statuses0();
}
