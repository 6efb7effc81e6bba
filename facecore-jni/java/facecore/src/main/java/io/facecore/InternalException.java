package io.facecore;

/** facecore is at fault: a defect, perhaps a panic that was caught. Everything stays usable; please report it. */
public final class InternalException extends FaceCoreException {
    private static final long serialVersionUID = 1L;

    /** Called by native code. */
    InternalException(int number, String message) {
        super(number, message);
    }
}
