package io.facecore;

import static io.facecore.AtRestCases.ask;
import static io.facecore.AtRestCases.eachStep;
import static io.facecore.AtRestCases.flag;
import static io.facecore.AtRestCases.inFolder;
import static io.facecore.AtRestCases.number;
import static io.facecore.AtRestCases.numbers;
import static io.facecore.AtRestCases.openStore;
import static io.facecore.AtRestCases.space;
import static io.facecore.AtRestCases.words;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The shared cases of what is searched: indexes, accounts, stars; facecore/tests/cases/search.rs says how they are read. */
final class SearchCases {
    private SearchCases() {}

    static void index(JsonObject test, JsonObject expected, StringBuilder answers) {
        inFolder(folder -> {
            Path file = folder.resolve("faces.fci");
            FaceIndex[] open = {FaceIndex.open(file, space(test, test), (int) number(test, "values"))};
            try {
                eachStep(test, answers, step -> {
                    String what = step.get("do").getAsString();
                    if (what.equals("reopen") || what.equals("read")) {
                        open[0].close();
                        int values = (int) number(step.has("values") ? step : test, "values");
                        open[0] = what.equals("read") ? FaceIndex.openToRead(file) : FaceIndex.open(file, space(step, test), values);
                        return "";
                    }
                    return look(open[0], step, space(step, test));
                });
            } finally {
                open[0].close();
            }
        });
    }

    private static String look(FaceIndex index, JsonObject step, SpaceId space) {
        switch (step.get("do").getAsString()) {
            case "add":
                index.add(numbers(step, "ids"), faces(step, "faces", space));
                return "";
            case "remove":
                return Long.toString(index.remove(number(step, "id")));
            case "search":
                return hits(index.search(Embedding.of(space, CasesTest.floats(step.getAsJsonArray("face"))), search(step)));
            case "search-many":
                return index.searchMany(faces(step, "faces", space), search(step)).stream().map(SearchCases::hits).collect(Collectors.joining(" | "));
            case "size":
                return Long.toString(index.size());
            case "verify":
                IndexReport report = index.verify();
                return report.faces() + " " + report.damaged().length;
            case "compact":
                index.compact();
                return "";
            default:
                throw new AssertionError(step);
        }
    }

    private static List<Embedding> faces(JsonObject step, String name, SpaceId space) {
        return step.getAsJsonArray(name).asList().stream().map(face -> Embedding.of(space, CasesTest.floats(face.getAsJsonArray())))
                .collect(Collectors.toList());
    }

    private static Search search(JsonObject step) {
        Search search = Search.defaults();
        search = step.has("neighbours") ? search.withNeighbours((int) number(step, "neighbours")) : search;
        search = step.has("least") ? search.withLeast((float) step.get("least").getAsDouble()) : search;
        search = step.has("shortlist") ? search.withShortlist((int) number(step, "shortlist")) : search;
        search = step.has("exact") && step.get("exact").getAsBoolean() ? search.withExact() : search;
        search = step.has("only") ? search.withOnly(numbers(step, "only")) : search;
        return step.has("except") ? search.withExcept(numbers(step, "except")) : search;
    }

    private static String hits(List<Hit> found) {
        return words(found.stream().map(hit -> hit.id() + ":" + CasesTest.bits(hit.cosine()).trim()));
    }

    /** A store, an index of its profiles, and the file of a search for clones. */
    private static final class Accounts {
        final JsonObject test;
        final ProfileStore store;
        final FaceIndex index;
        final Path progress;
        final int length;

        Accounts(JsonObject test, ProfileStore store, FaceIndex index, Path progress) {
            this.test = test;
            this.store = store;
            this.index = index;
            this.progress = progress;
            length = (int) number(test, "values");
        }

        String take(JsonObject step) {
            switch (step.get("do").getAsString()) {
                case "profile":
                    Profile profile = profile(Profile.empty(store.space(), length), Profile.Role.OWNER, step, "owner");
                    store.write(new StoreBatch().put(number(step, "user"), profile(profile, Profile.Role.PARTNER, step, "partner")));
                    return "";
                case "many":
                    StoreBatch batch = new StoreBatch();
                    for (long user = number(step, "first"); user < number(step, "first") + number(step, "count"); user++) {
                        List<Embedding> owner = List.of(made(user, 0, store.space(), length));
                        batch.put(user, Profile.empty(store.space(), length).with(Profile.Role.OWNER, owner));
                    }
                    store.write(batch);
                    return "";
                case "add-profiles":
                    return Long.toString(index.addProfiles(store, step.has("single-owners")));
                case "current":
                    return flag(index.isCurrent(store));
                case "who":
                    return hits(index.whoIs(store, face(step.getAsJsonObject("face"), space(step, test)), SearchCases.search(step)));
                case "search":
                    return hits(index.search(face(step.getAsJsonObject("face"), space(step, test)), SearchCases.search(step)));
                case "find-clones":
                    return findClones(step);
                case "level":
                    return Float.toString(Clones.level(index, number(step, "per-million"), 0));
                case "remove":
                case "compact":
                case "size":
                    return look(index, step, space(step, test));
                default:
                    return ask(store, step, test);
            }
        }

        private Embedding face(JsonObject face, SpaceId space) {
            return made(number(face, "like"), face.has("off") ? (float) face.get("off").getAsDouble() : 0, space, length);
        }

        private Profile profile(Profile before, Profile.Role role, JsonObject step, String name) {
            JsonArray list = step.has(name) ? step.getAsJsonArray(name) : new JsonArray();
            Profile profile = before;
            for (JsonElement element : list) {
                profile = profile.with(role, List.of(face(element.getAsJsonObject(), store.space())));
            }
            return profile;
        }

        /** Searches some parts; when none is left, the pairs are reported, and those that are news are the answer. */
        private String findClones(JsonObject step) {
            float least = (float) step.get("least").getAsDouble();
            Optional<Clones> pairs = Clones.search(index, least, progress, (int) number(step, "parts"));
            return pairs.map(found -> words(found.report(store).stream()
                    .map(event -> event.low() + "-" + event.high() + ":" + CasesTest.bits(event.cosine()).trim()))).orElse("left");
        }
    }

    /** A face of an account: random values by the number that it is like, and a step aside. */
    private static Embedding made(long like, float off, SpaceId space, int length) {
        float[] values = new float[length];
        for (int at = 0; at < length; at++) {
            long mixed = (like << 32 | at) * 0x9e3779b97f4a7c15L; // SplitMix64.
            mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
            mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
            values[at] = (float) ((mixed ^ mixed >>> 31) >>> 40) / (1 << 23) - 1;
        }
        values[0] += off;
        return Embedding.of(space, values);
    }

    static void accounts(JsonObject test, JsonObject expected, StringBuilder answers) {
        inFolder(folder -> {
            SpaceId space = space(test, test);
            try (ProfileStore store = openStore(folder.resolve("store"), space);
                    FaceIndex index = FaceIndex.open(folder.resolve("faces.fci"), space, (int) number(test, "values"))) {
                eachStep(test, answers, new Accounts(test, store, index, folder.resolve("progress"))::take);
            }
        });
    }

    static void stars(JsonObject test, JsonObject expected, StringBuilder answers) {
        Matcher matcher = Matcher.cosine((float) test.get("threshold").getAsDouble(), (float) test.get("margin").getAsDouble());
        People[] people = {People.empty(space(test, test))};
        try {
            eachStep(test, answers, step -> people(people, matcher, step, test));
        } finally {
            people[0].close();
        }
    }

    private static String people(People[] people, Matcher matcher, JsonObject step, JsonObject test) {
        switch (step.get("do").getAsString()) {
            case "add":
                people[0].add(step.get("person").getAsString(), faces(step, "faces", space(step, test)));
                return "";
            case "remove":
                return flag(people[0].remove(step.get("person").getAsString()));
            case "all":
                return words(people[0].all().entrySet().stream().map(one -> one.getKey() + ":" + one.getValue().size()));
            case "bytes":
                return CasesTest.hex(people[0].toBytes());
            case "reread":
                People before = people[0];
                people[0] = People.ofBytes(before.toBytes());
                before.close();
                return "";
            case "decode":
                People.ofBytes(CasesTest.unhex(step.get("bytes").getAsString())).close();
                return "";
            case "stars":
                Candidate self = new Candidate("me", faces(step, "uploader", space(test, test)));
                try (Gallery uploader = matcher.gallery(List.of(self)); StarFace stars = StarFace.of(matcher, people[0])) {
                    return words(stars.search(uploader, faces(step, "faces", space(test, test))).stream()
                            .map(hit -> hit.star().replace(' ', '_') + "@" + hit.face() + "/" + hit.uploaderFace() + ":"
                                    + CasesTest.bits(hit.cosine()).trim()));
                }
            default:
                throw new AssertionError(step);
        }
    }
}
