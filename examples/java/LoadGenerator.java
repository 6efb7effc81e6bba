import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;

/**
 * Sends a mix of good, broken and huge photos to FaceService and says how long it took; exits with 1 after an answer that was not expected.
 *
 * <pre>java examples/java/LoadGenerator.java URL TESTDATA SECONDS CONNECTIONS</pre>
 */
public final class LoadGenerator {
    /** A photo, the status it must get, and a word that the answer must have. */
    private static final class Shot {
        final String kind;
        final byte[] body;
        final int status;
        final String word;

        Shot(String kind, byte[] body, int status, String word) {
            this.kind = kind;
            this.body = body;
            this.status = status;
            this.word = word;
        }
    }

    private LoadGenerator() {}

    public static void main(String[] args) throws Exception {
        URI service = URI.create(args[0]);
        Path testdata = Path.of(args[1]);
        long nanoseconds = Long.parseLong(args[2]) * 1_000_000_000L;
        int connections = Integer.parseInt(args[3]);
        List<Shot> shots = shots(testdata);

        Map<String, List<Long>> times = new TreeMap<>();
        Map<String, Integer> statuses = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        AtomicInteger next = new AtomicInteger();
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            // A client of its own has a connection of its own.
            HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            Thread thread = new Thread(() -> {
                while (System.nanoTime() - start < nanoseconds) {
                    Shot shot = shots.get(next.getAndIncrement() % shots.size());
                    HttpRequest request = HttpRequest.newBuilder(service).POST(HttpRequest.BodyPublishers.ofByteArray(shot.body)).build();
                    long sent = System.nanoTime();
                    String answer;
                    int status;
                    try {
                        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
                        answer = response.body();
                        status = response.statusCode();
                    } catch (IOException | InterruptedException failure) {
                        answer = failure.toString();
                        status = -1;
                    }
                    long took = System.nanoTime() - sent;
                    synchronized (times) {
                        times.computeIfAbsent(shot.kind, kind -> new ArrayList<>()).add(took);
                        times.computeIfAbsent("all", kind -> new ArrayList<>()).add(took);
                        statuses.merge(shot.kind + " " + status, 1, Integer::sum);
                        if (status != shot.status || !answer.contains(shot.word)) {
                            wrong.add(shot.kind + ": " + status + " " + answer);
                        }
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        times.forEach((kind, list) -> {
            long[] sorted = list.stream().mapToLong(Long::longValue).sorted().toArray();
            System.out.printf("%-16s %6d answers  %6.1f a second  p50 %7.1f ms  p99 %7.1f ms%n", kind, sorted.length, sorted.length / seconds,
                    sorted[sorted.length / 2] / 1e6, sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)] / 1e6);
        });
        System.out.println("statuses " + statuses);
        if (!wrong.isEmpty() || times.isEmpty()) {
            System.out.println(wrong.size() + " answers not expected, such as " + wrong.stream().findFirst().orElse("none at all"));
            System.exit(1);
        }
        System.out.println("every answer as expected");
    }

    private static List<Shot> shots(Path testdata) throws IOException {
        byte[] group = Files.readAllBytes(testdata.resolve("photos/group.jpg"));
        Shot three = new Shot("good", group, 200, "Eileen Collins");
        Shot one = new Shot("good", Files.readAllBytes(testdata.resolve("photos/astronaut.jpg")), 200, "Eileen Collins");
        Shot turned = new Shot("good", Files.readAllBytes(testdata.resolve("orientations/6.jpg")), 200, "\"box\"");
        Shot cut = new Shot("broken", Files.readAllBytes(testdata.resolve("hostile/cut.jpg")), 400, "DAMAGED");
        Shot text = new Shot("broken", Files.readAllBytes(testdata.resolve("hostile/text.jpg")), 400, "UNKNOWN_FORMAT");
        Shot lying = new Shot("broken", Files.readAllBytes(testdata.resolve("hostile/huge.png")), 400, "DECODE");
        Shot large = new Shot("huge, 24 MP", enlarged(group, 6000, 4000), 200, "\"box\"");
        Shot tooLarge = new Shot("too large", enlarged(group, 31000, 200), 413, "LIMIT");
        List<Shot> shots = new ArrayList<>();
        for (int round = 0; round < 8; round++) {
            shots.addAll(Arrays.asList(one, turned, three, cut, one, turned, text, lying));
        }
        shots.addAll(Arrays.asList(large, tooLarge));
        return shots;
    }

    private static byte[] enlarged(byte[] photo, int width, int height) throws IOException {
        BufferedImage large = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = large.createGraphics();
        graphics.drawImage(ImageIO.read(new ByteArrayInputStream(photo)), 0, 0, width, height, null);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(large, "jpeg", bytes);
        return bytes.toByteArray();
    }
}
