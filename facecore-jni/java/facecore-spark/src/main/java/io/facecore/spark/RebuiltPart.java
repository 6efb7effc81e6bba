package io.facecore.spark;

import io.facecore.FaceCoreException;
import io.facecore.Profile;
import io.facecore.SpaceId;
import io.facecore.StoreBatch;
import io.facecore.ThreadPriority;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Row;

/** A part of the list → the next iteration: what an executor does. Doing it twice does no harm. */
final class RebuiltPart implements Function2<Integer, Iterator<Row>, Iterator<Integer>> {
    private static final long serialVersionUID = 1;
    private static final int ACCOUNTS = 32;
    private static final int FACES = 1_000;

    private final RebuildSettings settings;
    private final long iteration;
    private final boolean reads;
    private final Set<Integer> done;

    RebuiltPart(RebuildSettings settings, long iteration, boolean reads, Set<Integer> done) {
        this.settings = settings;
        this.iteration = iteration;
        this.reads = reads;
        this.done = Set.copyOf(done);
    }

    @Override
    public Iterator<Integer> call(Integer part, Iterator<Row> rows) {
        if (done.contains(part)) {
            return Collections.emptyIterator();
        }
        Machine machine = Machine.of(settings);
        // Whatever else runs on this machine, such as the service, goes first. This does not hold for the threads that the connection has started.
        if (!settings.normalPriority) {
            ThreadPriority.setIdle();
        }
        Writer writer = new Writer(machine, part);
        while (rows.hasNext()) {
            writer.take(built(machine, rows.next()));
        }
        writer.write();
        machine.connection.tables.done(iteration, part, writer.report);
        return List.of(part).iterator();
    }

    /** An account that cannot be read must not end the whole job. */
    private Built built(Machine machine, Row row) {
        try {
            return machine.builder.build(Account.of(row), reads);
        } catch (IllegalArgumentException wrong) {
            Built built = new Built(row.getLong(0));
            built.fail(null, null, "account", wrong.getMessage());
            return built;
        }
    }

    private final class Writer {
        private final Machine machine;
        private final int part;
        private final List<Built> waiting = new ArrayList<>();
        private int faces;
        private PassReport report = PassReport.EMPTY;

        Writer(Machine machine, int part) {
            this.machine = machine;
            this.part = part;
        }

        void take(Built built) {
            waiting.add(built);
            faces += built.faces.size();
            if (waiting.size() >= ACCOUNTS || faces >= FACES) {
                write();
            }
        }

        /** Returns when everything is acknowledged. */
        void write() {
            List<Optional<byte[]>> before = machine.connection.store.getMany(waiting.stream().mapToLong(built -> built.account).toArray());
            SpaceId space = machine.connection.store.space();
            StoreBatch batch = new StoreBatch();
            for (int i = 0; i < waiting.size(); i++) {
                Built built = waiting.get(i);
                machine.connection.tables.failed(iteration, part, built.account, built.failures);
                built.faces.forEach((face, stored) -> batch.putFaceNext(built.account, face, stored));
                if (built.build == null) {
                    // As it is, even if it cannot be read.
                    before.get(i).ifPresent(bytes -> batch.putNext(built.account, space, bytes));
                } else {
                    built.build.profile().ifPresent(profile -> batch.putNext(built.account, profile));
                }
                report = report.plus(count(built, before.get(i)));
            }
            machine.connection.store.write(batch);
            waiting.clear();
            faces = 0;
        }
    }

    private static PassReport count(Built built, Optional<byte[]> bytes) {
        Optional<Profile> before = bytes.flatMap(RebuiltPart::readable);
        Optional<Profile> after = built.build == null ? before : built.build.profile();
        boolean same = before.isPresent() && after.isPresent() ? before.get().showsOwnerOf(after.get()) : before.isEmpty() && after.isEmpty();
        long[] outcomes = new long[5];
        outcomes[built.build == null ? 4 : switch (built.build.outcome()) {
            case BUILT -> 0;
            case NO_LEADER -> 1;
            case NO_FACES -> 2;
            case OPTED_OUT -> 3;
            case OTHER -> 4;
        }]++;
        return new PassReport(1, outcomes[0], outcomes[1], outcomes[2], outcomes[3], outcomes[4], same ? 0 : 1, built.photos, built.failedPhotos(), 0);
    }

    private static Optional<Profile> readable(byte[] bytes) {
        try {
            return Optional.of(Profile.ofBytes(bytes));
        } catch (FaceCoreException unreadable) {
            return Optional.empty();
        }
    }
}
