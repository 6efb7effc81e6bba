package tagging.web;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which address does what: {@code add("POST", "/api/photos/{photo}", handler)}. */
public final class Router {
    /** Answers one kind of request. */
    public interface Handler {
        Reply handle(Request request) throws java.io.IOException;
    }

    private record Route(String method, String[] pieces, Handler handler) {
    }

    record Found(Handler handler, Map<String, String> path) {
    }

    private final List<Route> routes = new ArrayList<>();

    /** Adds a route; a piece in braces takes any text without a slash. */
    public Router add(String method, String path, Handler handler) {
        routes.add(new Route(method, path.split("/", -1), handler));
        return this;
    }

    Found find(String method, String path) {
        String[] pieces = path.split("/", -1);
        boolean elsewhere = false;
        for (Route route : routes) {
            Map<String, String> named = match(route.pieces(), pieces);
            if (named != null && route.method().equals(method)) {
                return new Found(route.handler(), named);
            }
            elsewhere |= named != null;
        }
        throw elsewhere ? new Failure(405, "This address is used in another way.") : Failure.notFound();
    }

    private static Map<String, String> match(String[] pattern, String[] pieces) {
        if (pattern.length != pieces.length) {
            return null;
        }
        Map<String, String> named = new HashMap<>();
        for (int i = 0; i < pieces.length; i++) {
            if (pattern[i].startsWith("{")) {
                named.put(pattern[i].substring(1, pattern[i].length() - 1), pieces[i]);
            } else if (!pattern[i].equals(pieces[i])) {
                return null;
            }
        }
        return named;
    }
}
