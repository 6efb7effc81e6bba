package io.facecore;

/** The installation is at fault: a model is missing, altered, or is not what the call needs. */
public final class ModelException extends FaceCoreException {
    private static final long serialVersionUID = 1L;

    /** Called by native code. */
    ModelException(int number, String message) {
        super(number, message);
    }
}
