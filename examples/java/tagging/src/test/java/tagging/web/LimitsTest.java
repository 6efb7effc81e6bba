package tagging.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Rates, sessions and the guard, without a server. */
class LimitsTest {
    @Test
    void aBucketIsEmptyAfterSoManyAndFillsUpAgain() {
        AtomicLong now = new AtomicLong();
        Rate rate = new Rate(3, now::get);
        for (int i = 0; i < 3; i++) {
            rate.take("a", "wait");
        }
        assertEquals(429, assertThrows(Failure.class, () -> rate.take("a", "wait")).status());
        rate.take("b", "wait");
        now.set(20_000_000_001L);
        rate.take("a", "wait");
        assertThrows(Failure.class, () -> rate.take("a", "wait"));
    }

    @Test
    void aSessionEndsWhenItIsIdleAndChangesItsSecretsWithTheAccount() {
        AtomicLong seconds = new AtomicLong();
        Clock clock = new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochSecond(seconds.get());
            }
        };
        Sessions sessions = new Sessions(clock, Duration.ofSeconds(10), 2);
        Session first = sessions.begin();
        Session entered = sessions.enter(first, 7);
        assertNotEquals(first.id(), entered.id());
        assertNotEquals(first.token(), entered.token());
        assertTrue(sessions.find(first.id()).isEmpty());
        assertEquals(OptionalLong.of(7), sessions.find(entered.id()).orElseThrow().account());
        seconds.set(9);
        assertTrue(sessions.find(entered.id()).isPresent());
        seconds.set(20);
        assertTrue(sessions.find(entered.id()).isEmpty());
        Session oldest = sessions.begin();
        sessions.begin();
        sessions.begin();
        assertTrue(sessions.find(oldest.id()).isEmpty());
    }

    @Test
    void theCookieIsReadAmongOthersAndKeptFromScripts() {
        assertEquals("x=y", Sessions.read("a=b; tagging=x=y; c=d").orElseThrow());
        assertTrue(Sessions.read("taggings=x").isEmpty());
        assertTrue(Sessions.read(null).isEmpty());
        String cookie = Sessions.cookie(new Session("id", "token", OptionalLong.empty(), Instant.EPOCH));
        assertTrue(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), cookie);
        assertFalse(cookie.contains("token"), cookie);
    }

    @Test
    void postsOfOtherSitesAreRefused() {
        Guard guard = new Guard(Set.of("localhost"));
        Session session = new Session("id", "secret", OptionalLong.empty(), Instant.EPOCH);
        Map<String, String> headers = new HashMap<>(Map.of("Host", "localhost:80", "Origin", "http://localhost:80", "X-Token", "secret"));
        guard.checkPost(headers::get, session);
        for (Map.Entry<String, String> wrong : Map.of("Origin", "http://evil.example", "X-Token", "guess", "Sec-Fetch-Site", "cross-site").entrySet()) {
            Map<String, String> changed = new HashMap<>(headers);
            changed.put(wrong.getKey(), wrong.getValue());
            assertEquals(403, assertThrows(Failure.class, () -> guard.checkPost(changed::get, session), wrong.toString()).status());
        }
        headers.remove("X-Token");
        assertThrows(Failure.class, () -> guard.checkPost(headers::get, session));
        guard.checkHost("localhost:8080");
        assertEquals(421, assertThrows(Failure.class, () -> guard.checkHost("evil.example")).status());
    }

    @Test
    void routesAreFoundByMethodAndPieces() {
        Router router = new Router().add("GET", "/a/{id}", request -> Reply.json("")).add("POST", "/a/{id}/b", request -> Reply.json(""));
        assertEquals("7", router.find("GET", "/a/7").path().get("id"));
        assertEquals(405, assertThrows(Failure.class, () -> router.find("GET", "/a/7/b")).status());
        assertEquals(404, assertThrows(Failure.class, () -> router.find("GET", "/a/7/")).status());
        assertEquals(404, assertThrows(Failure.class, () -> Request.id("../../etc/passwd", 16)).status());
    }
}
