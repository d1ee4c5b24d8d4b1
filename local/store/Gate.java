package cups.store;

import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Admits commands until the store stops, and waits for those that run: RocksDB must not be closed beneath them. */
final class Gate {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile boolean closing;

    /** @return false if the store stops; otherwise the same thread must call {@link #leave} */
    boolean enter() {
        return !closing && lock.readLock().tryLock();
    }

    void leave() {
        lock.readLock().unlock();
    }

    /** Admits no further command and interrupts the reads that run. */
    void close() {
        closing = true;
    }

    /** @throws MongoServerError 11600, which drivers treat like a lost connection, if the store stops */
    void check() {
        if (closing) throw new MongoServerError(11600, "InterruptedAtShutdown", "The store stops");
    }

    /** @return whether all commands ended in time */
    boolean awaitCommands(long seconds) {
        try {
            return lock.writeLock().tryLock(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }
}
