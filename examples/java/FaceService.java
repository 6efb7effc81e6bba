import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.facecore.Budget;
import io.facecore.Candidate;
import io.facecore.DetectOptions;
import io.facecore.Detection;
import io.facecore.Embedding;
import io.facecore.ErrorCode;
import io.facecore.Face;
import io.facecore.FaceCoreException;
import io.facecore.FaceEmbedding;
import io.facecore.FaceEngine;
import io.facecore.Gallery;
import io.facecore.Limits;
import io.facecore.Matcher;
import io.facecore.Photo;
import io.facecore.PhotoException;
import io.facecore.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;

/**
 * A small HTTP service: POST a photo to /faces and get its faces, with names of people it knows, as JSON.
 *
 * <pre>java -cp facecore.jar examples/java/FaceService.java PORT MODELS PEOPLE</pre>
 *
 * PEOPLE has a folder for each person, with photos of that person alone. PORT 0 takes any free one; the line printed says which.
 */
public final class FaceService {
    private static final int LARGEST_BODY = 32 << 20;
    /** What a stranger's photo may cost: shrunk to 2 megapixels, and 400 ms for finding the faces. */
    private static final Limits LIMITS = Limits.DEFAULT.withMaxBytes(LARGEST_BODY).withShrinkAbove(2_000_000);

    private static final DetectOptions OPTIONS = DetectOptions.DEFAULT.withMinFace(32).withBudget(Budget.within(Duration.ofMillis(400)).withMaxFaces(50));

    private final FaceEngine engine;
    private final Gallery people;

    private FaceService(FaceEngine engine, Gallery people) {
        this.engine = engine;
        this.people = people;
    }

    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(args[0]);
        FaceEngine engine = FaceEngine.open(Path.of(args[1])); // one for all threads, as long as the process lives
        // One stranger's face in a hundred may get a name; withFalsePositiveRate(0.001) makes that one in a thousand.
        Matcher matcher = Matcher.forSpace(engine.space().orElseThrow());
        FaceService service = new FaceService(engine, matcher.gallery(enrol(engine, Path.of(args[2]))));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
        server.createContext("/faces", service::answer);
        // As many photos at once as there are cores: more would only take memory.
        server.setExecutor(Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors()));
        server.start();
        System.out.println("listening on http://localhost:" + server.getAddress().getPort() + "/faces, " + engine);
    }

    private static List<Candidate> enrol(FaceEngine engine, Path folder) throws IOException {
        List<Candidate> people = new ArrayList<>();
        try (DirectoryStream<Path> persons = Files.newDirectoryStream(folder)) {
            for (Path person : persons) {
                List<Embedding> known = new ArrayList<>();
                try (DirectoryStream<Path> photos = Files.newDirectoryStream(person)) {
                    for (Path file : photos) {
                        try (Photo photo = Photo.decode(Files.readAllBytes(file))) {
                            for (FaceEmbedding face : engine.embed(photo, engine.detect(photo).faces())) {
                                face.embedding().ifPresent(known::add);
                            }
                        }
                    }
                }
                people.add(new Candidate(person.getFileName().toString(), known));
            }
        }
        return people;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("POST")) {
                reply(exchange, 405, "{\"error\": \"POST a photo\"}");
                return;
            }
            byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
            try {
                reply(exchange, 200, recognise(body));
            } catch (PhotoException bad) {
                reply(exchange, bad.code() == ErrorCode.LIMIT ? 413 : 400, error(bad));
            } catch (FaceCoreException failure) {
                failure.printStackTrace();
                reply(exchange, 500, error(failure));
            }
        }
    }

    private String recognise(byte[] bytes) {
        try (Photo photo = Photo.decode(bytes, LIMITS)) {
            Detection found = engine.detect(photo, OPTIONS);
            List<Embedding> embeddings = new ArrayList<>();
            for (FaceEmbedding face : engine.embed(photo, found.faces())) {
                embeddings.add(face.orElseThrow());
            }
            List<Verdict> verdicts = people.decide(embeddings);
            List<String> faces = new ArrayList<>();
            for (int i = 0; i < verdicts.size(); i++) {
                Face face = found.faces().get(i);
                String name = verdicts.get(i).match().map(person -> quote(person.person())).orElse("null");
                faces.add(String.format(Locale.ROOT, "{\"box\": [%.1f, %.1f, %.1f, %.1f], \"score\": %.4f, \"name\": %s}", face.storedBox().x1(),
                        face.storedBox().y1(), face.storedBox().x2(), face.storedBox().y2(), face.score(), name));
            }
            return "{\"complete\": " + found.isComplete() + ", \"faces\": [" + String.join(", ", faces) + "]}";
        }
    }

    private static String error(FaceCoreException failure) {
        return "{\"error\": " + quote(failure.code().name()) + ", \"message\": " + quote(failure.getMessage()) + "}";
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char letter : text.toCharArray()) {
            quoted.append(letter == '"' || letter == '\\' ? "\\" + letter : letter < ' ' ? String.format("\\u%04x", (int) letter) : letter);
        }
        return quoted.append('"').toString();
    }

    private static void reply(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
