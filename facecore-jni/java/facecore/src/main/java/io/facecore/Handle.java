package io.facecore;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * A native object: used under a read lock, freed under the write lock, once, by {@link #close} or after its owner was collected. So no call
 * can see it freed.
 */
final class Handle {
    private static final Cleaner CLEANER = Cleaner.create();

    private final State state;
    private final Cleaner.Cleanable cleanable;

    Handle(String what, long pointer, LongConsumer free) {
        state = new State(what, pointer, free);
        cleanable = CLEANER.register(this, state);
    }

    <T> T use(LongFunction<T> call) {
        state.lock.readLock().lock();
        try {
            if (state.pointer == 0) {
                throw new IllegalStateException("this " + state.what + " is closed");
            }
            return call.apply(state.pointer);
        } finally {
            state.lock.readLock().unlock();
            Reference.reachabilityFence(this);
        }
    }

    /** 0 stands for none. */
    static <T> T useIfAny(Handle handle, LongFunction<T> call) {
        return handle == null ? call.apply(0) : handle.use(call);
    }

    void close() {
        cleanable.clean();
    }

    /** What the cleaner runs. It has no reference to the handle, which could otherwise never be collected. */
    private static final class State implements Runnable {
        private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        private final String what;
        private final LongConsumer free;
        private long pointer;

        State(String what, long pointer, LongConsumer free) {
            this.what = what;
            this.pointer = pointer;
            this.free = free;
        }

        @Override
        public void run() {
            lock.writeLock().lock();
            try {
                free.accept(pointer);
                pointer = 0;
            } finally {
                lock.writeLock().unlock();
            }
        }
    }
}
