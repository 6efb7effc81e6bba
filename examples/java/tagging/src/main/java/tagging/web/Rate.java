package tagging.web;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** How often each client may do a thing: a bucket of so many, which fills up again over a minute. */
public final class Rate {
    private static final int MOST_CLIENTS = 10_000;
    private static final double NANOS_A_MINUTE = 60e9;

    private final int aMinute;
    private final LongSupplier nanos;
    private final Map<String, Bucket> clients = new LinkedHashMap<>(16, 0.75f, true);

    private static final class Bucket {
        double left;
        long at;
    }

    /**
     * @param aMinute how many at once, and how many in each minute from then on
     * @param nanos the time, {@code System::nanoTime}
     */
    public Rate(int aMinute, LongSupplier nanos) {
        this.aMinute = aMinute;
        this.nanos = nanos;
    }

    /**
     * Takes one.
     *
     * @param client whose
     * @param sentence for a client that comes too often
     * @throws Failure with 429 if the bucket is empty
     */
    public synchronized void take(String client, String sentence) {
        long now = nanos.getAsLong();
        Bucket bucket = clients.get(client);
        if (bucket == null) {
            bucket = new Bucket();
            bucket.left = aMinute;
            bucket.at = now;
            clients.put(client, bucket);
            forgetOne();
        }
        bucket.left = Math.min(aMinute, bucket.left + (now - bucket.at) / NANOS_A_MINUTE * aMinute);
        bucket.at = now;
        if (bucket.left < 1) {
            throw new Failure(429, sentence);
        }
        bucket.left -= 1;
    }

    private void forgetOne() {
        if (clients.size() > MOST_CLIENTS) {
            Iterator<String> oldest = clients.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }
}
