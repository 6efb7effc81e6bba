package io.facecore;

/** How MTCNN chooses among the cells of its first network that see the same face. */
public enum ProposalFilter {
    /** Blobs of the score map, a box for each peak: keeps what NMS keeps, several times faster. */
    BLOBS,
    /** Non-maximum suppression, as facenet's reference has it. */
    NMS;

    /** In C and native code; 0 is the default. */
    int number() {
        return ordinal();
    }
}
