package io.facecore.cassandra;

import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import io.facecore.FaceId;
import io.facecore.Opinion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Writes a batch: reads what the answers depend on, writes everything at once, then looks at the pointer once more. If a rebuild began meanwhile, its
 * iteration gets the live writes as well; so no write is lost, whenever the rebuild begins.
 */
final class BatchWriter {
    private final CassandraOptions options;
    private final Requests requests;
    private final Statements statements;
    private final Iterations iterations;
    private final Clock clock;
    private final Optional<ProfileCache> cache;

    BatchWriter(CassandraOptions options, Requests requests, Statements statements, Iterations iterations, Optional<ProfileCache> cache) {
        this.options = options;
        this.requests = requests;
        this.statements = statements;
        this.iterations = iterations;
        clock = iterations.clock();
        this.cache = cache;
    }

    boolean[] write(List<Change> changes) {
        long end = System.nanoTime() + options.writeDeadline().toNanos();
        Pointer pointer = pointer(changes, end);
        long[] times = new long[changes.size()];
        for (int i = 0; i < times.length; i++) {
            times[i] = clock.next();
        }
        Map<Long, UserChanges> users = new LinkedHashMap<>();
        changes.forEach(change -> users.computeIfAbsent(change.user, user -> new UserChanges(clock)));
        read(changes, users, pointer, end);
        boolean[] answers = new boolean[changes.size()];
        for (Change change : changes) {
            answers[change.index] = users.get(change.user).add(change, times[change.index], pointer.begun);
        }
        try {
            send(users, pointer, end);
        } finally {
            cache.ifPresent(known -> known.keep(gaps(users)));
        }
        return answers;
    }

    /** Also for writes that failed, since a part of them may be there. */
    private List<ProfileCache.Entry> gaps(Map<Long, UserChanges> users) {
        List<ProfileCache.Entry> gaps = new ArrayList<>();
        long current = iterations.remembered().current;
        for (UserChanges user : users.values()) {
            user.profiles.stream().filter(write -> write.where != UserChanges.Where.NEXT).reduce((before, last) -> last)
                    .ifPresent(last -> gaps.add(new ProfileCache.Entry(last.user, null, last.time, current)));
        }
        return gaps;
    }

    private Pointer pointer(List<Change> changes, long end) {
        boolean next = changes.stream().anyMatch(Change::isOfRebuild);
        Pointer pointer = next ? iterations.fresh() : iterations.recent(end);
        if (next && pointer.next == 0) {
            throw FaceCoreException.of(ErrorCode.STORE, "no iteration is being written; begin one first");
        }
        return pointer;
    }

    // ---- What is known of the users before.

    private void read(List<Change> changes, Map<Long, UserChanges> users, Pointer pointer, long end) {
        List<Supplier<CompletionStage<AsyncResultSet>>> questions = new ArrayList<>();
        users.forEach((user, known) -> questions.add(() -> ask("SELECT opted_out, findable, writetime(opted_out), writetime(findable) FROM %s WHERE user = ?",
                "wishes", user).thenApply(rows -> wishes(rows, known))));
        Set<Object> asked = new HashSet<>();
        for (Change change : changes) {
            UserChanges known = users.get(change.user);
            switch (change.kind) {
                case REMOVE:
                case ERASE:
                case OPT_OUT:
                    if (asked.add(change.user)) {
                        pointer.all().forEach(iteration -> questions.add(() -> profile(change.user, iteration, pointer, known)));
                    }
                    break;
                case REMOVE_PHOTO:
                    questions.add(() -> ask("SELECT face, writetime(bytes) FROM %s WHERE user = ? AND photo = ?", "faces", change.user, change.face.photo())
                            .thenApply(rows -> faces(rows, change.face.photo(), known)));
                    break;
                case APPLY:
                    questions.add(() -> ask("SELECT opinion, writetime(opinion) FROM %s WHERE user = ? AND photo = ? AND face = ?", "opinions", change.user,
                            change.face.photo(), change.face.face()).thenApply(rows -> opinion(rows, change.face, known)));
                    break;
                default:
                    break;
            }
        }
        requests.run(questions, end, () -> iterations.lookAgain(end)).whole("reading what is known of " + users.size() + " users");
    }

    private CompletionStage<AsyncResultSet> ask(String statement, String table, Object... values) {
        return statements.send(statement, table, options.read(), options.readDeadline(), values);
    }

    /** For a dropped iteration: nobody has anything in it. */
    private CompletionStage<AsyncResultSet> profile(long user, long iteration, Pointer pointer, UserChanges known) {
        CompletionStage<AsyncResultSet> answer = ask("SELECT writetime(profile) FROM %s WHERE user = ?", Statements.profiles(iteration), user);
        return answer.handle((rows, error) -> {
            if (error != null) {
                if (Requests.isTableGone(error) && !iterations.remembered().all().contains(iteration)) {
                    return null;
                }
                throw new CompletionException(error);
            }
            Row row = rows.one();
            synchronized (known) {
                if (row != null && !row.isNull(0)) {
                    known.latest = Math.max(known.latest, row.getLong(0));
                    known.hasProfile |= iteration == pointer.current;
                }
            }
            return rows;
        });
    }

    private static AsyncResultSet wishes(AsyncResultSet rows, UserChanges known) {
        Row row = rows.one();
        synchronized (known) {
            if (row != null) {
                known.optedOut = row.getBoolean(0);
                known.findable = row.getBoolean(1);
                known.latest = Math.max(known.latest, Math.max(row.getLong(2), row.getLong(3)));
            }
        }
        return rows;
    }

    private static AsyncResultSet faces(AsyncResultSet rows, long photo, UserChanges known) {
        synchronized (known) {
            for (Row row : rows.currentPage()) {
                known.faces.add(new FaceId(photo, row.getInt(0)));
                known.latest = Math.max(known.latest, row.getLong(1));
            }
        }
        return rows;
    }

    private static AsyncResultSet opinion(AsyncResultSet rows, FaceId face, UserChanges known) {
        Row row = rows.one();
        synchronized (known) {
            if (row != null) {
                known.opinions.put(face, Opinion.valueOf(row.getString(0)));
                known.latest = Math.max(known.latest, row.getLong(1));
            }
        }
        return rows;
    }

    // ---- What is written.

    private void send(Map<Long, UserChanges> users, Pointer first, long end) {
        List<Supplier<CompletionStage<Boolean>>> writes = new ArrayList<>();
        for (UserChanges user : users.values()) {
            user.rows.forEach(row -> writes.add(() -> statements.send(row.statement, row.table, row.removes ? options.erase() : options.write(),
                    options.readDeadline(), row.values).thenApply(rows -> true)));
        }
        Set<Long> live = new HashSet<>();
        Set<Long> all = new HashSet<>();
        for (Pointer pointer = first;; pointer = iterations.fresh()) {
            for (UserChanges user : users.values()) {
                for (UserChanges.ProfileWrite write : user.profiles) {
                    addTo(pointer, first, write, live, all, writes);
                }
            }
            live.addAll(pointer.written());
            all.addAll(pointer.all());
            if (writes.isEmpty() && pointer != first) {
                return;
            }
            requests.run(writes, end, () -> iterations.lookAgain(end)).whole("writing a batch");
            writes.clear();
        }
    }

    /** Writes a profile to each table that it belongs to and that does not have it yet. */
    private void addTo(Pointer pointer, Pointer first, UserChanges.ProfileWrite write, Set<Long> live, Set<Long> all,
            List<Supplier<CompletionStage<Boolean>>> writes) {
        switch (write.where) {
            case LIVE:
                pointer.written().stream().filter(iteration -> !live.contains(iteration)).forEach(iteration -> writes.add(() -> profile(write, iteration)));
                break;
            case ALL:
                pointer.all().stream().filter(iteration -> !all.contains(iteration)).forEach(iteration -> writes.add(() -> profile(write, iteration)));
                break;
            default:
                if (pointer == first) {
                    writes.add(() -> profile(write, first.next));
                }
                break;
        }
    }

    private CompletionStage<Boolean> profile(UserChanges.ProfileWrite write, long iteration) {
        String table = Statements.profiles(iteration);
        CompletionStage<AsyncResultSet> sent;
        try {
            sent = write.bytes == null
                    ? statements.send("DELETE FROM %s USING TIMESTAMP ? WHERE user = ?", table, options.erase(), options.readDeadline(), write.time, write.user)
                    : statements.send("INSERT INTO %s (user, profile) VALUES (?, ?) USING TIMESTAMP ?", table, options.write(), options.readDeadline(),
                            write.user, ByteBuffer.wrap(write.bytes), write.time);
        } catch (DriverException error) {
            sent = CompletableFuture.failedFuture(error);
        }
        return sent.handle((rows, error) -> {
            if (error == null) {
                return true;
            }
            // The iteration was dropped meanwhile, and with it what would have been written. If it was not, the node has not heard of it yet.
            if (Requests.isTableGone(error) && !iterations.remembered().all().contains(iteration)) {
                return false;
            }
            throw new CompletionException(error);
        });
    }
}
