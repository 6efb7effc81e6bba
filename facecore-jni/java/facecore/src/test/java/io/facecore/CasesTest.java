package io.facecore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The shared cases of testdata/cases, from Java; facecore/tests/cases says what they are. */
class CasesTest {
    private interface Call {
        void run(JsonObject test, JsonObject expected, StringBuilder answers);
    }

    private FaceEngine engine;
    private FaceEngine yunet;

    @Test
    void theSharedCasesHold() throws Exception {
        Map<String, Call> calls = new LinkedHashMap<>();
        calls.put("detect", this::detect);
        calls.put("embed", this::embed);
        calls.put("engines", this::engines);
        calls.put("pixels", this::pixels);
        calls.put("encode", this::encode);
        calls.put("compare", this::compare);
        calls.put("decide", this::decide);
        calls.put("profile", this::profile);
        calls.put("video", (test, expected, answers) -> VideoCases.video(engine, test, expected, answers));
        calls.put("store", AtRestCases::store);
        calls.put("index", SearchCases::index);
        calls.put("feedback", AtRestCases::feedback);
        calls.put("merge", AtRestCases::merge);
        calls.put("accounts", SearchCases::accounts);
        calls.put("stars", SearchCases::stars);
        StringBuilder answers = new StringBuilder();
        try (FaceEngine opened = FaceEngine.open(Data.MODELS);
                FaceEngine other = FaceEngine.openDetector(EngineOptions.DEFAULT.withDetector(Detector.YUNET))) {
            engine = opened;
            yunet = other;
            for (Map.Entry<String, Call> call : calls.entrySet()) {
                String json = Files.readString(Data.TESTDATA.resolve("cases/" + call.getKey() + ".json"));
                for (JsonElement element : JsonParser.parseString(json).getAsJsonArray()) {
                    JsonObject test = element.getAsJsonObject();
                    JsonObject expected = test.getAsJsonObject("expect");
                    String name = call.getKey() + ": " + test.get("name").getAsString();
                    answers.append(name).append('\n');
                    String error = null;
                    try {
                        call.getValue().run(test, expected, answers);
                    } catch (FaceCoreException failure) {
                        error = failure.code().name().toLowerCase(Locale.ROOT).replace('_', '-');
                        answers.append("error ").append(error).append('\n');
                    }
                    boolean fails = expected != null && expected.has("error");
                    assertEquals(fails ? expected.get("error").getAsString() : null, error, name);
                }
            }
        }
        Path file = Data.ROOT.resolve("target/cases/java.txt");
        Files.createDirectories(file.getParent());
        Files.writeString(file, answers);
        for (String language : List.of("rust", "c", "cpp")) {
            Path other = file.resolveSibling(language + ".txt");
            if (Files.exists(other)) {
                assertEquals(Files.readString(other), answers.toString(), "Java and " + language + " differ");
                System.out.println("shared cases: Java and " + language + " agree to the last bit");
            }
        }
    }

    static String bits(float... values) {
        StringBuilder line = new StringBuilder();
        for (float value : values) {
            line.append(String.format(" %08x", Float.floatToRawIntBits(value)));
        }
        return line.toString();
    }

    static String hex(byte[] bytes) {
        StringBuilder digits = new StringBuilder();
        for (byte value : bytes) {
            digits.append(String.format("%02x", value));
        }
        return digits.toString();
    }

    static byte[] unhex(String digits) {
        byte[] bytes = new byte[digits.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }

    static float[] floats(JsonArray list) {
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) list.get(i).getAsDouble();
        }
        return values;
    }

    private static double number(JsonObject object, String name, double otherwise) {
        return object.has(name) ? object.get(name).getAsDouble() : otherwise;
    }

    private static JsonObject member(JsonObject object, String name) {
        return object.has(name) ? object.getAsJsonObject(name) : new JsonObject();
    }

    private static boolean isTrue(JsonObject object, String name) {
        return object.has(name) && object.get(name).getAsBoolean();
    }

    /** Whether limits and options are those for uploads, and not the defaults. */
    private static boolean isForUploads(JsonObject test) {
        assertTrue(!test.has("preset") || test.get("preset").getAsString().equals("uploads"), test::toString);
        return test.has("preset");
    }

    private static Limits limits(JsonObject test) {
        JsonObject asked = member(test, "limits");
        Limits limits = isForUploads(test) ? Limits.forUploads() : Limits.DEFAULT;
        return limits.withMaxPixels((long) number(asked, "max_pixels", 100_000_000))
                .withMaxSize((int) number(asked, "max_width", 30_000), 30_000)
                .withShrinkAbove((long) number(asked, "shrink_above", limits.shrinkAbove()))
                .withReduceJpegAbove((long) number(asked, "reduce_jpeg_above", limits.reduceJpegAbove()))
                .withDamage(isTrue(asked, "keep_damaged") ? Damage.KEEP : Damage.REFUSE);
    }

    private static DetectOptions options(JsonObject test) {
        JsonObject asked = member(test, "options");
        Budget budget = Budget.DEFAULT;
        if (asked.has("deadline_us")) {
            budget = Budget.within(Duration.ofNanos(1000 * asked.get("deadline_us").getAsLong()));
        }
        budget = budget.withMaxCandidates((int) number(asked, "max_candidates", 200)).withMaxFaces((int) number(asked, "max_faces", 0))
                .withMaxPixels((long) number(asked, "max_pixels", 0));
        DetectOptions options = isForUploads(test) ? DetectOptions.forUploads() : DetectOptions.DEFAULT;
        options = options.withMinFace((int) number(asked, "min_face", options.minFace()))
                .withMinFaceShare((float) number(asked, "min_face_share", options.minFaceShare()))
                .withMaxFace((int) number(asked, "max_face", 0)).withBudget(budget);
        MtcnnOptions mtcnn = MtcnnOptions.DEFAULT.withFactor((float) number(asked, "factor", 0.709));
        if (asked.has("thresholds")) {
            float[] thresholds = floats(asked.getAsJsonArray("thresholds"));
            mtcnn = mtcnn.withThresholds(thresholds[0], thresholds[1], thresholds[2]);
        }
        return options.withMtcnn(mtcnn);
    }

    private static Detector detector(JsonObject test) {
        return test.has("detector") ? Detector.valueOf(test.get("detector").getAsString().toUpperCase(Locale.ROOT)) : Detector.MTCNN;
    }

    private static Photo photo(JsonObject test) {
        return Photo.decode(Data.photo(test.get("photo").getAsString()), limits(test));
    }

    private static void append(List<Float> numbers, BoundingBox box) {
        numbers.addAll(List.of(box.x1(), box.y1(), box.x2(), box.y2()));
    }

    private void detect(JsonObject test, JsonObject expected, StringBuilder answers) {
        try (Photo photo = photo(test)) {
            Detection found = (detector(test) == Detector.YUNET ? yunet : engine).detect(photo, options(test));
            assertEquals(detector(test), found.stats().detector());
            assertEquals(isTrue(expected, "damaged"), photo.isDamaged(), test::toString);
            Cut cut = found.cut();
            answers.append(String.format("complete %d %d %d %d%n", found.isComplete() ? 1 : 0, cut.scales(), cut.candidates(), cut.faces()));
            JsonArray boxes = expected.getAsJsonArray("faces");
            for (int i = 0; i < found.faces().size(); i++) {
                Face face = found.faces().get(i);
                List<Float> numbers = new ArrayList<>();
                append(numbers, face.box());
                face.landmarks().forEach(point -> numbers.addAll(List.of(point.x(), point.y())));
                numbers.add(face.score());
                append(numbers, face.storedBox());
                face.storedLandmarks().forEach(point -> numbers.addAll(List.of(point.x(), point.y())));
                answers.append("face");
                numbers.forEach(number -> answers.append(bits(number)));
                answers.append('\n');
                boolean any = false;
                for (JsonElement box : boxes) {
                    float[] near = floats(box.getAsJsonArray());
                    any |= IntStream.range(0, 4).allMatch(edge -> Math.abs(near[edge] - numbers.get(15 + edge)) <= 2);
                }
                assertTrue(any, test::toString);
            }
            assertEquals((int) number(expected, "count", boxes.size()), found.faces().size(), test::toString);
            assertEquals(expected.get("complete").getAsBoolean(), found.isComplete(), test::toString);
        }
    }

    private void embed(JsonObject test, JsonObject expected, StringBuilder answers) {
        try (Photo photo = photo(test)) {
            List<FaceEmbedding> found = engine.embed(photo, engine.detect(photo, options(test)).faces());
            List<Embedding> embeddings = new ArrayList<>();
            for (FaceEmbedding face : found) {
                Embedding embedding = face.orElseThrow();
                embeddings.add(embedding);
                answers.append("embedding ").append(hex(embedding.encode(Encoding.F32))).append('\n');
                answers.append("excess").append(bits(embedding.nonFaceExcess())).append('\n');
                assertTrue(embedding.nonFaceExcess() < 0, test::toString);
            }
            assertNear(embeddings, expected, test);
        }
    }

    /** An engine as a case asks for it, and what it makes of a photo. */
    private void engines(JsonObject test, JsonObject expected, StringBuilder answers) {
        EngineOptions options = EngineOptions.DEFAULT.withDetector(detector(test));
        if (test.has("model")) {
            options = options.withModel(test.get("model").getAsString());
        }
        Path models = test.has("models") ? Data.ROOT.resolve(test.get("models").getAsString()) : Data.MODELS;
        try (FaceEngine asked = FaceEngine.open(models, options); Photo photo = photo(test)) {
            assertEquals(detector(test), asked.detector());
            List<Embedding> embeddings = new ArrayList<>();
            if (test.has("box")) {
                float[] box = floats(test.getAsJsonArray("box"));
                embeddings.add(asked.embed(photo, new BoundingBox(box[0], box[1], box[2], box[3])));
            } else {
                asked.embed(photo, asked.detect(photo, options(test)).faces()).forEach(face -> embeddings.add(face.orElseThrow()));
            }
            embeddings.forEach(embedding -> answers.append("embedding ").append(hex(embedding.encode(Encoding.F32))).append('\n'));
            assertEquals(expected.get("space").getAsString(), asked.space().orElseThrow().toString(), test::toString);
            assertNear(embeddings, expected, test);
        }
    }

    /** Each embedding is one of those that the case expects, in any order: on other processors the last digits differ. */
    private static void assertNear(List<Embedding> embeddings, JsonObject expected, JsonObject test) {
        JsonArray known = expected.getAsJsonArray("embeddings");
        assertEquals(known.size(), embeddings.size(), test::toString);
        for (Embedding embedding : embeddings) {
            boolean any = false;
            for (JsonElement near : known) {
                any |= embedding.cosine(Embedding.decode(unhex(near.getAsString()))) > 0.99f;
            }
            assertTrue(any, test::toString);
        }
    }

    private void pixels(JsonObject test, JsonObject expected, StringBuilder answers) {
        byte[] data = unhex(test.get("data").getAsString());
        PixelFormat format = PixelFormat.values()[test.get("format").getAsInt() - 1];
        Orientation orientation = Orientation.ofExif(test.get("orientation").getAsInt());
        int width = test.get("width").getAsInt();
        try (Photo photo = Photo.ofPixels(data, width, test.get("height").getAsInt(), test.get("stride").getAsInt(), format, orientation, limits(test))) {
            String rgb = hex(photo.toRgb());
            answers.append(String.format("rgb %dx%d %s%n", photo.width(), photo.height(), rgb));
            assertEquals(expected.get("rgb").getAsString(), rgb, test::toString);
        }
    }

    private void encode(JsonObject test, JsonObject expected, StringBuilder answers) {
        Embedding embedding = test.has("data")
                ? Embedding.decode(unhex(test.get("data").getAsString()))
                : Embedding.of(SpaceId.parse(test.get("space").getAsString()), floats(test.getAsJsonArray("values")));
        for (Encoding encoding : Encoding.values()) {
            String name = encoding.name().toLowerCase(Locale.ROOT);
            String bytes = hex(embedding.encode(encoding));
            answers.append(name).append(' ').append(bytes).append('\n');
            assertEquals(expected.get(name).getAsString(), bytes, test::toString);
        }
    }

    private void profile(JsonObject test, JsonObject expected, StringBuilder answers) {
        SpaceId space = SpaceId.parse(test.get("space").getAsString());
        List<AlbumPhoto> album = new ArrayList<>();
        Embedding first = null;
        for (JsonElement element : test.getAsJsonArray("photos")) {
            JsonObject photo = element.getAsJsonObject();
            List<AlbumFace> faces = new ArrayList<>();
            for (JsonElement one : photo.getAsJsonArray("faces")) {
                JsonObject face = one.getAsJsonObject();
                Embedding embedding = Embedding.of(space, floats(face.getAsJsonArray("values")));
                first = first == null ? embedding : first;
                faces.add(new AlbumFace(embedding, real(face, "width", 100), real(face, "score", 1))
                        .attributes(real(face, "age", Float.NaN), real(face, "female", Float.NaN))
                        .pin(AlbumFace.Pin.values()[(int) real(face, "pin", 0)]).nonFace(real(face, "non_face", 0) != 0));
            }
            album.add(new AlbumPhoto(photo.get("id").getAsLong(), faces).manualTags((int) real(photo, "manual_tags", 0))
                    .source(AlbumPhoto.Source.values()[(int) real(photo, "source", 0)]).frontCamera(real(photo, "front_camera", 0) != 0)
                    .onTrip(real(photo, "on_trip", 0) != 0).wasAvatar(real(photo, "was_avatar", 0) != 0));
        }
        List<Profile> friends = new ArrayList<>();
        if (test.has("friends")) {
            test.getAsJsonArray("friends").forEach(bytes -> friends.add(Profile.ofBytes(unhex(bytes.getAsString()))));
        }
        AlbumOwner owner = new AlbumOwner(real(test, "age", Float.NaN), real(test, "female", Float.NaN), friends);
        ProfileBuild build = Profile.build(album, owner);
        answers.append("outcome ").append(build.outcome().number).append(bits(build.confidence())).append('\n');
        assertEquals(expected.get("outcome").getAsInt(), build.outcome().number, test::toString);
        if (build.profile().isPresent()) {
            Profile profile = build.profile().get();
            String bytes = hex(profile.toBytes());
            answers.append("profile ").append(bytes).append('\n');
            assertEquals(expected.get("bytes").getAsString(), bytes, test::toString);
            List<Embedding> coming = List.of(first);
            Profile larger = profile.with(Profile.Role.OWNER, coming);
            assertEquals(profile.photos(Profile.Role.OWNER) + 1, larger.photos(Profile.Role.OWNER));
            assertEquals(profile, larger.without(Profile.Role.OWNER, coming));
            Embedding mean = profile.embedding(Profile.Role.OWNER).orElseThrow();
            assertTrue(mean.space().equals(space) && mean.cosine(mean) > 0.999f);
        }
    }

    private static float real(JsonObject object, String name, float otherwise) {
        return object.has(name) ? (float) object.get(name).getAsDouble() : otherwise;
    }

    private void compare(JsonObject test, JsonObject expected, StringBuilder answers) {
        Embedding a = Embedding.decode(unhex(test.get("a").getAsString()));
        float cosine = a.cosine(Embedding.decode(unhex(test.get("b").getAsString())));
        answers.append("cosine").append(bits(cosine)).append('\n');
        assertEquals(expected.get("cosine").getAsDouble(), cosine, 1e-6, test::toString);
    }

    private void decide(JsonObject test, JsonObject expected, StringBuilder answers) {
        SpaceId space = SpaceId.parse(test.get("space").getAsString());
        List<Candidate> people = new ArrayList<>();
        for (JsonElement element : test.getAsJsonArray("candidates")) {
            JsonObject person = element.getAsJsonObject();
            people.add(new Candidate(person.get("person").getAsString(), embeddings(test, person.getAsJsonArray("embeddings"))));
        }
        Matcher matcher = test.has("calibration")
                ? Calibration.read(test.get("calibration").getAsString()).matcher(test.get("rate").getAsDouble(), test.get("list").getAsInt())
                : test.has("rate")
                        ? Matcher.forSpace(space).withFalsePositiveRate(test.get("rate").getAsDouble())
                        : Matcher.cosine((float) test.get("threshold").getAsDouble(), (float) test.get("margin").getAsDouble());
        List<Verdict> verdicts = matcher.decide(embeddings(test, test.getAsJsonArray("faces")), people);
        JsonArray names = expected.getAsJsonArray("people");
        for (int i = 0; i < verdicts.size(); i++) {
            Verdict verdict = verdicts.get(i);
            answers.append("verdict ").append(verdict.outcome().number);
            for (Optional<Neighbour> found : List.of(verdict.match(), verdict.nearest(), verdict.runnerUp())) {
                answers.append(found.map(person -> " " + person.person() + bits(person.cosine())).orElse(" -"));
            }
            answers.append(verdict.margin().isPresent() ? bits((float) verdict.margin().getAsDouble()) : " -");
            answers.append(bits(verdict.threshold())).append('\n');
            String named = verdict.match().map(Neighbour::person).orElse(String.valueOf(verdict.outcome().number));
            assertEquals(names.get(i).getAsString(), named, test::toString);
        }
        assertEquals(names.size(), verdicts.size(), test::toString);
    }

    /** With as many zeros behind as a case's {@code pad} asks for: embeddings as long as a network's, from few numbers. */
    private static List<Embedding> embeddings(JsonObject test, JsonArray list) {
        SpaceId space = SpaceId.parse(test.get("space").getAsString());
        int length = (int) number(test, "pad", 0);
        List<Embedding> embeddings = new ArrayList<>();
        for (JsonElement element : list) {
            float[] values = floats(element.getAsJsonArray());
            embeddings.add(Embedding.of(space, Arrays.copyOf(values, Math.max(values.length, length))));
        }
        return embeddings;
    }
}
