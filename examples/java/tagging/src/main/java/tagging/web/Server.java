package tagging.web;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The JDK's HTTP server with our checks before each request and our headers on each reply. */
public final class Server implements AutoCloseable {
    /** A browser runs no script, style or picture but ours, and lets no other site show the page or look into it. */
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                    + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "same-origin",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()");

    private static final int THREADS = 32;
    private static final int WAITING = 64;
    private static final long MOST_DRAINED = 64 << 20;

    private final HttpServer server;
    private final ExecutorService threads;
    private final Router router;
    private final Sessions sessions;
    private final Guard guard;
    private final Rate requests;

    /**
     * Starts to listen on this machine alone.
     *
     * @param port 0: any free one
     * @param router what is answered
     * @param sessions the browsers
     * @param guard what is let through
     * @param requests how many a client may send
     */
    public Server(int port, Router router, Sessions sessions, Guard guard, Rate requests) throws IOException {
        this.router = router;
        this.sessions = sessions;
        this.guard = guard;
        this.requests = requests;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 128);
        // What finds no thread and no place in the queue is refused: the connection is closed.
        threads = new ThreadPoolExecutor(THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING));
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Limits that the JDK reads once, so before the first server: seconds until a request has arrived, and until its reply is taken. */
    public static void limitTime(int seconds) {
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(seconds));
        System.setProperty("sun.net.httpserver.maxRspTime", Integer.toString(2 * seconds));
        System.setProperty("jdk.httpserver.maxConnections", "256");
    }

    /** Where it listens. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            send(exchange, reply(exchange));
        } catch (IOException gone) {
            // The client went away: nobody is left to tell.
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        try {
            Headers headers = exchange.getRequestHeaders();
            guard.checkHost(headers.getFirst("Host"));
            String client = exchange.getRemoteAddress().getAddress().getHostAddress();
            requests.take(client, "Too many requests. Wait a minute, then try again.");
            String method = exchange.getRequestMethod().equals("HEAD") ? "GET" : exchange.getRequestMethod();
            Router.Found found = router.find(method, exchange.getRequestURI().getRawPath());
            Optional<Session> known = Sessions.read(headers.getFirst("Cookie")).flatMap(sessions::find);
            if (!method.equals("GET")) {
                guard.checkPost(headers::getFirst, known.orElseThrow(() -> new Failure(403, "The page is out of date. Reload it and try again.")));
            }
            Session session = known.orElseGet(sessions::begin);
            Reply reply = found.handler().handle(new Request(exchange, session, found.path()));
            return known.isEmpty() ? reply.with("Set-Cookie", Sessions.cookie(session)) : reply;
        } catch (Failure failure) {
            return Reply.of(failure);
        } catch (RuntimeException | IOException | LinkageError defect) {
            defect.printStackTrace();
            return Reply.of(new Failure(500, "Something went wrong on the server, and was written to its log. Try again."));
        }
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        HEADERS.forEach(exchange.getResponseHeaders()::set);
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        if (declared(exchange) > MOST_DRAINED) {
            // The body is on its way still, and will not be read.
            exchange.getResponseHeaders().set("Connection", "close");
        }
        if (reply.status() >= 400 && declared(exchange) <= MOST_DRAINED) {
            drain(exchange.getRequestBody());
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(reply.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
        exchange.getResponseBody().write(reply.body());
        exchange.getResponseBody().flush();
    }

    /** The length of the body; the largest number if it says nothing sensible. */
    private static long declared(HttpExchange exchange) {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        return length == null ? 0 : length.matches("\\d{1,18}") ? Long.parseLong(length) : Long.MAX_VALUE;
    }

    /** Takes in what a refused request still sends: a client that is cut off while it writes never reads why. */
    private static void drain(InputStream body) throws IOException {
        byte[] piece = new byte[64 << 10];
        long left = MOST_DRAINED;
        for (int read = body.read(piece); read >= 0 && left > 0; read = body.read(piece)) {
            left -= read;
        }
    }

    /** Stops, after at most a second for the requests under way. */
    @Override
    public void close() {
        server.stop(1);
        threads.shutdownNow();
    }
}
