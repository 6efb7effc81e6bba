package io.facecore.cassandra;

import io.facecore.CloneState;
import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import io.facecore.FaceId;
import io.facecore.Opinion;
import io.facecore.SpaceId;
import io.facecore.StoreBatch;
import io.facecore.StoreChanges;
import java.util.ArrayList;
import java.util.List;

/** One change of a batch. */
final class Change {
    /** Above this, Cassandra's commit log refuses a value with its own default settings; a profile has some hundred bytes. */
    static final int MAX_VALUE = 1 << 20;

    enum Kind { PUT, PUT_NEXT, REMOVE, PUT_FACE, PUT_FACE_NEXT, REMOVE_PHOTO, APPLY, OPT_OUT, OPT_IN, ERASE, SET_FINDABLE }

    final Kind kind;
    final long user;
    /** Its place in the batch. */
    final int index;
    byte[] bytes;
    /** For a change to a whole photo the place has no meaning. */
    FaceId face;
    Opinion opinion;
    boolean findable;

    private Change(Kind kind, long user, int index) {
        this.kind = kind;
        this.user = user;
        this.index = index;
    }

    /** Whether it is a rebuild's: everything that was written live since the rebuild began wins over it. */
    boolean isOfRebuild() {
        return kind == Kind.PUT_NEXT || kind == Kind.PUT_FACE_NEXT;
    }

    /** All changes of a batch, checked, before anything is written. */
    static List<Change> of(StoreBatch batch, SpaceId space) {
        Reader reader = new Reader(space);
        batch.replay(reader);
        return reader.changes;
    }

    private static final class Reader implements StoreChanges {
        private final List<Change> changes = new ArrayList<>();
        private final SpaceId space;

        Reader(SpaceId space) {
            this.space = space;
        }

        private Change add(Kind kind, long user) {
            Change change = new Change(kind, user, changes.size());
            changes.add(change);
            return change;
        }

        private byte[] check(SpaceId its, byte[] value) {
            if (!its.equals(space)) {
                throw FaceCoreException.of(ErrorCode.SPACE_MISMATCH, "a value of space " + its + " cannot be put among those of " + space);
            }
            if (value.length > MAX_VALUE) {
                throw FaceCoreException.of(ErrorCode.LIMIT, "a value to store has " + value.length + " bytes, above the limit of " + MAX_VALUE);
            }
            return value;
        }

        @Override
        public void put(long user, SpaceId its, byte[] profile) {
            add(Kind.PUT, user).bytes = check(its, profile);
        }

        @Override
        public void putNext(long user, SpaceId its, byte[] profile) {
            add(Kind.PUT_NEXT, user).bytes = check(its, profile);
        }

        @Override
        public void remove(long user) {
            add(Kind.REMOVE, user);
        }

        @Override
        public void putFace(long user, FaceId face, SpaceId its, byte[] bytes) {
            addFace(Kind.PUT_FACE, user, face, its, bytes);
        }

        @Override
        public void putFaceNext(long user, FaceId face, SpaceId its, byte[] bytes) {
            addFace(Kind.PUT_FACE_NEXT, user, face, its, bytes);
        }

        private void addFace(Kind kind, long user, FaceId face, SpaceId its, byte[] bytes) {
            Change change = add(kind, user);
            change.bytes = check(its, bytes);
            change.face = face;
        }

        @Override
        public void removePhoto(long user, long photo) {
            add(Kind.REMOVE_PHOTO, user).face = new FaceId(photo, 0);
        }

        @Override
        public void apply(long user, FaceId face, Opinion opinion) {
            Change change = add(Kind.APPLY, user);
            change.face = face;
            change.opinion = opinion;
        }

        @Override
        public void optOut(long user) {
            add(Kind.OPT_OUT, user);
        }

        @Override
        public void optIn(long user) {
            add(Kind.OPT_IN, user);
        }

        @Override
        public void erase(long user) {
            add(Kind.ERASE, user);
        }

        @Override
        public void setFindable(long user, boolean findable) {
            add(Kind.SET_FINDABLE, user).findable = findable;
        }

        @Override
        public void judgeClone(long one, long other, CloneState state) {
            throw new UnsupportedOperationException("pairs of accounts are kept in an embedded store only");
        }
    }
}
