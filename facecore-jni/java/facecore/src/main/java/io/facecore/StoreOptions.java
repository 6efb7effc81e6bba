package io.facecore;

import java.util.Objects;

/**
 * How a {@link ProfileStore} is opened. Immutable: each {@code with…} makes a changed copy. Every process may use other options, but
 * {@link #maxBytes()} should be the same in all.
 */
public final class StoreOptions {
    private static final StoreOptions DEFAULTS = new StoreOptions(1L << 40, 1_024, Durability.POWER);

    private final long maxBytes;
    private final int maxReaders;
    private final Durability durability;

    private StoreOptions(long maxBytes, int maxReaders, Durability durability) {
        if (maxBytes < 1 || maxReaders < 1) {
            throw new IllegalArgumentException("a store needs at least a byte and a reader");
        }
        this.maxBytes = maxBytes;
        this.maxReaders = maxReaders;
        this.durability = Objects.requireNonNull(durability, "durability");
    }

    /**
     * At most 1 TiB, 1,024 reads at the same time, {@link Durability#POWER}.
     *
     * @return the defaults
     */
    public static StoreOptions defaults() {
        return DEFAULTS;
    }

    /**
     * With another limit on disk. So much address space is reserved, but neither memory nor disk, so be generous.
     *
     * @param bytes at least 1; rounded up to whole pages
     * @return a changed copy
     * @throws IllegalArgumentException if less than 1
     */
    public StoreOptions withMaxBytes(long bytes) {
        return new StoreOptions(bytes, maxReaders, durability);
    }

    /**
     * With another number of reads at the same time, in all processes together. The first process to open the store decides.
     *
     * @param readers at least 1
     * @return a changed copy
     * @throws IllegalArgumentException if less than 1
     */
    public StoreOptions withMaxReaders(int readers) {
        return new StoreOptions(maxBytes, readers, durability);
    }

    /**
     * With another promise.
     *
     * @param durability what an acknowledged commit survives
     * @return a changed copy
     */
    public StoreOptions withDurability(Durability durability) {
        return new StoreOptions(maxBytes, maxReaders, durability);
    }

    /**
     * The most bytes the store may take on disk.
     *
     * @return at least 1
     */
    public long maxBytes() {
        return maxBytes;
    }

    /**
     * The most reads at the same time.
     *
     * @return at least 1
     */
    public int maxReaders() {
        return maxReaders;
    }

    /**
     * What an acknowledged commit survives.
     *
     * @return never null
     */
    public Durability durability() {
        return durability;
    }

    Wire.Writer write(Wire.Writer record) {
        return record.int64(maxBytes).int32(maxReaders).int32(durability.ordinal());
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof StoreOptions)) {
            return false;
        }
        StoreOptions other = (StoreOptions) object;
        return maxBytes == other.maxBytes && maxReaders == other.maxReaders && durability == other.durability;
    }

    @Override
    public int hashCode() {
        return Objects.hash(maxBytes, maxReaders, durability);
    }

    @Override
    public String toString() {
        return "StoreOptions[maxBytes=" + maxBytes + ", maxReaders=" + maxReaders + ", durability=" + durability + "]";
    }
}
