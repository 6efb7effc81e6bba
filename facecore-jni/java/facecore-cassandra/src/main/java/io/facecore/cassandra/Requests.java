package io.facecore.cassandra;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Sends requests, only so many at once, and sends again what failed, after pauses that grow, until a deadline. All waiting is done by the thread that
 * asks: nothing queues up behind it.
 */
final class Requests {
    /** So many failures end a round: without a node the driver fails in microseconds, and trying on at once would be of no use. */
    private static final int ENOUGH = 16;
    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

    private final Semaphore permits;
    private final CassandraMetrics metrics;

    Requests(int inFlight, CassandraMetrics metrics) {
        permits = new Semaphore(inFlight);
        this.metrics = metrics;
    }

    /** The outcome of a batch of requests. A request that has no answer is not in {@code done}. */
    static final class Outcome<T> {
        final AtomicReferenceArray<T> results;
        final AtomicReferenceArray<Boolean> done;
        volatile Throwable failure;

        Outcome(int size) {
            results = new AtomicReferenceArray<>(size);
            done = new AtomicReferenceArray<>(size);
        }

        boolean isDone(int index) {
            return done.get(index) != null;
        }

        /** Throws unless all were answered. */
        Outcome<T> whole(String what) {
            for (int i = 0; i < done.length(); i++) {
                if (!isDone(i)) {
                    throw failed(what + " is not complete", failure);
                }
            }
            return this;
        }
    }

    static FaceCoreException failed(String what, Throwable cause) {
        String why = cause == null ? "no answer in time" : cause.getClass().getSimpleName() + ": " + cause.getMessage();
        FaceCoreException failed = FaceCoreException.of(ErrorCode.STORE, what + "; Cassandra said: " + why);
        failed.initCause(cause);
        return failed;
    }

    /** Sends all, the failed ones again, until all are answered or {@code end} (by {@link System#nanoTime}) has come. */
    <T> Outcome<T> run(List<? extends Supplier<CompletionStage<T>>> requests, long end, Runnable beforeRetry) {
        Outcome<T> outcome = new Outcome<>(requests.size());
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            left.add(i);
        }
        for (long pause = FIRST_PAUSE;;) {
            int before = left.size();
            round(requests, left, outcome, end);
            left.removeIf(outcome::isDone);
            long now = System.nanoTime();
            if (left.isEmpty() || now >= end) {
                return outcome;
            }
            if (isFinal(outcome.failure)) {
                throw failed("the request cannot succeed", outcome.failure);
            }
            pause = left.size() < before ? FIRST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
            metrics.retries.increment();
            sleep(Math.min(ThreadLocalRandom.current().nextLong(pause / 2, pause), end - now));
            beforeRetry.run();
        }
    }

    private <T> void round(List<? extends Supplier<CompletionStage<T>>> requests, List<Integer> left, Outcome<T> outcome, long end) {
        CountDownLatch latch = new CountDownLatch(left.size());
        AtomicInteger failures = new AtomicInteger();
        int sent = 0;
        for (int index : left) {
            if (failures.get() >= ENOUGH || !acquire(end)) {
                break;
            }
            sent++;
            send(requests.get(index), index, outcome, failures, latch);
        }
        for (int i = sent; i < left.size(); i++) {
            latch.countDown();
        }
        try {
            latch.await(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            throw interrupted();
        }
    }

    private <T> void send(Supplier<CompletionStage<T>> request, int index, Outcome<T> outcome, AtomicInteger failures, CountDownLatch latch) {
        metrics.requests.increment();
        CompletionStage<T> stage;
        try {
            stage = request.get();
        } catch (RuntimeException error) {
            stage = CompletableFuture.failedFuture(error);
        }
        stage.whenComplete((result, error) -> {
            permits.release();
            if (error == null) {
                outcome.results.set(index, result);
                outcome.done.set(index, true);
            } else {
                outcome.failure = error instanceof CompletionException ? error.getCause() : error;
                metrics.failures.increment();
                failures.incrementAndGet();
            }
            latch.countDown();
        });
    }

    private boolean acquire(long end) {
        if (permits.tryAcquire()) {
            return true;
        }
        metrics.waited.increment();
        try {
            return permits.tryAcquire(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            throw interrupted();
        }
    }

    private static void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException interrupted) {
            throw interrupted();
        }
    }

    private static FaceCoreException interrupted() {
        Thread.currentThread().interrupt();
        return FaceCoreException.of(ErrorCode.STORE, "the thread was interrupted while it waited for Cassandra");
    }

    /** A table that is gone was dropped with its iteration: whoever asks knows the new one after a look at the pointer. */
    static boolean isTableGone(Throwable failure) {
        return failure instanceof InvalidQueryException
                && (failure.getMessage().contains("unconfigured table") || failure.getMessage().contains("does not exist"));
    }

    private static boolean isFinal(Throwable failure) {
        return failure instanceof QueryValidationException && !(failure instanceof AllNodesFailedException) && !isTableGone(failure);
    }
}
