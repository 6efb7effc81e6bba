package io.facecore;

/** What a commit that was acknowledged survives. */
public enum Durability {
    /** Everything: each commit is on the disk, with its root, before the call returns. */
    POWER,
    /**
     * The end of the process, by any signal. If the machine fails the last commit may be lost, as if it had not been made; the store is never
     * damaged. Saves one of two waits for the disk.
     */
    PROCESS
}
