package tagging;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What happened since the start, for the page and for Prometheus. No names, no ids. */
final class Counters {
    /** Kinds of events, with what Prometheus is told of them. */
    enum Count {
        PHOTOS("Photos taken."), REFUSED("Uploads refused."), FACES("Faces found."), SUGGESTED("Names suggested, for photos as they arrived."),
        CONFIRMED("Suggestions confirmed."), REJECTED("Suggestions rejected."), NAMED("Faces named by hand."), ERASED("Accounts erased.");

        final String help;

        Count(String help) {
            this.help = help;
        }
    }

    private static final double[] LIMITS = {0.05, 0.1, 0.25, 0.5, 1, 2, 5};

    private final Map<Count, LongAdder> counts = new LinkedHashMap<>();
    private final long[] within = new long[LIMITS.length + 1];
    private double seconds;

    Counters() {
        for (Count count : Count.values()) {
            counts.put(count, new LongAdder());
        }
    }

    void add(Count count, int many) {
        counts.get(count).add(many);
    }

    /** How long an upload took, from its last byte to its suggestions. */
    synchronized void took(double spent) {
        int at = 0;
        while (at < LIMITS.length && spent > LIMITS[at]) {
            at++;
        }
        within[at]++;
        seconds += spent;
    }

    /** By name, for the page. */
    synchronized Map<String, Object> all() {
        Map<String, Object> all = new LinkedHashMap<>();
        counts.forEach((count, sum) -> all.put(count.name().toLowerCase(Locale.ROOT), sum.sum()));
        all.put("ms", photos() == 0 ? null : Math.round(1000 * seconds / photos()));
        return all;
    }

    private long photos() {
        long sum = 0;
        for (long some : within) {
            sum += some;
        }
        return sum;
    }

    /** As Prometheus reads it, text format 0.0.4. */
    synchronized String prometheus() {
        StringBuilder text = new StringBuilder();
        counts.forEach((count, sum) -> {
            String name = "tagging_" + count.name().toLowerCase(Locale.ROOT) + "_total";
            text.append("# HELP ").append(name).append(' ').append(count.help).append("\n# TYPE ").append(name).append(" counter\n");
            text.append(name).append(' ').append(sum.sum()).append('\n');
        });
        text.append("# HELP tagging_upload_seconds From an upload's last byte to its suggestions.\n# TYPE tagging_upload_seconds histogram\n");
        long sum = 0;
        for (int i = 0; i <= LIMITS.length; i++) {
            sum += within[i];
            String limit = i == LIMITS.length ? "+Inf" : Double.toString(LIMITS[i]);
            text.append("tagging_upload_seconds_bucket{le=\"").append(limit).append("\"} ").append(sum).append('\n');
        }
        text.append("tagging_upload_seconds_sum ").append(seconds).append("\ntagging_upload_seconds_count ").append(sum).append('\n');
        return text.toString();
    }
}
