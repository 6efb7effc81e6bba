package tagging.web;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * One browser.
 *
 * @param id what the cookie holds; only the browser knows it
 * @param token what each post must bring along, so that no other site can post in the browser's name
 * @param account who is using it, if anybody has been chosen
 * @param used the last request
 */
public record Session(String id, String token, OptionalLong account, Instant used) {
    Session usedAt(Instant now) {
        return new Session(id, token, account, now);
    }
}
