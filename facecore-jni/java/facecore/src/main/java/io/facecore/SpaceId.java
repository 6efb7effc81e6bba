package io.facecore;

/** Names the space of an {@link Embedding}: a hash of the network's weights and of its preprocessing. Shown as 16 hex digits. */
public final class SpaceId {
    private final long value;

    /**
     * A space by its number.
     *
     * @param value the 64 bits, the first byte the highest
     */
    public SpaceId(long value) {
        this.value = value;
    }

    /**
     * A space by its digits.
     *
     * @param text 16 hex digits
     * @return the space
     * @throws IllegalArgumentException if it is anything else
     */
    public static SpaceId parse(String text) {
        if (!text.matches("[0-9a-fA-F]{16}")) {
            throw new IllegalArgumentException("a space id is 16 hex digits, not " + text);
        }
        return new SpaceId(Long.parseUnsignedLong(text, 16));
    }

    /**
     * The number.
     *
     * @return the 64 bits
     */
    public long value() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SpaceId && value == ((SpaceId) other).value;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(value);
    }

    @Override
    public String toString() {
        return String.format("%016x", value);
    }
}
