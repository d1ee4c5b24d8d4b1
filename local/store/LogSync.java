package cups.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.RocksDBException;

/**
 * Group commit: writes go to the log without a sync, and one thread syncs it for all who wait.
 *
 * <p>Syncs are counted. A write takes the number of the next sync, which covers it; an answer leaves when the sync with the
 * number of what it depends on has ended, also one that runs already. What depends on no write since leaves immediately.
 */
final class LogSync {
    interface Log {
        /** Syncs everything written before the call. */
        void sync() throws IOException, RocksDBException;
    }

    /** Stands for the number of a write that has begun. */
    private static final long UNDER_WAY = Long.MAX_VALUE;

    private final Log log;
    private final Thread thread = new Thread(this::syncForEver, "log-sync");

    /** Documents that were written lately, with the number of the sync that covers them. */
    private final Map<Key, Long> written = new ConcurrentHashMap<>();

    private final ThreadLocal<Long> needed = new ThreadLocal<>();
    private final AtomicLong lastWritten = new AtomicLong();

    /** Number of the sync that covers what is written now. */
    private volatile long next = 1;

    /** Number of the last sync that ended. */
    private volatile long durable;

    // Guarded by `this`: what waits for the sync that runs, and for the next, by what runs it afterwards.
    private Map<Executor, List<Runnable>> running = new HashMap<>();
    private Map<Executor, List<Runnable>> waiting = new HashMap<>();
    private boolean closed;

    LogSync(Log log) {
        this.log = log;
        thread.setDaemon(true);
        thread.start();
    }

    /** @return the number of syncs */
    long syncs() {
        return durable;
    }

    // --- Writes and reads --------------------------------------------------------------------------------------------

    /** Must be called before documents are written, so that a reader who sees them finds them here. */
    void begin(Iterable<Key> documents) {
        for (Key key : documents) written.put(key, UNDER_WAY);
    }

    /** Must be called after a write. */
    void end(Iterable<Key> documents) {
        // Read after the write: a sync that begins later has this number or a greater one.
        long number = next;
        for (Key key : documents) written.put(key, number);
        lastWritten.accumulateAndGet(number, Math::max);
    }

    /** @return the number of the sync that covers all writes so far */
    long ofAll() {
        return lastWritten.get();
    }

    /** Says that the command of this thread depends on one document only, as it was read before this call. */
    void needOnly(Key document) {
        Long number = written.get(document);
        needed.set(number == null ? Long.valueOf(0) : number == UNDER_WAY ? Long.valueOf(next) : number);
    }

    /** @return the number of the sync that covers what the command of this thread depends on; all writes by default */
    long needed() {
        Long number = needed.get();
        if (number == null) return ofAll();
        needed.remove();
        return number;
    }

    /**
     * Has an action run when a sync has ended.
     *
     * @return false if it has already; the action does not run then
     */
    boolean whenDurable(long number, Executor executor, Runnable action) {
        if (number <= durable) return false;
        synchronized (this) {
            if (number <= durable) return false;
            boolean isNext = number == next;
            (isNext ? waiting : running).computeIfAbsent(executor, any -> new ArrayList<>()).add(action);
            if (isNext) notifyAll();
        }
        return true;
    }

    // --- The thread --------------------------------------------------------------------------------------------------

    private void syncForEver() {
        try {
            while (true) {
                synchronized (this) {
                    while (waiting.isEmpty() && !closed) wait();
                    if (closed) return;
                    Map<Executor, List<Runnable>> empty = running;
                    running = waiting;
                    waiting = empty;
                    next++;
                }
                log.sync();
                Map<Executor, List<Runnable>> leaving;
                synchronized (this) {
                    durable = next - 1;
                    leaving = running;
                    running = new HashMap<>();
                }
                written.values().removeIf(number -> number <= durable);
                leaving.forEach((executor, actions) -> executor.execute(() -> actions.forEach(Runnable::run)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RocksDBException | RuntimeException | Error e) {
            Store.halt("the log cannot be synced", e);
        }
    }

    /** Ends the thread and syncs a last time. What waits is not answered. @return false if it was closed before */
    boolean close() throws IOException, RocksDBException, InterruptedException {
        synchronized (this) {
            if (closed) return false;
            closed = true;
            notifyAll();
        }
        thread.join();
        log.sync();
        return true;
    }
}
