package io.facecore;

/** Which of the first network's cells that see the same face goes on. */
public enum ProposalFilter {
    /** Blobs of the score map, a box for each peak: what NMS keeps, several times faster. */
    BLOBS,
    /** Non-maximum suppression, as facenet's reference has it. */
    NMS;

    /** In C and native code; 0 is the default. */
    int number() {
        return ordinal();
    }
}
