package io.facecore;

/** A native method that panics; only the tests' library has it. */
final class PanicProbe {
    static {
        NativeLibrary.load();
    }

    private PanicProbe() {}

    static void panic() {
        panic0();
    }

    private static native void panic0();
}
