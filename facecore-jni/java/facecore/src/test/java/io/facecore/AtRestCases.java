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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The shared cases of stores, indexes, opinions and merged profiles; facecore/tests/cases/at_rest.rs says how they are read. */
final class AtRestCases {
    private AtRestCases() {}

    /** Takes the steps of a case one by one, and writes their answers. All are taken, even where one is not as expected. */
    private static void eachStep(JsonObject test, StringBuilder answers, Function<JsonObject, String> take) {
        List<String> wrong = new ArrayList<>();
        for (JsonElement element : test.getAsJsonArray("steps")) {
            JsonObject step = element.getAsJsonObject();
            String line;
            try {
                line = take.apply(step).strip();
            } catch (FaceCoreException failure) {
                line = "error " + CasesTest.name(failure.code());
            }
            answers.append(step.get("do").getAsString()).append(' ').append(line).append('\n');
            if (!isExpected(step.get("answer"), line)) {
                wrong.add(step + " gave " + line);
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static boolean isExpected(JsonElement answer, String line) {
        if (!answer.isJsonArray()) {
            return answer.getAsString().equals(line);
        }
        JsonArray lists = answer.getAsJsonArray();
        // One search has a list of hits, many have a list of those.
        boolean many = lists.size() > 0 && lists.get(0).getAsJsonArray().get(0).isJsonArray();
        String[] found = line.split("\\|", -1);
        boolean near = found.length == (many ? lists.size() : 1);
        for (int i = 0; near && i < found.length; i++) {
            near = areNear((many ? lists.get(i) : lists).getAsJsonArray(), found[i].strip());
        }
        return near;
    }

    /** Whether hits are those that were expected: the same ids, and cosines within what 8 bits cost. */
    private static boolean areNear(JsonArray expected, String line) {
        String[] found = line.isEmpty() ? new String[0] : line.split(" ");
        boolean near = found.length == expected.size();
        for (int i = 0; near && i < found.length; i++) {
            String[] hit = found[i].split(":");
            JsonArray pair = expected.get(i).getAsJsonArray();
            float cosine = Float.intBitsToFloat(Integer.parseUnsignedInt(hit[1], 16));
            near = Long.parseUnsignedLong(hit[0]) == pair.get(0).getAsLong() && Math.abs(cosine - pair.get(1).getAsDouble()) < 0.005;
        }
        return near;
    }

    private static long number(JsonObject object, String name) {
        return object.get(name).getAsLong();
    }

    private static double number(JsonObject object, String name, double otherwise) {
        return object.has(name) ? object.get(name).getAsDouble() : otherwise;
    }

    private static long[] numbers(JsonElement list) {
        LongStream.Builder numbers = LongStream.builder();
        list.getAsJsonArray().forEach(number -> numbers.add(number.getAsLong()));
        return numbers.build().toArray();
    }

    private static String words(Stream<?> items) {
        return items.map(String::valueOf).collect(Collectors.joining(" "));
    }

    private static String words(long... numbers) {
        return words(LongStream.of(numbers).boxed());
    }

    /** The space of a step, else that of its case. */
    private static SpaceId space(JsonObject step, JsonObject test) {
        return SpaceId.parse((step.has("space") ? step : test).get("space").getAsString());
    }

    private static String events(List<CloneEvent> events) {
        return words(events.stream().map(event -> String.format("%d-%d:%d:%08x", event.low(), event.high(), event.state().number,
                Float.floatToRawIntBits(event.cosine()))));
    }

    private static FaceId face(JsonObject object) {
        return new FaceId(number(object, "photo"), (int) number(object, "face"));
    }

    private static Opinion opinion(JsonObject object) {
        return Opinion.of((int) number(object, "opinion"));
    }

    /** {@code photo/face:opinion} of each, and whether the owner has opted out. */
    private static String opinions(Feedback feedback) {
        Stream<String> said = feedback.opinions().entrySet().stream().map(entry -> entry.getKey() + ":" + entry.getValue().number);
        return words(Stream.concat(said, feedback.optedOut() ? Stream.of("opted-out") : Stream.empty()));
    }

    /** A value as hex digits; a dot if it is empty. */
    private static String value(byte[] bytes) {
        return bytes.length == 0 ? "." : CasesTest.hex(bytes);
    }

    /** Runs with a folder that is empty before and gone after it. */
    private static void inFolder(Consumer<Path> run) {
        try {
            Path folder = Files.createTempDirectory("facecore-cases");
            try {
                run.accept(folder);
            } finally {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.sorted(Comparator.reverseOrder()).forEach(file -> assertTrue(file.toFile().delete(), file::toString));
                }
            }
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** What a case has open: one at a time, and closed at its end. */
    private static final class Opened<T extends AutoCloseable> implements AutoCloseable {
        private T what;

        void close(Runnable then) {
            close();
            then.run();
        }

        @Override
        public void close() {
            try {
                if (what != null) {
                    what.close();
                }
            } catch (RuntimeException error) {
                throw error;
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
            what = null;
        }
    }

    static void store(JsonObject test, JsonObject expected, StringBuilder answers) {
        inFolder(folder -> {
            try (Opened<ProfileStore> store = new Opened<>()) {
                store.what = open(folder.resolve("store"), space(test, test));
                eachStep(test, answers, step -> {
                    switch (step.get("do").getAsString()) {
                        case "reopen":
                            store.close(() -> store.what = open(folder.resolve("store"), space(step, test)));
                            return "";
                        case "open-backup":
                            store.close(() -> store.what = open(folder.resolve("backup"), space(step, test)));
                            return "";
                        case "backup":
                            store.what.backup(folder.resolve("backup"));
                            return "";
                        default:
                            return ask(store.what, step, test);
                    }
                });
            }
        });
    }

    private static ProfileStore open(Path folder, SpaceId space) {
        // A commit need not outlast the machine here.
        return ProfileStore.open(folder, space, StoreOptions.defaults().withMaxBytes(1L << 30).withDurability(Durability.PROCESS));
    }

    private static String ask(ProfileStore store, JsonObject step, JsonObject test) {
        switch (step.get("do").getAsString()) {
            case "write":
                return write(store, step, test);
            case "get":
                return words(store.getMany(numbers(step.get("users"))).stream().map(bytes -> bytes.map(AtRestCases::value).orElse("-")));
            case "page":
                OptionalLong after = step.has("after") ? OptionalLong.of(number(step, "after")) : OptionalLong.empty();
                return words(store.page(after, (int) number(step, "count")).stream().map(user -> user.user() + ":" + value(user.bytes())));
            case "faces":
                return words(store.faces(number(step, "user")).entrySet().stream().map(face -> face.getKey() + ":" + value(face.getValue())));
            case "feedback":
                return opinions(store.feedback(number(step, "user")));
            case "opted-out":
                return words(store.optedOutAmong(numbers(step.get("users"))));
            case "findable":
                return words(store.findableAmong(numbers(step.get("users"))));
            case "size":
                StoreSize size = store.size();
                return words(size.profiles(), size.faces(), size.opinions(), size.optedOut());
            case "verify":
                StoreReport report = store.verify();
                return words(report.records(), report.damage().size());
            case "compact":
                store.compact();
                return "";
            case "clones":
            case "clones-of":
            case "report":
                return clones(store, step);
            default:
                return iterate(store, step);
        }
    }

    private static String clones(ProfileStore store, JsonObject step) {
        switch (step.get("do").getAsString()) {
            case "clones":
                Optional<CloneEvent> after = Optional.empty();
                if (step.has("after")) {
                    long[] pair = numbers(step.get("after"));
                    byte[] record = new Wire.Writer().int32(1).int64(pair[0]).int64(pair[1]).float32(0).int32(1).record();
                    after = Optional.of(CloneEvent.readAll(new Wire.Reader(record)).get(0));
                }
                return events(store.clones(after, (int) number(step, "count")));
            case "clones-of":
                return events(store.clonesOf(number(step, "user")));
            default:
                JsonArray pairs = step.getAsJsonArray("pairs");
                Wire.Writer record = new Wire.Writer().int32(pairs.size());
                for (JsonElement element : pairs) {
                    JsonArray pair = element.getAsJsonArray();
                    record.int64(pair.get(0).getAsLong()).int64(pair.get(1).getAsLong()).float32(pair.get(2).getAsFloat());
                }
                return events(new Clones(record.record()).report(store));
        }
    }

    private static String iterate(ProfileStore store, JsonObject step) {
        switch (step.get("do").getAsString()) {
            case "iterations":
                StoreIterations held = store.iterations();
                return words(held.current(), held.previous().orElse(0), held.next().orElse(0));
            case "begin":
                return words(store.begin());
            case "switch":
                store.switchTo(number(step, "iteration"));
                return "";
            case "drop-next":
                return store.dropNext() ? "1" : "0";
            case "back":
                return words(store.back());
            default:
                throw new AssertionError(step);
        }
    }

    private static String write(ProfileStore store, JsonObject step, JsonObject test) {
        StoreBatch batch = new StoreBatch();
        for (JsonElement element : step.getAsJsonArray("changes")) {
            JsonObject change = element.getAsJsonObject();
            make(batch, change, space(change, test));
        }
        boolean[] made = store.write(batch);
        List<String> news = new ArrayList<>();
        for (boolean one : made) {
            news.add(one ? "1" : "0");
        }
        return words(news.stream());
    }

    private static void make(StoreBatch batch, JsonObject change, SpaceId space) {
        long user = number(change, "user");
        byte[] bytes = change.has("bytes") ? CasesTest.unhex(change.get("bytes").getAsString()) : new byte[0];
        switch (change.get("change").getAsString()) {
            case "put":
                batch.put(user, space, bytes);
                break;
            case "put-next":
                batch.putNext(user, space, bytes);
                break;
            case "remove":
                batch.remove(user);
                break;
            case "face":
                batch.putFace(user, face(change), space, bytes);
                break;
            case "remove-photo":
                batch.removePhoto(user, number(change, "photo"));
                break;
            case "apply":
                batch.apply(user, face(change), opinion(change));
                break;
            case "findable":
                batch.setFindable(user, change.get("findable").getAsBoolean());
                break;
            case "judge-clone":
                batch.judgeClone(user, number(change, "other"), CloneState.of((int) number(change, "state")));
                break;
            case "opt-out":
                batch.optOut(user);
                break;
            case "opt-in":
                batch.optIn(user);
                break;
            case "erase":
                batch.erase(user);
                break;
            default:
                throw new AssertionError(change);
        }
    }

    static void index(JsonObject test, JsonObject expected, StringBuilder answers) {
        inFolder(folder -> {
            Path file = folder.resolve("faces.fci");
            try (Opened<FaceIndex> index = new Opened<>()) {
                index.what = FaceIndex.open(file, space(test, test), (int) number(test, "values"));
                eachStep(test, answers, step -> {
                    switch (step.get("do").getAsString()) {
                        case "reopen":
                            int values = (int) number(step.has("values") ? step : test, "values");
                            index.close(() -> index.what = FaceIndex.open(file, space(step, test), values));
                            return "";
                        case "read":
                            index.close(() -> index.what = FaceIndex.openToRead(file));
                            return "";
                        default:
                            return look(index.what, step, space(step, test));
                    }
                });
            }
        });
    }

    private static Search search(JsonObject step) {
        Search search = Search.defaults().withNeighbours((int) number(step, "neighbours", 1)).withLeast((float) number(step, "least", -1));
        search = search.withShortlist((int) number(step, "shortlist", 300));
        if (step.has("exact")) {
            search = search.withExact();
        }
        if (step.has("only")) {
            search = search.withOnly(numbers(step.get("only")));
        }
        return step.has("except") ? search.withExcept(numbers(step.get("except"))) : search;
    }

    private static String look(FaceIndex index, JsonObject step, SpaceId space) {
        List<Embedding> faces = new ArrayList<>();
        if (step.has("faces")) {
            step.getAsJsonArray("faces").forEach(values -> faces.add(Embedding.of(space, CasesTest.floats(values.getAsJsonArray()))));
        }
        switch (step.get("do").getAsString()) {
            case "add":
                index.add(numbers(step.get("ids")), faces);
                return "";
            case "remove":
                return words(index.remove(number(step, "id")));
            case "search":
                return hits(index.search(Embedding.of(space, CasesTest.floats(step.getAsJsonArray("face"))), search(step)));
            case "search-many":
                return index.searchMany(faces, search(step)).stream().map(AtRestCases::hits).collect(Collectors.joining(" | "));
            case "size":
                return words(index.size());
            case "verify":
                IndexReport report = index.verify();
                return words(report.faces(), report.damaged().length);
            case "compact":
                index.compact();
                return "";
            default:
                throw new AssertionError(step);
        }
    }

    /** {@code id:cosine} of each, the cosine as the bits of a float: it is the same on every processor. */
    private static String hits(List<Hit> found) {
        return words(found.stream().map(hit -> String.format("%d:%08x", hit.id(), Float.floatToRawIntBits(hit.cosine()))));
    }

    static void feedback(JsonObject test, JsonObject expected, StringBuilder answers) {
        Feedback[] held = {Feedback.none()};
        eachStep(test, answers, step -> {
            Feedback before = held[0];
            switch (step.get("do").getAsString()) {
                case "apply":
                    held[0] = before.with(face(step), opinion(step));
                    return held[0].equals(before) ? "0" : "1";
                case "forget":
                    held[0] = before.without(face(step));
                    return "";
                case "of":
                    return before.of(face(step)).map(opinion -> "" + opinion.number).orElse("-");
                case "may-propose":
                    return before.mayPropose(face(step)) ? "1" : "0";
                case "opt-out":
                    held[0] = before.withOptedOut(true);
                    return "";
                case "opt-in":
                    held[0] = before.withOptedOut(false);
                    return "";
                case "all":
                    return opinions(before);
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
            JsonArray known = slots.get(i).getAsJsonArray();
            String head = String.format("%d %d %d", slot.role().number, slot.photos(), slot.faces());
            answers.append("slot ").append(head).append(CasesTest.bits(slot.coherence())).append('\n');
            assertEquals(words(known.get(0).getAsLong(), known.get(1).getAsLong(), known.get(2).getAsLong()), head, test::toString);
            assertEquals(known.get(3).getAsDouble(), slot.coherence(), 1e-5, test::toString);
        }
        assertEquals(number(expected, "embeddings"), merged.embeddings().size(), test::toString);
        merged.embeddings().forEach(face -> answers.append("embedding ").append(CasesTest.hex(face.encode(Encoding.F32))).append('\n'));
        assertEquals(expected.get("bytes").getAsString(), bytes, test::toString);
    }
}
