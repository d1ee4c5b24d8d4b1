package cups.store;

import de.bwaldvogel.mongo.bson.Document;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Removes documents from the files too. RocksDB keeps a removed or replaced document in its log and tables until a
 * compaction happens to reach it, which can take for ever. For a wrapped data key that is too long: with the
 * key-encryption key it opens what the removal erased.
 *
 * <p>A removal marks the document in its batch. Within seconds the log is replaced and the tables around the document
 * are compacted down to the last level; then the mark goes. A mark outlasts a crash, and the next start continues.
 */
final class Erasure implements AutoCloseable {
    /** Collections of wrapped keys, by their name in each database. */
    private static final Set<String> COLLECTIONS = Set.of("dataKeys");

    private static final byte[] MARK = "erase\0".getBytes(StandardCharsets.UTF_8);

    /** Removals of this time share a compaction. */
    private static final long GATHER_MILLIS = 2_000;

    /** Time until the next attempt when a reader still needs a removed document, or the disk failed. */
    private static final long RETRY_MILLIS = 1_000;

    /** A stop waits this long for a compaction. What is left waits for the next start. */
    private static final long STOP_SECONDS = 4;

    private static final long CANCEL_SECONDS = 2;

    private final Engine engine;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, work -> {
        Thread one = new Thread(work, "erasure");
        one.setDaemon(true);
        return one;
    });

    private final AtomicLong lastMark = new AtomicLong();

    // Guarded by `this`.
    private boolean scheduled;
    private boolean closed;

    /** What the next compaction removes, and the last change before it. Only the thread uses both. */
    private List<Mark> batch = List.of();

    private long removedBy;

    private volatile String reported = "";

    Erasure(Engine engine) {
        this.engine = engine;
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        // What a former process left.
        schedule(0);
    }

    static boolean covers(String collection) {
        return COLLECTIONS.contains(collection);
    }

    /** Adds the mark of a removed document to the batch that removes it. {@link #begin} must follow the write. */
    void mark(WriteBatch batch, byte[] document) throws RocksDBException {
        // Each removal has a mark of its own, also of a document that was created again meanwhile.
        long micros = lastMark.updateAndGet(last -> Math.max(last + 1, System.currentTimeMillis() * 1_000));
        batch.put(engine.catalog, new Mark(document, micros).toBytes(), new byte[0]);
    }

    void begin() {
        schedule(GATHER_MILLIS);
    }

    /** Adds the number of removed documents that may still be in a file (-1 if unreadable), and the age of the oldest one. */
    void describe(Document status) {
        List<Mark> marks;
        try {
            marks = marks();
        } catch (StoreDamage e) {
            // Reported. The status of a damaged store is still needed.
            status.append("pendingErasures", -1L);
            return;
        }
        long now = System.currentTimeMillis() * 1_000;
        long oldest = marks.stream().mapToLong(mark -> mark.micros).min().orElse(now);
        status.append("pendingErasures", (long) marks.size())
                .append("oldestErasureSeconds", Math.max(0, TimeUnit.MICROSECONDS.toSeconds(now - oldest)));
    }

    /** Completes what is pending, if no reader needs it and the time suffices. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        thread.execute(this::run);
        thread.shutdown();
        try {
            if (thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) return;
            engine.cancelCompaction();
            thread.awaitTermination(CANCEL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void schedule(long delayMillis) {
        if (scheduled || closed) return;
        scheduled = true;
        thread.schedule(this::run, delayMillis, TimeUnit.MILLISECONDS);
    }

    private void run() {
        synchronized (this) {
            scheduled = false;
        }
        try {
            if (!eraseAll()) schedule(RETRY_MILLIS);
        } catch (StoreDamage e) {
            // Reported, and no further attempt reads what is damaged.
        } catch (RocksDBException | RuntimeException e) {
            report(e);
            schedule(RETRY_MILLIS);
        }
    }

    /** Says once why removed documents are still in files. */
    private void report(Exception e) {
        if (closed || reported.equals(e.getMessage())) return;
        reported = String.valueOf(e.getMessage());
        System.err.println("The store cannot yet remove destroyed keys from its files (" + reported
                + "); it tries again every second.");
    }

    /** @return false if a reader still needs a removed document */
    private boolean eraseAll() throws RocksDBException {
        if (batch.isEmpty()) {
            batch = marks();
            removedBy = engine.lastChange();
        }
        // A snapshot from before a removal keeps the document through each compaction. Later ones do not.
        if (engine.oldestSnapshot() < removedBy) return false;
        List<Mark> marks = batch;
        batch = List.of();
        if (marks.isEmpty()) return true;
        engine.flush();
        for (int first = 0, next; first < marks.size(); first = next) {
            for (next = first; next < marks.size() && marks.get(next).isBeside(marks.get(first)); next++) {}
            engine.compact(marks.get(first).document, marks.get(next - 1).document);
        }
        try (WriteBatch done = new WriteBatch()) {
            for (Mark mark : marks) done.delete(engine.catalog, mark.toBytes());
            engine.write(done);
        }
        return true;
    }

    /** @return all marks, in the order of their documents */
    private List<Mark> marks() {
        List<Mark> marks = new ArrayList<>();
        engine.forEachWithPrefix(engine.catalog, MARK, (key, value) -> marks.add(Mark.of(key)));
        return marks;
    }

    /** A removal: the key of the document, and when it was removed. */
    private static final class Mark {
        final byte[] document;
        final long micros;

        Mark(byte[] document, long micros) {
            this.document = document;
            this.micros = micros;
        }

        static Mark of(byte[] key) {
            int end = key.length - Long.BYTES;
            return new Mark(Arrays.copyOfRange(key, MARK.length, end), ByteBuffer.wrap(key).getLong(end));
        }

        byte[] toBytes() {
            ByteBuffer key = ByteBuffer.allocate(MARK.length + document.length + Long.BYTES);
            return key.put(MARK).put(document).putLong(micros).array();
        }

        /** Whether both documents are of one collection. */
        boolean isBeside(Mark other) {
            return Arrays.equals(document, 0, Integer.BYTES, other.document, 0, Integer.BYTES);
        }
    }
}
