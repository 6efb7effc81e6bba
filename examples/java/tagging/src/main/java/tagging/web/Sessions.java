package tagging.web;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The browsers that are known, in memory: after a restart each chooses its account again. At most so many; the one unused for longest goes first. */
public final class Sessions {
    /** The cookie's name. */
    static final String COOKIE = "tagging";

    private final SecureRandom random = new SecureRandom();
    private final Clock clock;
    private final Duration idle;
    private final int most;
    /** In the order of their last use. */
    private final Map<String, Session> byId = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param clock the time
     * @param idle how long a session lives without a request
     * @param most how many there may be
     */
    public Sessions(Clock clock, Duration idle, int most) {
        this.clock = clock;
        this.idle = idle;
        this.most = most;
    }

    /** A new session in which no account is chosen. */
    public synchronized Session begin() {
        return add(OptionalLong.empty());
    }

    /** The session of a cookie's value, if it is alive. */
    public synchronized Optional<Session> find(String id) {
        Session session = byId.get(id);
        if (session == null) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        if (session.used().plus(idle).isBefore(now)) {
            byId.remove(id);
            return Optional.empty();
        }
        byId.put(id, session.usedAt(now));
        return Optional.of(session);
    }

    /** The same browser with another account, under a new id and token: whoever knew the old ones is out. */
    public synchronized Session enter(Session session, long account) {
        byId.remove(session.id());
        return add(OptionalLong.of(account));
    }

    /** The same browser without an account. */
    public synchronized Session leave(Session session) {
        byId.remove(session.id());
        return add(OptionalLong.empty());
    }

    /** Ends all sessions of an account. */
    public synchronized void end(long account) {
        byId.values().removeIf(session -> session.account().isPresent() && session.account().getAsLong() == account);
    }

    private Session add(OptionalLong account) {
        if (byId.size() >= most) {
            byId.remove(byId.keySet().iterator().next());
        }
        Session session = new Session(secret(), secret(), account, clock.instant());
        byId.put(session.id(), session);
        return session;
    }

    private String secret() {
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The header that gives the browser its session. No script reads it, no other site sends it. */
    public static String cookie(Session session) {
        return COOKIE + "=" + session.id() + "; Path=/; HttpOnly; SameSite=Strict";
    }

    /** The cookie's value among those that a browser sent. */
    static Optional<String> read(String header) {
        if (header != null && header.length() < 4096) {
            for (String part : header.split(";")) {
                String[] pair = part.strip().split("=", 2);
                if (pair.length == 2 && pair[0].equals(COOKIE)) {
                    return Optional.of(pair[1]);
                }
            }
        }
        return Optional.empty();
    }
}
