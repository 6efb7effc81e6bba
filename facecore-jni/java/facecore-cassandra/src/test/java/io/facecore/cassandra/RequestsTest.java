package io.facecore.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What becomes of requests that fail, or are never answered; needs no Cassandra. */
class RequestsTest {
    private final CassandraMetrics metrics = new CassandraMetrics();

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    private static CompletionStage<String> failure() {
        return CompletableFuture.failedFuture(new IllegalStateException("no node"));
    }

    @Test
    void whatFailsIsSentAgain() {
        AtomicInteger tries = new AtomicInteger();
        AtomicInteger looks = new AtomicInteger();
        List<Supplier<CompletionStage<String>>> requests = List.of(
                () -> CompletableFuture.completedFuture("at once"),
                () -> tries.incrementAndGet() < 4 ? failure() : CompletableFuture.completedFuture("late"));
        Requests.Outcome<String> outcome = new Requests(8, metrics).run(requests, in(Duration.ofSeconds(20)), looks::incrementAndGet).whole("a test");
        assertEquals("at once", outcome.results.get(0));
        assertEquals("late", outcome.results.get(1));
        assertEquals(4, tries.get());
        assertEquals(3, looks.get(), "each retry looks at the pointer first");
        assertEquals(List.of(5L, 3L, 3L), List.of(metrics.requests(), metrics.failures(), metrics.retries()), "what was answered is not sent again");
    }

    @Test
    void theDeadlineEndsWaitingAndSaysWhoIsMissing() {
        List<Supplier<CompletionStage<String>>> requests = List.of(() -> CompletableFuture.completedFuture("here"), CompletableFuture::new);
        long start = System.nanoTime();
        Requests.Outcome<String> outcome = new Requests(8, metrics).run(requests, in(Duration.ofMillis(100)), () -> {});
        long waited = System.nanoTime() - start;
        assertTrue(waited >= 100_000_000 && waited < 5_000_000_000L, "waited " + waited + " ns");
        assertTrue(outcome.isDone(0));
        assertFalse(outcome.isDone(1));
        assertEquals(ErrorCode.STORE, assertThrows(FaceCoreException.class, () -> outcome.whole("a test")).code());
    }

    @Test
    void withoutANodeFewRequestsAreBurnt() {
        AtomicInteger sent = new AtomicInteger();
        List<Supplier<CompletionStage<String>>> requests = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            requests.add(() -> {
                sent.incrementAndGet();
                return failure();
            });
        }
        Requests.Outcome<String> outcome = new Requests(256, metrics).run(requests, in(Duration.ofMillis(300)), () -> {});
        assertFalse(outcome.isDone(0));
        // Rounds of 16, after pauses of at least 10, 20, 40, 80 and 160 ms.
        assertTrue(sent.get() >= 32 && sent.get() <= 160, sent + " requests were sent");
    }

    @Test
    void onlySoManyAreUnderWay() {
        List<CompletableFuture<String>> open = new ArrayList<>();
        List<Supplier<CompletionStage<String>>> requests = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            requests.add(() -> {
                CompletableFuture<String> answer = new CompletableFuture<>();
                open.add(answer);
                return answer;
            });
        }
        Requests limited = new Requests(3, metrics);
        limited.run(requests, in(Duration.ofMillis(100)), () -> {});
        assertEquals(3, open.size());
        assertEquals(1, metrics.waited());
        open.forEach(answer -> answer.complete("late"));
        Requests.Outcome<String> after = limited.run(List.of(() -> CompletableFuture.completedFuture("free again")), in(Duration.ofSeconds(20)), () -> {});
        assertEquals("free again", after.results.get(0), "a late answer makes room");
    }
}
