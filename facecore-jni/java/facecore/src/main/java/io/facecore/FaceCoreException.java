package io.facecore;

/**
 * A call that failed; everything stays usable. {@link #code} tells programs what happened, the message people.
 *
 * <p>Unchecked, because most callers can do nothing but let it pass; who takes photos from strangers catches {@link PhotoException}.
 */
public class FaceCoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What happened. */
    private final ErrorCode code;

    /** Called by native code. */
    FaceCoreException(int number, String message) {
        super(message);
        code = ErrorCode.of(number);
    }

    /**
     * What happened.
     *
     * @return the code, the same as C's {@code facecore_status}
     */
    public final ErrorCode code() {
        return code;
    }

    /**
     * A failure with its code, for whoever implements {@link ProfileRepository}.
     *
     * @param code what happened
     * @param message for people: what was wrong with what, and what to do
     * @return of the class that the code belongs to
     */
    public static FaceCoreException of(ErrorCode code, String message) {
        return of(code.number(), message);
    }

    /** A failure by the number of its code, such as an answer has it for one of many faces. */
    static FaceCoreException of(int number, String message) {
        switch (ErrorCode.of(number).kind()) {
            case PHOTO:
                return new PhotoException(number, message);
            case MODEL:
                return new ModelException(number, message);
            case INTERNAL:
                return new InternalException(number, message);
            default:
                return new FaceCoreException(number, message);
        }
    }
}
