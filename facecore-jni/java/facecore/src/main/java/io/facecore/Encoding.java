package io.facecore;

/** How an {@link Embedding} is written as bytes. */
public enum Encoding {
    /** Exact; 16 + 4 n bytes. */
    F32(1),
    /** Moves a cosine by less than 0.0002; 16 + 2 n bytes. */
    F16(2),
    /** Moves a cosine by less than 0.005; 20 + n bytes. */
    I8(3);

    final int number;

    Encoding(int number) {
        this.number = number;
    }
}
