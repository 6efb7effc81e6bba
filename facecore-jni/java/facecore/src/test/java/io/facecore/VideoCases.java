package io.facecore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The shared cases of the tracker: windows of photos are the frames; facecore/tests/cases/video.rs says how they are read. */
final class VideoCases {
    /** Without the small things that look like faces, and without a budget, so that the machine does not matter. */
    private static final DetectOptions LARGE = DetectOptions.DEFAULT.withMinFace(50);
    private static final TrackerOptions OPTIONS = TrackerOptions.DEFAULT.withDetect(LARGE).withBudget(Duration.ZERO);

    private VideoCases() {}

    /** A decoded photo. */
    private static final class Still {
        private final byte[] rgb;
        private final int stride;

        Still(String name) {
            try (Photo photo = decode(name)) {
                rgb = photo.toRgb();
                stride = 3 * photo.width();
            }
        }

        Photo window(int x, int y, int width, int height) {
            int from = y * stride + 3 * x;
            ByteBuffer pixels = ByteBuffer.wrap(rgb, from, rgb.length - from);
            return Photo.ofPixels(pixels, width, height, stride, PixelFormat.RGB, Orientation.UPRIGHT, Limits.DEFAULT);
        }
    }

    private static Photo decode(String name) {
        return Photo.decode(Data.photo(name));
    }

    static void video(FaceEngine engine, JsonObject test, JsonObject expected, StringBuilder answers) {
        List<Still> stills = new ArrayList<>();
        test.getAsJsonArray("photos").forEach(name -> stills.add(new Still(name.getAsString())));
        List<Integer> counts = new ArrayList<>();
        TrackerOptions options = test.has("same_person") ? OPTIONS.withSamePerson(test.get("same_person").getAsFloat()) : OPTIONS;
        try (Tracker tracker = new Tracker(options)) {
            for (JsonElement element : test.getAsJsonArray("frames")) {
                JsonArray frame = element.getAsJsonArray();
                int[] part = new int[frame.size()];
                for (int i = 0; i < part.length; i++) {
                    part[i] = frame.get(i).getAsInt();
                }
                try (Photo photo = stills.get(part[0]).window(part[1], part[2], part[3], part[4])) {
                    List<TrackedFace> faces = tracker.push(engine, photo, Duration.ofMillis(part[5]));
                    answers.append("frame ").append(part[5]).append('\n');
                    faces.forEach(face -> put(face, answers));
                    counts.add(faces.size());
                }
            }
            TrackerStats stats = tracker.stats();
            answers.append("stats ").append(stats.frames()).append(' ').append(stats.detections()).append(' ').append(stats.embedded())
                    .append(' ').append(stats.cuts()).append('\n');
            try (Tracks tracks = tracker.finish()) {
                tracks.list().forEach(track -> put(track, answers));
                people(engine, tracks, test, expected, answers);
            }
        }
        List<Integer> wanted = new ArrayList<>();
        expected.getAsJsonArray("faces").forEach(count -> wanted.add(count.getAsInt()));
        assertEquals(wanted, counts);
    }

    private static void put(TrackedFace face, StringBuilder answers) {
        answers.append("face ").append(face.track()).append(face.isDetected() ? " 1" : " 0").append(face.isKept() ? " 1" : " 0");
        answers.append(bits(face.box()));
        face.landmarks().forEach(point -> answers.append(CasesTest.bits(point.x(), point.y())));
        answers.append(CasesTest.bits(face.score())).append('\n');
    }

    private static void put(Track track, StringBuilder answers) {
        answers.append("track ").append(track.id()).append(' ').append(track.detections()).append(' ').append(track.revision());
        for (TimeSpan span : track.spans()) {
            answers.append(' ').append(span.start().toNanos() / 1000).append('-').append(span.end().toNanos() / 1000);
        }
        track.absorbed().forEach(number -> answers.append(" was ").append(number));
        answers.append('\n');
        for (KeptFace face : track.faces()) {
            answers.append("kept ").append(face.at().toNanos() / 1000).append(bits(face.box()))
                    .append(CasesTest.bits(face.quality(), face.weight())).append(' ')
                    .append(CasesTest.hex(face.embedding().encode(Encoding.F32))).append('\n');
        }
    }

    private static String bits(BoundingBox box) {
        return CasesTest.bits(box.x1(), box.y1(), box.x2(), box.y2());
    }

    private static void people(FaceEngine engine, Tracks tracks, JsonObject test, JsonObject expected, StringBuilder answers) {
        List<Candidate> candidates = new ArrayList<>();
        test.getAsJsonObject("people").entrySet().forEach(entry -> {
            try (Photo photo = decode(entry.getValue().getAsString())) {
                Face first = engine.detect(photo, LARGE).faces().get(0);
                Embedding embedding = engine.embed(photo, List.of(first)).get(0).embedding().orElseThrow();
                candidates.add(new Candidate(entry.getKey(), List.of(embedding)));
            }
        });
        List<Track> all = tracks.list();
        List<String> found = new ArrayList<>();
        Matcher matcher = Matcher.forSpace(engine.space().orElseThrow());
        for (ClipPerson person : tracks.people((float) engine.defaultThreshold().orElseThrow(), matcher, candidates)) {
            String name = person.verdict().orElseThrow().match().map(Neighbour::person).orElse("-");
            String own = person.tracks().stream()
                    .map(track -> String.valueOf(all.stream().map(Track::id).collect(Collectors.toList()).indexOf(track.id())))
                    .collect(Collectors.joining(", "));
            answers.append("person [").append(own).append("] ").append(name).append('\n');
            found.add(name);
        }
        List<String> wanted = new ArrayList<>();
        expected.getAsJsonArray("people").forEach(person -> wanted.add(person.getAsJsonArray().get(1).getAsString()));
        assertEquals(wanted, found);
    }
}
