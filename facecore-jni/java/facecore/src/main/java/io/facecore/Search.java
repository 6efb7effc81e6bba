package io.facecore;

import java.util.Optional;

/**
 * What is searched for in a {@link FaceIndex} beside the face itself. Immutable: each {@code with…} makes a changed copy.
 *
 * <pre>{@code
 * Search search = Search.defaults().withNeighbours(10).withLeast(0.5f).withExcept(user);
 * }</pre>
 */
public final class Search {
    private static final Search DEFAULTS = new Search(1, -1, 300, null, new long[0]);

    private final int neighbours;
    private final float least;
    /** 0 for an exact search. */
    private final int shortlist;
    private final long[] only;
    private final long[] except;

    private Search(int neighbours, float least, int shortlist, long[] only, long[] except) {
        if (neighbours < 0) {
            throw new IllegalArgumentException(neighbours + " neighbours");
        }
        this.neighbours = neighbours;
        this.least = least;
        this.shortlist = shortlist;
        this.only = only;
        this.except = except;
    }

    /**
     * The nearest face, whatever its cosine, by signs with a shortlist of 300.
     *
     * @return the defaults
     */
    public static Search defaults() {
        return DEFAULTS;
    }

    /**
     * With more faces in an answer.
     *
     * @param count the most faces, at least 0
     * @return a changed copy
     * @throws IllegalArgumentException if negative
     */
    public Search withNeighbours(int count) {
        return new Search(count, least, shortlist, only, except);
    }

    /**
     * Without faces that are not near enough.
     *
     * @param cosine faces with a smaller one are left out; −1: none is
     * @return a changed copy
     */
    public Search withLeast(float cosine) {
        return new Search(neighbours, cosine, shortlist, only, except);
    }

    /**
     * Every face is compared: the answer is exact.
     *
     * @return a changed copy
     */
    public Search withExact() {
        return new Search(neighbours, least, 0, only, except);
    }

    /**
     * All faces are compared by the signs of their values first, then so many of the most alike by the values themselves. {@code docs/search.md} says
     * how often the answer is the exact one.
     *
     * @param count so many, at least 1
     * @return a changed copy
     * @throws IllegalArgumentException if less than 1
     */
    public Search withShortlist(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a shortlist of " + count);
        }
        return new Search(neighbours, least, count, only, except);
    }

    /**
     * Only faces of some ids.
     *
     * @param ids the ids; without any, nothing is found
     * @return a changed copy
     */
    public Search withOnly(long... ids) {
        return new Search(neighbours, least, shortlist, ids.clone(), except);
    }

    /**
     * No faces of some ids, such as one's own; these replace ids named before.
     *
     * @param ids the ids
     * @return a changed copy
     */
    public Search withExcept(long... ids) {
        return new Search(neighbours, least, shortlist, only, ids.clone());
    }

    Wire.Writer write(Wire.Writer record) {
        record.int32(neighbours).float32(least).int32(shortlist).int32(only == null ? 0 : 1);
        if (only != null) {
            record.int64s(only);
        }
        return record.int64s(except);
    }

    @Override
    public String toString() {
        return "Search[neighbours=" + neighbours + ", least=" + least + (shortlist == 0 ? ", exact" : ", shortlist=" + shortlist)
                + Optional.ofNullable(only).map(ids -> ", only " + ids.length + " ids").orElse("") + ", except " + except.length + " ids]";
    }
}
