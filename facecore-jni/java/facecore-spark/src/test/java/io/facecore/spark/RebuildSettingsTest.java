package io.facecore.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RebuildSettingsTest {
    private static String refused(String line) {
        return assertThrows(IllegalArgumentException.class, () -> new RebuildSettings(line.split(" "))).getMessage();
    }

    @Test
    void aLineIsReadInAnyOrder() {
        RebuildSettings settings = new RebuildSettings("list.jsonl --keyspace k --parts 7 --models m --resume --photos p --may-fail 0.5".split(" "));
        assertEquals("list.jsonl p m k 7 0.5 4", String.join(" ", settings.accounts, settings.photos, settings.models, settings.keyspace,
                Integer.toString(settings.parts), Double.toString(settings.mayFail), Integer.toString(settings.passes)));
        assertTrue(settings.resume && !settings.anew && !settings.twoReplicas);
    }

    @Test
    void whatIsWrongIsNamed() {
        String good = "list.jsonl --keyspace k --models m --photos p";
        assertEquals("the first argument is the list of accounts", refused("--keyspace k"));
        assertEquals("--photos is missing", refused("list.jsonl --keyspace k --models m"));
        assertEquals("--part is not known", refused(good + " --part 7"));
        assertTrue(refused(good + " --parts 0").startsWith("--parts 0: not a number from 1"));
        assertTrue(refused(good + " --enough x").startsWith("--enough x: not a number"));
        assertEquals("--cache needs a value", refused(good + " --cache"));
        assertTrue(refused(good + " --resume --anew").startsWith("--resume and --anew"));
        assertTrue(refused(good + " --cassandra no-such-file").startsWith("--cassandra no-such-file: cannot be read"));
    }
}
