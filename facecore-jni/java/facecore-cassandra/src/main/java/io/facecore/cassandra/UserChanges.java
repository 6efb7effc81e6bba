package io.facecore.cassandra;

import io.facecore.FaceId;
import io.facecore.Opinion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the changes of one user come to: the answers, and what is written, each with its time, so that all of it can be written at once in any order.
 * The times are taken before the user's wishes are read; so an opt-out that comes between wins over what is written here.
 */
final class UserChanges {
    /** Which tables of profiles a write goes to. */
    enum Where { LIVE, NEXT, ALL }

    /** A profile that is written, or removed if there are no bytes. */
    static final class ProfileWrite {
        final Where where;
        final long user;
        final byte[] bytes;
        final long time;

        ProfileWrite(Where where, long user, byte[] bytes, long time) {
            this.where = where;
            this.user = user;
            this.bytes = bytes;
            this.time = time;
        }
    }

    /** A statement about another table. */
    static final class RowWrite {
        final String statement;
        final String table;
        final boolean removes;
        final Object[] values;

        RowWrite(String statement, String table, boolean removes, Object... values) {
            this.statement = statement;
            this.table = table;
            this.removes = removes;
            this.values = values;
        }
    }

    final List<ProfileWrite> profiles = new ArrayList<>();
    final List<RowWrite> rows = new ArrayList<>();

    // What is known of the user, as it will be after the changes so far.
    boolean optedOut;
    boolean findable;
    boolean hasProfile;
    final Set<FaceId> faces = new HashSet<>();
    final Map<FaceId, Opinion> opinions = new HashMap<>();
    /** The highest time of what was written of the user before; what removes it must be later, even if another machine's clock is ahead. */
    long latest;

    private final Clock clock;

    UserChanges(Clock clock) {
        this.clock = clock;
    }

    /** Records what a change does, and returns its answer. */
    boolean add(Change change, long time, long begun) {
        long user = change.user;
        long later = change.isOfRebuild() ? clock.ofRebuild(begun) : Math.max(time, latest + 1);
        latest = Math.max(latest, later);
        FaceId face = change.face;
        switch (change.kind) {
            case PUT:
                if (optedOut) {
                    return false;
                }
                hasProfile = true;
                profiles.add(new ProfileWrite(Where.LIVE, user, change.bytes, later));
                return true;
            case PUT_NEXT:
                if (!optedOut) {
                    profiles.add(new ProfileWrite(Where.NEXT, user, change.bytes, later));
                }
                return !optedOut;
            case REMOVE:
                boolean there = hasProfile;
                hasProfile = false;
                profiles.add(new ProfileWrite(Where.LIVE, user, null, later));
                return there;
            case PUT_FACE:
            case PUT_FACE_NEXT:
                if (optedOut) {
                    return false;
                }
                faces.add(face);
                rows.add(new RowWrite("INSERT INTO %s (user, photo, face, bytes) VALUES (?, ?, ?, ?) USING TIMESTAMP ?", "faces", false, user,
                        face.photo(), face.face(), ByteBuffer.wrap(change.bytes), later));
                return true;
            case REMOVE_PHOTO:
                opinions.keySet().removeIf(other -> other.photo() == face.photo());
                delete("faces", user, face.photo(), later);
                delete("opinions", user, face.photo(), later);
                return faces.removeIf(other -> other.photo() == face.photo());
            case APPLY:
                if (opinions.put(face, change.opinion) == change.opinion) {
                    return false;
                }
                rows.add(new RowWrite("INSERT INTO %s (user, photo, face, opinion) VALUES (?, ?, ?, ?) USING TIMESTAMP ?", "opinions", false, user,
                        face.photo(), face.face(), change.opinion.name(), later));
                return true;
            case SET_FINDABLE:
                if (findable == change.findable || optedOut) {
                    return false;
                }
                findable = change.findable;
                wish("findable", user, findable, later);
                return true;
            case OPT_IN:
                boolean was = optedOut;
                optedOut = false;
                if (was) {
                    wish("opted_out", user, false, later);
                }
                return was;
            default:
                eraseAll(user, change.kind == Change.Kind.OPT_OUT, later);
                return true;
        }
    }

    private void eraseAll(long user, boolean optOut, long time) {
        hasProfile = false;
        findable = false;
        optedOut = optOut;
        faces.clear();
        opinions.clear();
        wish("opted_out", user, optOut, time);
        wish("findable", user, false, time);
        rows.add(new RowWrite("DELETE FROM %s USING TIMESTAMP ? WHERE user = ?", "faces", true, time, user));
        rows.add(new RowWrite("DELETE FROM %s USING TIMESTAMP ? WHERE user = ?", "opinions", true, time, user));
        profiles.add(new ProfileWrite(Where.ALL, user, null, time));
    }

    private void wish(String column, long user, boolean value, long time) {
        rows.add(new RowWrite("UPDATE %s USING TIMESTAMP ? SET " + column + " = ? WHERE user = ?", "wishes", true, time, value, user));
    }

    private void delete(String table, long user, long photo, long time) {
        rows.add(new RowWrite("DELETE FROM %s USING TIMESTAMP ? WHERE user = ? AND photo = ?", table, true, time, user, photo));
    }
}
