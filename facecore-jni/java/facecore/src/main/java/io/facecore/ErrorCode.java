package io.facecore;

/** What can go wrong; the numbers are those of C's {@code facecore_status} and are never used for anything else. */
public enum ErrorCode {
    /** No failure; no exception has it. */
    OK(0, Kind.GENERAL),
    /** Native code was given no object. */
    NULL_ARGUMENT(100, Kind.GENERAL),
    /** Only in C. */
    STRUCT_SIZE(101, Kind.GENERAL),
    /** A number that its enumeration does not have. */
    UNKNOWN_VALUE(102, Kind.GENERAL),
    /** An option outside its range; the message names it. */
    OPTION(103, Kind.GENERAL),
    /** Text that is not Unicode, such as half of a surrogate pair. */
    TEXT(104, Kind.GENERAL),
    /** A range of bytes outside its buffer. */
    BUFFER_SIZE(105, Kind.GENERAL),
    /** The bytes are no photo that can be decoded. */
    DECODE(200, Kind.PHOTO),
    /** The bytes are in a format that is not read. */
    UNKNOWN_FORMAT(201, Kind.PHOTO),
    /** The input is larger than the {@link Limits} allow. */
    LIMIT(202, Kind.PHOTO),
    /** Width, height, stride and buffer of raw pixels do not fit together. */
    RAW_PIXELS(203, Kind.PHOTO),
    /** The photo is of a kind that is known but not read, such as a CCITT fax TIFF. */
    UNREAD_KIND(204, Kind.PHOTO),
    /** A part of the photo cannot be read. */
    DAMAGED(205, Kind.PHOTO),
    /** A model's file is missing, altered or cannot be loaded. */
    MODEL(300, Kind.MODEL),
    /** The engine was opened without a network for embeddings. */
    NO_EMBEDDER(301, Kind.MODEL),
    /** A face's box has no pixel inside the photo, or is no box. */
    EMPTY_CROP(400, Kind.GENERAL),
    /** A box without landmarks was given to a model that crops by landmarks. */
    NEEDS_LANDMARKS(403, Kind.GENERAL),
    /** Embeddings of two networks were compared. */
    SPACE_MISMATCH(401, Kind.GENERAL),
    /** Numbers or bytes that are no embedding. */
    EMBEDDING(402, Kind.GENERAL),
    /** An evaluation cannot be made from the data given. */
    EVALUATION(500, Kind.GENERAL),
    /** Numbers for matching are damaged, or none were fitted for the space. */
    CALIBRATION(501, Kind.GENERAL),
    /** A filter against non-faces is damaged, or cannot be built from what was given. */
    NON_FACE(502, Kind.GENERAL),
    /** An adaptation of embeddings is damaged, or cannot be learned from what was given. */
    ADAPTATION(503, Kind.GENERAL),
    /** Bytes that are no profile. */
    PROFILE(600, Kind.GENERAL),
    /** A store of profiles cannot be opened, read or written. */
    STORE(700, Kind.GENERAL),
    /** A store of profiles has reached the most bytes that it may take. */
    STORE_FULL(701, Kind.GENERAL),
    /** A store's file is not as it was written. */
    STORE_DAMAGED(702, Kind.GENERAL),
    /** An index cannot be opened, searched or written. */
    INDEX(710, Kind.GENERAL),
    /** A defect of facecore. */
    INTERNAL(900, Kind.INTERNAL),
    /** A defect of facecore that was caught as a panic. */
    PANIC(901, Kind.INTERNAL);

    /** Which class of exception has it. */
    enum Kind {
        GENERAL("FaceCoreException"),
        PHOTO("PhotoException"),
        MODEL("ModelException"),
        INTERNAL("InternalException");

        final String exception;

        Kind(String exception) {
            this.exception = exception;
        }
    }

    private final int number;
    private final Kind kind;

    ErrorCode(int number, Kind kind) {
        this.number = number;
        this.kind = kind;
    }

    /**
     * The number in C and in logs.
     *
     * @return 0 for {@link #OK}, else at least 100
     */
    public int number() {
        return number;
    }

    Kind kind() {
        return kind;
    }

    static ErrorCode of(int number) {
        for (ErrorCode code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return INTERNAL;
    }
}
