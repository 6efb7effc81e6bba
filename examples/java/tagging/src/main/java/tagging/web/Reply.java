package tagging.web;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is sent back. Gson writes {@code <}, {@code >} and {@code &} inside texts as escapes, so JSON is harmless even where it is taken for HTML. */
public final class Reply {
    private static final Gson GSON = new GsonBuilder().serializeNulls().create();

    private final int status;
    private final byte[] body;
    private final Map<String, String> headers = new LinkedHashMap<>();

    private Reply(int status, String type, byte[] body) {
        this.status = status;
        this.body = body;
        headers.put("Content-Type", type);
        headers.put("Cache-Control", "no-store");
    }

    /** An object as JSON. */
    public static Reply json(Object object) {
        return json(200, object);
    }

    /** An object as JSON, with another status than 200. */
    public static Reply json(int status, Object object) {
        return new Reply(status, "application/json; charset=utf-8", GSON.toJson(object).getBytes(StandardCharsets.UTF_8));
    }

    /** Plain text. */
    public static Reply text(String type, String text) {
        return new Reply(200, type, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes of a type. */
    public static Reply bytes(String type, byte[] bytes) {
        return new Reply(200, type, bytes);
    }

    /** A failure, as JSON with its sentence. */
    public static Reply of(Failure failure) {
        Reply reply = json(failure.status(), Map.of("error", failure.getMessage()));
        return failure.status() == 429 || failure.status() == 503 ? reply.with("Retry-After", "5") : reply;
    }

    /** With a header in the place of the one before. */
    public Reply with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    int status() {
        return status;
    }

    byte[] body() {
        return body;
    }

    Map<String, String> headers() {
        return headers;
    }
}
