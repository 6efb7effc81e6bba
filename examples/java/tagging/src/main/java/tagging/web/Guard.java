package tagging.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;

/** Lets nothing through that another site made the browser send, nor requests for another host than this one. */
public final class Guard {
    /** The header with the session's token. */
    static final String TOKEN = "X-Token";

    private final Set<String> hosts;

    /** @param hosts the names, without ports, under which the page is reached. A site that points a name of its own here is refused. */
    public Guard(Set<String> hosts) {
        this.hosts = Set.copyOf(hosts);
    }

    /** Checks any request. */
    void checkHost(String host) {
        if (host == null || !hosts.contains(withoutPort(host))) {
            throw new Failure(421, "This page is reached under another address: see the line that the server printed when it started.");
        }
    }

    /**
     * Checks a request that changes something.
     *
     * @param headers of the request
     * @param session whose token it must bring along
     */
    void checkPost(Headers headers, Session session) {
        String site = headers.first("Sec-Fetch-Site");
        String origin = headers.first("Origin");
        boolean foreign = site != null && !site.equals("same-origin");
        if (foreign || origin != null && !sameHost(origin, headers.first("Host"))) {
            throw new Failure(403, "This was sent from another site, so it was not done. Open this page itself and try again.");
        }
        String token = headers.first(TOKEN);
        byte[] expected = session.token().getBytes(StandardCharsets.UTF_8);
        if (token == null || !MessageDigest.isEqual(expected, token.getBytes(StandardCharsets.UTF_8))) {
            throw new Failure(403, "The page is out of date. Reload it and try again.");
        }
    }

    /** The headers of a request by name. */
    interface Headers {
        String first(String name);
    }

    private static boolean sameHost(String origin, String host) {
        return origin.equals("http://" + host) || origin.equals("https://" + host);
    }

    private static String withoutPort(String host) {
        return host.replaceFirst(":\\d{1,5}$", "");
    }
}
