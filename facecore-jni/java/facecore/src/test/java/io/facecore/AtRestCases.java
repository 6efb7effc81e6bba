package io.facecore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The shared cases of what is kept: stores, opinions, merged profiles; facecore/tests/cases/at_rest.rs says how they are read. */
final class AtRestCases {
    private AtRestCases() {}

    /** An empty folder for a case, gone after it. */
    static void inFolder(java.util.function.Consumer<Path> use) {
        try {
            Path folder = Files.createTempDirectory("facecore-cases");
            try {
                use.accept(folder);
            } finally {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
                        Files.delete(file);
                    }
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static void eachStep(JsonObject test, StringBuilder answers, Function<JsonObject, String> take) {
        for (JsonElement element : test.getAsJsonArray("steps")) {
            JsonObject step = element.getAsJsonObject();
            String line;
            try {
                line = take.apply(step).trim();
            } catch (FaceCoreException failure) {
                line = "error " + failure.code().name().toLowerCase(Locale.ROOT).replace('_', '-');
            }
            answers.append(step.get("do").getAsString()).append(' ').append(line).append('\n');
            assertExpected(step, line);
        }
    }

    private static void assertExpected(JsonObject step, String line) {
        if (!step.get("answer").isJsonArray()) {
            assertEquals(step.get("answer").getAsString(), line, step::toString);
            return;
        }
        JsonArray lists = step.getAsJsonArray("answer");
        // One search has a list of hits, many have a list of those.
        boolean many = !lists.isEmpty() && (lists.get(0).getAsJsonArray().isEmpty() || lists.get(0).getAsJsonArray().get(0).isJsonArray());
        String[] found = line.split("\\|", -1);
        assertEquals(many ? lists.size() : 1, found.length, step::toString);
        for (int i = 0; i < found.length; i++) {
            assertNear(many ? lists.get(i).getAsJsonArray() : lists, found[i].trim(), step);
        }
    }

    /** The same ids, and cosines within what 8 bits cost. */
    private static void assertNear(JsonArray expected, String found, JsonObject step) {
        String[] hits = found.isEmpty() ? new String[0] : found.split(" ");
        assertEquals(expected.size(), hits.length, step::toString);
        for (int i = 0; i < hits.length; i++) {
            String[] hit = hits[i].split(":");
            JsonArray near = expected.get(i).getAsJsonArray();
            assertEquals(near.get(0).getAsString(), hit[0], step::toString);
            assertEquals(near.get(1).getAsDouble(), Float.intBitsToFloat(Integer.parseUnsignedInt(hit[1], 16)), 0.005, step::toString);
        }
    }

    static long number(JsonObject object, String name) {
        return object.get(name).getAsLong();
    }

    static long[] numbers(JsonObject object, String name) {
        JsonArray list = object.has(name) ? object.getAsJsonArray(name) : new JsonArray();
        return list.asList().stream().mapToLong(JsonElement::getAsLong).toArray();
    }

    static String words(Stream<?> items) {
        return items.map(String::valueOf).collect(Collectors.joining(" "));
    }

    static String flag(boolean set) {
        return set ? "1" : "0";
    }

    /** The space of a step, else that of its case. */
    static SpaceId space(JsonObject step, JsonObject test) {
        return SpaceId.parse((step.has("space") ? step : test).get("space").getAsString());
    }

    private static FaceId face(JsonObject object) {
        return new FaceId(number(object, "photo"), (int) number(object, "face"));
    }

    private static Opinion opinion(JsonObject object) {
        return Opinion.of((int) number(object, "opinion"));
    }

    private static String opinions(Feedback feedback) {
        Stream<String> said = feedback.opinions().entrySet().stream().map(entry -> entry.getKey() + ":" + entry.getValue().number);
        return words(Stream.concat(said, feedback.optedOut() ? Stream.of("opted-out") : Stream.empty()));
    }

    private static String value(byte[] bytes) {
        return bytes.length == 0 ? "." : CasesTest.hex(bytes);
    }

    private static String events(List<CloneEvent> events) {
        return words(events.stream().map(event -> event.low() + "-" + event.high() + ":" + event.state().number + ":"
                + CasesTest.bits(event.cosine()).trim()));
    }

    static ProfileStore openStore(Path folder, SpaceId space) {
        // A commit need not outlast the machine here.
        return ProfileStore.open(folder, space, StoreOptions.defaults().withMaxBytes(1 << 30).withDurability(Durability.PROCESS));
    }

    static void store(JsonObject test, JsonObject expected, StringBuilder answers) {
        inFolder(folder -> {
            ProfileStore[] open = {openStore(folder.resolve("store"), space(test, test))};
            try {
                eachStep(test, answers, step -> {
                    String what = step.get("do").getAsString();
                    if (what.equals("reopen") || what.equals("open-backup")) {
                        open[0].close();
                        open[0] = openStore(folder.resolve(what.equals("reopen") ? "store" : "backup"), space(step, test));
                        return "";
                    }
                    if (what.equals("backup")) {
                        open[0].backup(folder.resolve("backup"));
                        return "";
                    }
                    return ask(open[0], step, test);
                });
            } finally {
                open[0].close();
            }
        });
    }

    static String ask(ProfileStore store, JsonObject step, JsonObject test) {
        switch (step.get("do").getAsString()) {
            case "write":
                return write(store, step, test);
            case "get":
                return words(store.getMany(numbers(step, "users")).stream().map(profile -> profile.map(AtRestCases::value).orElse("-")));
            case "page":
                OptionalLong after = step.has("after") ? OptionalLong.of(number(step, "after")) : OptionalLong.empty();
                return words(store.page(after, (int) number(step, "count")).stream().map(one -> one.user() + ":" + value(one.bytes())));
            case "faces":
                return words(store.faces(number(step, "user")).entrySet().stream().map(one -> one.getKey() + ":" + value(one.getValue())));
            case "feedback":
                return opinions(store.feedback(number(step, "user")));
            case "opted-out":
                return words(LongStream.of(store.optedOutAmong(numbers(step, "users"))).boxed());
            case "findable":
                return words(LongStream.of(store.findableAmong(numbers(step, "users"))).boxed());
            case "clones":
                long[] pair = numbers(step, "after");
                return events(store.clones(pair.length == 0 ? Optional.empty() : Optional.of(event(pair[0], pair[1])), (int) number(step, "count")));
            case "clones-of":
                return events(store.clonesOf(number(step, "user")));
            case "report":
                return events(pairs(step.getAsJsonArray("pairs")).report(store));
            default:
                return maintain(store, step);
        }
    }

    private static String maintain(ProfileStore store, JsonObject step) {
        switch (step.get("do").getAsString()) {
            case "iterations":
                StoreIterations held = store.iterations();
                return held.current() + " " + held.previous().orElse(0) + " " + held.next().orElse(0);
            case "begin":
                return Long.toString(store.begin());
            case "switch":
                store.switchTo(number(step, "iteration"));
                return "";
            case "drop-next":
                return flag(store.dropNext());
            case "back":
                return Long.toString(store.back());
            case "size":
                StoreSize size = store.size();
                return size.profiles() + " " + size.faces() + " " + size.opinions() + " " + size.optedOut();
            case "verify":
                StoreReport report = store.verify();
                return report.records() + " " + report.damage().size();
            case "compact":
                store.compact();
                return "";
            default:
                throw new AssertionError(step);
        }
    }

    /** A pair as a page of them ends with it. */
    private static CloneEvent event(long low, long high) {
        byte[] record = new Wire.Writer().int32(1).int64(low).int64(high).float32(0).int32(CloneState.OPEN.number).record();
        return CloneEvent.readAll(new Wire.Reader(record)).get(0);
    }

    /** Pairs as a search finds them. */
    private static Clones pairs(JsonArray list) {
        Wire.Writer record = new Wire.Writer().int32(list.size());
        for (JsonElement element : list) {
            JsonArray pair = element.getAsJsonArray();
            record.int64(pair.get(0).getAsLong()).int64(pair.get(1).getAsLong()).float32((float) pair.get(2).getAsDouble());
        }
        return new Clones(record.record());
    }

    private static String write(ProfileStore store, JsonObject step, JsonObject test) {
        StoreBatch batch = new StoreBatch();
        step.getAsJsonArray("changes").forEach(change -> add(batch, change.getAsJsonObject(), space(change.getAsJsonObject(), test)));
        List<String> made = new ArrayList<>();
        for (boolean difference : store.write(batch)) {
            made.add(flag(difference));
        }
        return String.join(" ", made);
    }

    private static StoreBatch add(StoreBatch batch, JsonObject change, SpaceId space) {
        long user = number(change, "user");
        byte[] bytes = CasesTest.unhex(change.has("bytes") ? change.get("bytes").getAsString() : "");
        switch (change.get("change").getAsString()) {
            case "put":
                return batch.put(user, space, bytes);
            case "put-next":
                return batch.putNext(user, space, bytes);
            case "remove":
                return batch.remove(user);
            case "face":
                return batch.putFace(user, face(change), space, bytes);
            case "face-next":
                return batch.putFaceNext(user, face(change), space, bytes);
            case "remove-photo":
                return batch.removePhoto(user, number(change, "photo"));
            case "apply":
                return batch.apply(user, face(change), opinion(change));
            case "findable":
                return batch.setFindable(user, change.get("findable").getAsBoolean());
            case "judge-clone":
                return batch.judgeClone(user, number(change, "other"), CloneState.of((int) number(change, "state")));
            case "opt-out":
                return batch.optOut(user);
            case "opt-in":
                return batch.optIn(user);
            case "erase":
                return batch.erase(user);
            default:
                throw new AssertionError(change);
        }
    }

    static void feedback(JsonObject test, JsonObject expected, StringBuilder answers) {
        Feedback[] said = {Feedback.none()};
        eachStep(test, answers, step -> {
            switch (step.get("do").getAsString()) {
                case "apply":
                    Feedback before = said[0];
                    said[0] = before.with(face(step), opinion(step));
                    return flag(!said[0].equals(before));
                case "forget":
                    said[0] = said[0].without(face(step));
                    return "";
                case "of":
                    return said[0].of(face(step)).map(opinion -> String.valueOf(opinion.number)).orElse("-");
                case "may-propose":
                    return flag(said[0].mayPropose(face(step)));
                case "opt-out":
                case "opt-in":
                    said[0] = said[0].withOptedOut(step.get("do").getAsString().equals("opt-out"));
                    return "";
                case "all":
                    return opinions(said[0]);
                default:
                    throw new AssertionError(step);
            }
        });
    }

    /** Profiles merged into the first of them, or into a new one where the case has a space. */
    static void merge(JsonObject test, JsonObject expected, StringBuilder answers) {
        Profile merged = test.has("values") ? Profile.empty(space(test, test), (int) number(test, "values")) : null;
        for (JsonElement bytes : test.getAsJsonArray("profiles")) {
            Profile profile = Profile.ofBytes(CasesTest.unhex(bytes.getAsString()));
            merged = merged == null ? profile : merged.merge(profile);
        }
        String bytes = CasesTest.hex(merged.toBytes());
        answers.append("profile ").append(bytes).append('\n');
        JsonArray slots = expected.getAsJsonArray("slots");
        assertEquals(slots.size(), merged.slots().size(), test::toString);
        for (int i = 0; i < slots.size(); i++) {
            Profile.Slot slot = merged.slots().get(i);
            String counts = slot.role().number + " " + slot.photos() + " " + slot.faces();
            answers.append("slot ").append(counts).append(CasesTest.bits(slot.coherence())).append('\n');
            JsonArray known = slots.get(i).getAsJsonArray();
            assertEquals(words(known.asList().stream().limit(3).map(JsonElement::getAsInt)), counts, test::toString);
            assertTrue(Math.abs(known.get(3).getAsDouble() - slot.coherence()) < 1e-5, test::toString);
        }
        assertEquals(expected.get("embeddings").getAsInt(), merged.embeddings().size(), test::toString);
        merged.embeddings().forEach(face -> answers.append("embedding ").append(CasesTest.hex(face.encode(Encoding.F32))).append('\n'));
        assertEquals(expected.get("bytes").getAsString(), bytes, test::toString);
    }
}
