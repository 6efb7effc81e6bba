package io.facecore;

/** The photo is at fault: broken, of an unknown format, larger than the limits. A service answers with "bad request". */
public final class PhotoException extends FaceCoreException {
    private static final long serialVersionUID = 1L;

    /** Called by native code. */
    PhotoException(int number, String message) {
        super(number, message);
    }
}
