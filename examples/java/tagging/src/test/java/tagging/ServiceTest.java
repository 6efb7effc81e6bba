package tagging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.facecore.FaceEngine;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tagging.web.Server;

/** The whole service over HTTP, on the repository's test photos. */
class ServiceTest {
    private static final Path ROOT = Path.of(System.getProperty("facecore.root"));
    private static final Path PHOTOS = ROOT.resolve("testdata/photos");

    @TempDir
    static Path folder;
    private static FaceEngine engine;
    private static Server server;

    @BeforeAll
    static void start() throws IOException {
        String keyspace = System.getProperty("tagging.cassandra", "");
        if (!keyspace.isEmpty()) {
            try (CqlSession session = CqlSession.builder().build()) {
                session.execute("CREATE KEYSPACE IF NOT EXISTS " + keyspace + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
            }
        }
        engine = FaceEngine.open(ROOT.resolve("models"));
        server = Main.start(0, folder, engine, PHOTOS, 1000);
    }

    @AfterAll
    static void stop() {
        server.close();
        engine.close();
    }

    /** A browser with its cookie and token. */
    private static final class Client {
        private final HttpClient http = HttpClient.newHttpClient();
        private String cookie = "";
        private String token = "";

        Client() throws Exception {
            learn(send("GET", "/api/state", new byte[0]));
        }

        HttpResponse<byte[]> send(String method, String path, byte[] body, String... headers) throws Exception {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path)).method(method,
                    HttpRequest.BodyPublishers.ofByteArray(body));
            request.header("X-Token", token);
            request.header("Cookie", cookie);
            for (int i = 0; i < headers.length; i += 2) {
                request.setHeader(headers[i], headers[i + 1]);
            }
            HttpResponse<byte[]> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            answer.headers().firstValue("Set-Cookie").ifPresent(set -> cookie = set.split(";")[0]);
            return answer;
        }

        JsonObject learn(HttpResponse<byte[]> answer) {
            JsonObject news = json(answer);
            if (news.has("token")) {
                token = news.get("token").getAsString();
            }
            return news;
        }

        HttpResponse<byte[]> post(String path, Map<String, String> fields, String... headers) throws Exception {
            List<String> pairs = new ArrayList<>();
            fields.forEach((name, value) -> pairs.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
            List<String> all = new ArrayList<>(List.of("Content-Type", "application/x-www-form-urlencoded"));
            all.addAll(List.of(headers));
            return send("POST", path, String.join("&", pairs).getBytes(StandardCharsets.UTF_8), all.toArray(String[]::new));
        }

        JsonObject enter(String name) throws Exception {
            for (JsonElement account : json(send("GET", "/api/state", new byte[0])).getAsJsonArray("accounts")) {
                if (account.getAsJsonObject().get("name").getAsString().equals(name)) {
                    return learn(post("/api/enter", Map.of("account", account.getAsJsonObject().get("id").getAsString())));
                }
            }
            throw new AssertionError("no account " + name);
        }

        JsonObject join(String name) throws Exception {
            return learn(post("/api/accounts", Map.of("name", name)));
        }

        HttpResponse<byte[]> upload(byte[] bytes, String file, String... headers) throws Exception {
            List<String> all = new ArrayList<>(List.of("Content-Type", "image/jpeg", "X-File", URLEncoder.encode(file, StandardCharsets.UTF_8)));
            all.addAll(List.of(headers));
            return send("POST", "/api/photos", bytes, all.toArray(String[]::new));
        }
    }

    private static JsonObject json(HttpResponse<byte[]> answer) {
        return JsonParser.parseString(new String(answer.body(), StandardCharsets.UTF_8)).getAsJsonObject();
    }

    private static byte[] photo(String name) throws IOException {
        return Files.readAllBytes(PHOTOS.resolve(name));
    }

    @Test
    void everyReplyForbidsForeignScripts() throws Exception {
        for (String path : List.of("/", "/app.js", "/api/state", "/metrics", "/no/such/page")) {
            HttpResponse<byte[]> answer = new Client().send("GET", path, new byte[0]);
            assertTrue(answer.headers().firstValue("Content-Security-Policy").orElseThrow().contains("default-src 'none'"), path);
            assertEquals("nosniff", answer.headers().firstValue("X-Content-Type-Options").orElseThrow());
        }
    }

    @Test
    void crossSitePostsAreRefusedAndChangeNothing() throws Exception {
        Client client = new Client();
        for (String[] wrong : new String[][] {{"Origin", "http://evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"X-Token", "guess"}, {"Cookie", ""}}) {
            assertEquals(403, client.post("/api/accounts", Map.of("name", "Mallory"), wrong).statusCode(), wrong[0]);
        }
        assertFalse(new String(client.send("GET", "/api/state", new byte[0]).body(), StandardCharsets.UTF_8).contains("Mallory"));
    }

    @Test
    void anotherAccountsPhotoIsNotThere() throws Exception {
        Client owner = new Client();
        owner.join("Owner");
        String id = json(owner.upload(photo("biden.jpg"), "b.jpg")).get("id").getAsString();
        Client other = new Client();
        other.join("Other");
        for (String path : List.of("", "/picture", "/faces/0")) {
            assertEquals(200, owner.send("GET", "/api/photos/" + id + path, new byte[0]).statusCode());
            assertEquals(404, other.send("GET", "/api/photos/" + id + path, new byte[0]).statusCode(), path);
            assertEquals(401, new Client().send("GET", "/api/photos/" + id + path, new byte[0]).statusCode(), path);
        }
        assertEquals(404, other.post("/api/photos/" + id + "/delete", Map.of()).statusCode());
        assertEquals(404, owner.send("GET", "/api/photos/" + id + "/faces/9999", new byte[0]).statusCode());
        assertEquals(404, owner.send("GET", "/api/photos/..%2f..%2fbook", new byte[0]).statusCode());
    }

    /** A clip that shows one photo after the other, a second and a half each. */
    private static byte[] clip(String... photos) throws Exception {
        Path out = folder.resolve("made.mp4");
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-y", "-v", "error"));
        StringBuilder filter = new StringBuilder();
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < photos.length; i++) {
            command.addAll(List.of("-loop", "1", "-t", "1.5", "-r", "25", "-i", PHOTOS.resolve(photos[i]).toString()));
            filter.append(String.format("[%d:v]scale=640:480:force_original_aspect_ratio=decrease,pad=640:480:-1:-1,setsar=1[v%d];", i, i));
            joined.append("[v").append(i).append(']');
        }
        filter.append(joined).append("concat=n=").append(photos.length).append(":v=1");
        command.addAll(List.of("-filter_complex", filter.toString(), "-pix_fmt", "yuv420p", out.toString()));
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
        return Files.readAllBytes(out);
    }

    @Test
    void aClipIsAPictureOfItsPeople() throws Exception {
        Assumptions.assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(path -> Files.isExecutable(Path.of(path, "ffmpeg"))), "no ffmpeg");
        Client obama = new Client();
        obama.enter("Barack Obama");
        JsonObject seen = json(obama.upload(clip("obama2.jpg", "astronaut.jpg", "obama2.jpg"), "clip.mp4", "Content-Type", "video/mp4"));
        assertEquals(2, seen.getAsJsonArray("faces").size(), seen.toString());
        assertTrue(suggestions(seen).contains("Barack Obama"), seen.toString());
    }

    @Test
    void whatIsNoClipIsToldAndNothingIsReadForIt() throws Exception {
        Client client = new Client();
        client.join("Filmer");
        String playlist = "#EXTM3U\n#EXTINF:1,\n" + PHOTOS.resolve("biden.jpg").toUri() + "\n#EXT-X-ENDLIST\n";
        byte[] concat = ("ffconcat version 1.0\nfile '" + PHOTOS.resolve("biden.jpg") + "'\n").getBytes(StandardCharsets.UTF_8);
        for (byte[] wrong : new byte[][] {playlist.getBytes(StandardCharsets.UTF_8), concat, photo("biden.jpg"), new byte[0], new byte[5000]}) {
            assertEquals(422, client.upload(wrong, "clip.mp4", "Content-Type", "video/mp4").statusCode());
        }
    }

    @Test
    void uploadsBeyondTheLimitsAreToldWhy() throws Exception {
        Client client = new Client();
        client.join("Uploader");
        byte[] bomb = Files.readAllBytes(ROOT.resolve("testdata/hostile/huge.png"));
        assertEquals(422, client.upload(bomb, "bomb.png").statusCode());
        assertEquals(413, client.upload(new byte[tagging.faces.Reader.MOST_BYTES + 1], "long.jpg").statusCode());
        assertEquals(415, client.upload(photo("biden.jpg"), "x", "Content-Type", "text/html").statusCode());
        assertEquals(422, client.upload("no photo".getBytes(StandardCharsets.UTF_8), "x.jpg").statusCode());
        assertEquals(422, client.upload(new byte[0], "x.jpg").statusCode());
        HttpResponse<byte[]> first = client.upload(photo("biden.jpg"), "<script>alert(1)</script>\r\n.jpg");
        assertEquals("<script>alert(1)</script> .jpg", json(first).get("file").getAsString());
        assertFalse(new String(first.body(), StandardCharsets.UTF_8).contains("<script"), "JSON that is harmless even as HTML");
        assertEquals(json(first).get("id"), json(client.upload(photo("biden.jpg"), "again.jpg")).get("id"));
    }

    @Test
    void onlyFriendsAreSuggestedAndEachRejectionHolds() throws Exception {
        Client client = new Client();
        client.join("Friendless");
        assertEquals(List.of(), suggestions(json(client.upload(photo("group.jpg"), "g.jpg"))));
        Client obama = new Client();
        obama.enter("Barack Obama");
        JsonObject group = json(obama.upload(photo("group.jpg"), "g.jpg"));
        assertEquals(List.of("Barack Obama", "Eileen Collins"), suggestions(group));
        JsonArray faces = group.getAsJsonArray("faces");
        assertTrue(faces.toString().contains("\"star\":\"Joe Biden\""), faces.toString());
        for (int face = 0; face < faces.size(); face++) {
            JsonElement suggested = faces.get(face).getAsJsonObject().get("suggestion");
            if (suggested.isJsonObject() && suggested.getAsJsonObject().get("name").getAsString().equals("Eileen Collins")) {
                String who = suggested.getAsJsonObject().get("id").getAsString();
                String path = "/api/photos/" + group.get("id").getAsString() + "/faces/" + face;
                assertEquals(List.of("Barack Obama"), suggestions(json(obama.post(path, Map.of("opinion", "reject", "person", who)))));
                assertEquals(400, obama.post(path, Map.of("opinion", "perhaps", "person", who)).statusCode());
            }
        }
        assertEquals(List.of("Barack Obama"), suggestions(json(obama.upload(photo("group.jpg"), "g.jpg"))));
    }

    private static List<String> suggestions(JsonObject photo) {
        List<String> names = new ArrayList<>();
        for (JsonElement face : photo.getAsJsonArray("faces")) {
            JsonElement suggestion = face.getAsJsonObject().get("suggestion");
            if (suggestion.isJsonObject()) {
                names.add(suggestion.getAsJsonObject().get("name").getAsString());
            }
        }
        names.sort(null);
        return names;
    }

    @Test
    void anErasedAccountLeavesNoTraceInAnyFile() throws Exception {
        Client client = new Client();
        JsonObject account = client.join("Soon Gone").getAsJsonObject("account");
        client.upload(photo("obama2.jpg"), "o.jpg");
        assertEquals(400, client.post("/api/erase", Map.of("name", "Somebody else")).statusCode());
        assertEquals(200, client.post("/api/erase", Map.of("name", "Soon Gone")).statusCode());
        String id = account.get("id").getAsString();
        byte[] big = new java.math.BigInteger(id, 16).toByteArray();
        byte[] key = big.length > 8 ? java.util.Arrays.copyOfRange(big, big.length - 8, big.length) : big;
        byte[] turned = new byte[key.length];
        for (int i = 0; i < key.length; i++) {
            turned[i] = key[key.length - 1 - i];
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                for (String trace : List.of(id, "Soon Gone", new String(key, StandardCharsets.ISO_8859_1), new String(turned, StandardCharsets.ISO_8859_1))) {
                    assertFalse(bytes.contains(trace), file + " still has a trace");
                }
            }
        }
    }

    @Test
    void prometheusCanReadTheNumbers() throws Exception {
        String text = new String(new Client().send("GET", "/metrics", new byte[0]).body(), StandardCharsets.UTF_8);
        for (String line : text.split("\n")) {
            assertTrue(line.matches("# (HELP|TYPE) tagging_\\w+ .+|tagging_\\w+(\\{le=\"[^\"]+\"})? [0-9.E-]+"), line);
        }
        assertTrue(text.contains("tagging_suggested_total ") && text.contains("tagging_upload_seconds_bucket{le=\"+Inf\"} "));
    }
}
