package io.facecore;

/** Which instructions run the networks. */
public enum Compute {
    /** What is best here: now the same as {@link #F32}. */
    AUTO,
    /** 32-bit floats: AVX-512, else AVX2; NEON on 64-bit ARM; else portable. */
    F32,
    /**
     * Products of bf16 numbers: about two thirds of the time (not timed on ARM), numbers differ slightly; fails where the processor has
     * neither AVX-512 BF16 nor ARM's BF16.
     */
    BF16,
    /** No special instructions: slow, the same everywhere. */
    PORTABLE;

    /** In C and native code; 0 is the default. */
    int number() {
        return ordinal();
    }
}
