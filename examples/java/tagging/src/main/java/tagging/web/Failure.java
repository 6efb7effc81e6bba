package tagging.web;

/** A request that is not done, with a sentence for the person who sent it: what was wrong and what to do. */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int status;

    /**
     * @param status of HTTP, 400 to 599
     * @param sentence for a person to read
     */
    public Failure(int status, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
    }

    /** Something that is not there, or not this account's: both look alike from outside. */
    public static Failure notFound() {
        return new Failure(404, "There is nothing here. It may have been deleted: go back to your photos.");
    }

    public int status() {
        return status;
    }
}
