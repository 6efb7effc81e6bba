package io.facecore;

/** What finds the faces. Both are inside the library and need no file. */
public enum Detector {
    /** The cascade of three small networks that facenet is used with; its time grows with the faces of a photo. */
    MTCNN,
    /** One small network that sees the photo once: a photo of many faces takes no longer than one of few. */
    YUNET;

    /** In C and native code; 0 is the default. */
    int number() {
        return ordinal();
    }

    static Detector of(int number) {
        return values()[number];
    }
}
