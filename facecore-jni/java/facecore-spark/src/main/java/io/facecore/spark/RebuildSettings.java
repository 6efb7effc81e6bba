package io.facecore.spark;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the job was asked to do, as it travels to the executors. */
final class RebuildSettings implements Serializable {
    private static final long serialVersionUID = 1;

    static final String USAGE = """
            RebuildJob ACCOUNTS --photos ROOT --models FOLDER --keyspace NAME [option...]
              ACCOUNTS                   the list: JSON lines (.json, .jsonl) or Parquet, any path that Spark reads
              --photos ROOT              what the photos' files are relative to, any file system that Hadoop reads
              --models FOLDER            the networks, a folder on every machine
              --model ID                 the network that makes embeddings [the folder's default]
              --keyspace NAME            with the tables of CassandraProfileStore.migrate
              --cassandra FILE           the driver's settings (application.conf) [the driver's defaults]
              --two-replicas             the consistency for two replicas [that for three]
              --cache FOLDER             where each executor keeps profiles that it has read [nowhere]
              --passes N                 the most passes [4]
              --enough SHARE             no further pass once a smaller share of accounts changed [0.01]
              --may-fail SHARE           if a larger share of photos or accounts fails, the pass is not taken over [0.05]
              --parts N                  parts of the list; a part that is done is not done again [200]
              --max-photos-per-second N  read by each executor [as many as can be]
              --normal-priority          do not give way to others: for machines that have nothing else to do
              --resume                   go on where a rebuild of the same list ended too early
              --anew                     give such a rebuild up, and begin again""";

    final String accounts;
    final String photos;
    final String models;
    final String model;
    final String keyspace;
    /** The text of the driver's settings; empty for its defaults. */
    final String cassandra;
    final boolean twoReplicas;
    final String cache;
    final int passes;
    final double enough;
    final double mayFail;
    final int parts;
    final double photosPerSecond;
    final boolean normalPriority;
    final boolean resume;
    final boolean anew;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException for one that cannot be obeyed, in words for whoever typed it
     */
    RebuildSettings(String... line) {
        Words words = new Words(line);
        accounts = words.first();
        photos = words.needed("--photos");
        models = words.needed("--models");
        model = words.of("--model", "");
        keyspace = words.needed("--keyspace");
        cassandra = text(words.of("--cassandra", ""));
        twoReplicas = words.has("--two-replicas");
        cache = words.of("--cache", "");
        passes = (int) words.number("--passes", 4, 1, 1_000);
        enough = words.number("--enough", 0.01, 0, 1);
        mayFail = words.number("--may-fail", 0.05, 0, 1);
        parts = (int) words.number("--parts", 200, 1, 1_000_000);
        photosPerSecond = words.number("--max-photos-per-second", 0, 0, 1e9);
        normalPriority = words.has("--normal-priority");
        resume = words.has("--resume");
        anew = words.has("--anew");
        if (resume && anew) {
            throw new IllegalArgumentException("--resume and --anew: one of them");
        }
        words.end();
    }

    private static String text(String file) {
        try {
            return file.isEmpty() ? "" : Files.readString(Path.of(file));
        } catch (IOException error) {
            throw new IllegalArgumentException("--cassandra " + file + ": cannot be read (" + error + ")", error);
        }
    }

    private static final class Words {
        private final List<String> words;

        Words(String... line) {
            words = new ArrayList<>(List.of(line));
        }

        String first() {
            if (words.isEmpty() || words.get(0).startsWith("--")) {
                throw new IllegalArgumentException("the first argument is the list of accounts");
            }
            return words.remove(0);
        }

        boolean has(String option) {
            return words.remove(option);
        }

        String of(String option, String otherwise) {
            int at = words.indexOf(option);
            if (at < 0) {
                return otherwise;
            }
            if (at + 1 == words.size()) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            words.remove(at);
            return words.remove(at);
        }

        String needed(String option) {
            String value = of(option, "");
            if (value.isEmpty()) {
                throw new IllegalArgumentException(option + " is missing");
            }
            return value;
        }

        double number(String option, double otherwise, double least, double most) {
            String text = of(option, Double.toString(otherwise));
            try {
                double value = Double.parseDouble(text);
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException error) {
                // The message below says it better.
            }
            throw new IllegalArgumentException(option + " " + text + ": not a number from " + least + " to " + most);
        }

        void end() {
            if (!words.isEmpty()) {
                throw new IllegalArgumentException(words.get(0) + " is not known");
            }
        }
    }
}
