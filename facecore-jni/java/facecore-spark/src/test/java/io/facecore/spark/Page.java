package io.facecore.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The page of {@code examples/java/tagging} in a process of its own, and a browser's requests to it. */
final class Page implements AutoCloseable {
    private static final Pattern TOKEN = Pattern.compile("\"token\":\\s*\"([^\"]*)\"");

    private final Process process;
    private final URI address;
    private final HttpClient http = HttpClient.newHttpClient();
    private String cookie = "";
    private String token = "";

    private Page(Process process, String address) {
        this.process = process;
        this.address = URI.create(address);
    }

    /** Starts it on the given keyspace; returns when it answers. */
    static Page start(Path root, Path folder, String keyspace, int port) throws IOException, InterruptedException {
        String driver = "-Ddatastax-java-driver.basic.";
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-Dtagging.cassandra=" + keyspace,
                "-Dtagging.uploads=100000", driver + "contact-points.0=127.0.0.1:" + port, driver + "load-balancing-policy.local-datacenter=datacenter1",
                driver + "request.timeout=20s",
                "-jar", root.resolve("examples/java/tagging/target/tagging.jar").toString(), "0", folder.toString(), root.resolve("models").toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher found = Pattern.compile("http://localhost:\\d+/").matcher(line);
            if (found.find()) {
                return new Page(process, found.group());
            }
            said.append(line).append('\n');
        }
        throw new IOException("the page did not start:\n" + said);
    }

    void join(String name) throws IOException, InterruptedException {
        learn(send("GET", "/api/state", new byte[0]));
        learn(send("POST", "/api/accounts", ("name=" + name).getBytes(StandardCharsets.UTF_8), "Content-Type", "application/x-www-form-urlencoded"));
    }

    /** Returns the status. */
    int upload(byte[] photo) throws IOException, InterruptedException {
        return send("POST", "/api/photos", photo, "Content-Type", "image/jpeg", "X-File", "a.jpg").statusCode();
    }

    private void learn(HttpResponse<String> answer) {
        Matcher found = TOKEN.matcher(answer.body());
        if (found.find()) {
            token = found.group(1);
        }
    }

    private HttpResponse<String> send(String method, String path, byte[] body, String... headers) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("X-Token", token, "Cookie", cookie));
        all.addAll(List.of(headers));
        HttpRequest request = HttpRequest.newBuilder(address.resolve(path)).method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                .headers(all.toArray(String[]::new)).build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        answer.headers().firstValue("Set-Cookie").ifPresent(set -> cookie = set.split(";")[0]);
        return answer;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
