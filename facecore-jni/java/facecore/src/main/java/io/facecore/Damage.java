package io.facecore;

/**
 * What to do with a JPEG of which a part cannot be read: one that was cut, or has broken data in it. Other formats are always refused then.
 *
 * <pre>{@code
 * Limits forSearch = Limits.DEFAULT.withDamage(Damage.KEEP);
 * }</pre>
 */
public enum Damage {
    /** A {@link PhotoException} with {@link ErrorCode#DAMAGED}: right where a person is enrolled, since a face may be half a face. */
    REFUSE,
    /**
     * What is whole is kept, the rest is grey, and {@link Photo#isDamaged()} says so: right for search. Reading goes on at the next restart
     * marker; without those, all behind the damage is lost.
     */
    KEEP
}
