package tagging.web;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A request that has passed the {@link Guard}. */
public final class Request {
    private static final int LONGEST_FORM = 16 << 10;

    private final HttpExchange exchange;
    private final Session session;
    private final Map<String, String> path;

    Request(HttpExchange exchange, Session session, Map<String, String> path) {
        this.exchange = exchange;
        this.session = session;
        this.path = path;
    }

    public Session session() {
        return session;
    }

    /** The chosen account. */
    public long account() {
        return session.account().orElseThrow(() -> new Failure(401, "Choose who you are first."));
    }

    /** Where it comes from, for {@link Rate}. */
    public String client() {
        return exchange.getRemoteAddress().getAddress().getHostAddress();
    }

    /** A piece of the address, as the route names it, which is an id. */
    public long id(String name) {
        return id(path.get(name), 16);
    }

    /** A piece of the address that is a small number. */
    public int number(String name) {
        String text = path.get(name);
        if (!text.matches("\\d{1,4}")) {
            throw Failure.notFound();
        }
        return Integer.parseInt(text);
    }

    /** Reads an id as the page writes it: 16 hex digits. */
    public static long id(String text, int digits) {
        if (text == null || !text.matches("[0-9a-f]{" + digits + "}")) {
            throw Failure.notFound();
        }
        return Long.parseUnsignedLong(text, 16);
    }

    /** A header in the encoding of addresses, which any text can be sent in. */
    public String decodedHeader(String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : decode(value);
    }

    /** The fields of a posted form. */
    public Map<String, String> form() {
        checkType("application/x-www-form-urlencoded");
        String text = new String(body(LONGEST_FORM, "The form is too long."), StandardCharsets.UTF_8);
        Map<String, String> fields = new HashMap<>();
        for (String pair : text.split("&")) {
            String[] parts = pair.split("=", 2);
            fields.put(decode(parts[0]), parts.length == 2 ? decode(parts[1]) : "");
        }
        return fields;
    }

    /** Refuses a body that does not say it is of one of these types. */
    public void checkType(String... types) {
        if (Arrays.stream(types).noneMatch(this::isType)) {
            throw new Failure(415, "This kind of file is not taken. Choose a photo: JPEG, PNG, WebP, BMP, GIF or TIFF, or a clip.");
        }
    }

    /** Whether the body says that it is of this type, of which the beginning is given. */
    public boolean isType(String type) {
        String sent = exchange.getRequestHeaders().getFirst("Content-Type");
        return sent != null && sent.startsWith(type);
    }

    /**
     * The whole body. What is declared too long is refused before a byte of it is read; how long reading may take is the {@link Server}'s limit.
     *
     * @param most bytes
     * @param sentence for the one who sent more
     */
    public byte[] body(int most, String sentence) {
        String declared = exchange.getRequestHeaders().getFirst("Content-Length");
        if (declared != null && (!declared.matches("\\d{1,18}") || Long.parseLong(declared) > most)) {
            throw new Failure(413, sentence);
        }
        try {
            // Grows with what arrives: a length that is only declared takes no memory.
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            InputStream stream = exchange.getRequestBody();
            byte[] piece = new byte[64 << 10];
            for (int read = stream.read(piece); read >= 0; read = stream.read(piece)) {
                bytes.write(piece, 0, read);
                if (bytes.size() > most) {
                    throw new Failure(413, sentence);
                }
            }
            return bytes.toByteArray();
        } catch (IOException broken) {
            throw new Failure(400, "The connection broke before everything had arrived. Try again.");
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException wrong) {
            throw new Failure(400, "The address or form is not written as it should be. Reload the page and try again.");
        }
    }
}
