package cups.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The key-value store beneath: RocksDB with three column families. `catalog` has the collections and indexes,
 * `documents` the BSON of each document under its collection and `_id`, `entries` the keys of all indexes.
 *
 * <p>A write goes to the log without a sync. Whoever must not be answered before it is on disk registers with {@link
 * #whenDurable}; one thread syncs the log once for all who wait.
 */
final class Engine implements AutoCloseable {
    private static final long CACHE_BYTES = 64L << 20;
    private static final long MEMTABLE_BYTES = 16L << 20;

    private final Path folder;
    private final RocksDB db;
    private final DBOptions options;
    private final ColumnFamilyOptions columnOptions;
    private final Cache cache = new LRUCache(CACHE_BYTES);
    private final WriteOptions unsynced = new WriteOptions().setSync(false);
    private final Thread syncer = new Thread(this::syncForEver, "log-sync");
    private final Watermark watermark;

    final ColumnFamilyHandle catalog;
    final ColumnFamilyHandle documents;
    final ColumnFamilyHandle entries;

    /** Number of writes. */
    private volatile long written;

    // Everything below is guarded by `this`.
    private long synced;
    private boolean syncing;
    private List<Runnable> waiting = new ArrayList<>();
    private List<Runnable> leaving = new ArrayList<>();
    private boolean closed;

    /** @throws StoreDamage if acknowledged data is missing or unreadable */
    Engine(Path folder) throws IOException, RocksDBException {
        this.folder = folder;
        this.watermark = new Watermark(folder);
        boolean exists = Files.exists(folder.resolve("CURRENT"));
        if (!exists && watermark.sequence() > 0) {
            throw new StoreDamage("the file CURRENT is missing, although the store holds data");
        }
        columnOptions = columnOptions();
        options = new DBOptions()
                .setCreateIfMissing(!exists)
                .setCreateMissingColumnFamilies(!exists)
                // Ends with an error on damage before the end of the log. What was acknowledged and is missing at
                // its end is found by the watermark.
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setParanoidChecks(true)
                .setMaxTotalWalSize(64L << 20)
                .setDbWriteBufferSize(48L << 20)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(512)
                .setKeepLogFileNum(2)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        for (String name : List.of("default", "documents", "entries")) {
            families.add(new ColumnFamilyDescriptor(name.getBytes(), columnOptions));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            db = RocksDB.open(options, folder.toString(), families, handles);
        } catch (RocksDBException e) {
            throw new StoreDamage(e.getMessage());
        }
        catalog = handles.get(0);
        documents = handles.get(1);
        entries = handles.get(2);
        long last = db.getLatestSequenceNumber();
        if (last < watermark.sequence()) {
            db.close();
            throw new StoreDamage("the log ends at change " + last + ", but change " + watermark.sequence()
                    + " was acknowledged: a log file is cut or damaged");
        }
        syncer.setDaemon(true);
        syncer.start();
    }

    private ColumnFamilyOptions columnOptions() {
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setFilterPolicy(new BloomFilter(10, false))
                .setFormatVersion(5)
                .setBlockSize(8 << 10);
        return new ColumnFamilyOptions()
                .setTableFormatConfig(table)
                .setWriteBufferSize(MEMTABLE_BYTES)
                .setMaxWriteBufferNumber(3)
                .setLevelCompactionDynamicLevelBytes(true)
                .setCompressionType(CompressionType.LZ4_COMPRESSION);
    }

    // --- Reading -----------------------------------------------------------------------------------------------------

    byte[] get(ColumnFamilyHandle family, ReadOptions read, byte[] key) {
        try {
            return read == null ? db.get(family, key) : db.get(family, read, key);
        } catch (RocksDBException e) {
            throw unreadable(e);
        }
    }

    List<byte[]> multiGet(ColumnFamilyHandle family, ReadOptions read, List<byte[]> keys) {
        try {
            List<ColumnFamilyHandle> families = new ArrayList<>(keys.size());
            for (int n = 0; n < keys.size(); n++) families.add(family);
            return db.multiGetAsList(read, families, keys);
        } catch (RocksDBException e) {
            throw unreadable(e);
        }
    }

    RocksIterator iterator(ColumnFamilyHandle family, ReadOptions read) {
        return db.newIterator(family, read);
    }

    /** Whether a key begins with a prefix. */
    boolean hasPrefix(ColumnFamilyHandle family, byte[] prefix) {
        return firstWithPrefix(family, prefix) != null;
    }

    /** @return the first entry, or null */
    KeyValueBytes firstWithPrefix(ColumnFamilyHandle family, byte[] prefix) {
        try (ReadOptions read = new ReadOptions();
                RocksIterator found = db.newIterator(family, read)) {
            found.seek(prefix);
            if (!found.isValid()) {
                check(found);
                return null;
            }
            byte[] key = found.key();
            return startsWith(key, prefix) ? new KeyValueBytes(key, found.value()) : null;
        }
    }

    static final class KeyValueBytes {
        final byte[] key;
        final byte[] value;

        KeyValueBytes(byte[] key, byte[] value) {
            this.key = key;
            this.value = value;
        }
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    void check(RocksIterator iterator) {
        try {
            iterator.status();
        } catch (RocksDBException e) {
            throw unreadable(e);
        }
    }

    private static RuntimeException unreadable(RocksDBException e) {
        System.err.println("The store read damaged data: " + e.getMessage() + ". Stop it, and restore a backup.");
        return new StoreDamage(e.getMessage());
    }

    Snapshot snapshot() {
        return db.getSnapshot();
    }

    void release(Snapshot snapshot) {
        db.releaseSnapshot(snapshot);
    }

    /** @return an estimate of the bytes in a range */
    long approximateBytes(ColumnFamilyHandle family, byte[] from, byte[] to) {
        org.rocksdb.Range range = new org.rocksdb.Range(new org.rocksdb.Slice(from), new org.rocksdb.Slice(to));
        return db.getApproximateSizes(family, List.of(range), org.rocksdb.SizeApproximationFlag.INCLUDE_FILES,
                org.rocksdb.SizeApproximationFlag.INCLUDE_MEMTABLES)[0];
    }

    // --- Writing -----------------------------------------------------------------------------------------------------

    /** Writes a batch; readers see it at once. It is on disk when {@link #whenDurable} says so. */
    void write(WriteBatch batch) {
        try {
            db.write(unsynced, batch);
        } catch (RocksDBException e) {
            Store.halt("the log cannot be written", e);
        }
        synchronized (this) {
            written++;
        }
    }

    /** Writes a batch past the log into a store that nobody uses yet. It is on disk after {@link #flush}. */
    void load(WriteBatch batch) throws RocksDBException {
        try (WriteOptions unlogged = new WriteOptions().setDisableWAL(true)) {
            db.write(unlogged, batch);
        }
    }

    /** Writes everything that is still in memory to disk. */
    void flush() throws RocksDBException {
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            db.flush(wait, List.of(catalog, documents, entries));
        }
    }

    /**
     * Runs `action` when everything written so far is on disk.
     *
     * @return false if it already is; the action does not run then
     */
    synchronized boolean whenDurable(Runnable action) {
        if (written == synced) return false;
        waiting.add(action);
        if (!syncing) notifyAll();
        return true;
    }

    private void syncForEver() {
        try {
            while (true) {
                long target;
                synchronized (this) {
                    while (waiting.isEmpty() && !closed) wait();
                    if (closed) return;
                    List<Runnable> empty = leaving;
                    leaving = waiting;
                    waiting = empty;
                    target = written;
                    syncing = true;
                }
                sync();
                synchronized (this) {
                    synced = target;
                    syncing = false;
                }
                for (Runnable action : leaving) action.run();
                leaving.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RocksDBException | RuntimeException | Error e) {
            Store.halt("the log cannot be synced", e);
        }
    }

    private void sync() throws IOException, RocksDBException {
        // Read before the sync, which covers it.
        long sequence = db.getLatestSequenceNumber();
        db.syncWal();
        watermark.raise(sequence);
    }

    /** Reads and checks all blocks. @throws StoreDamage with the first fault */
    void verify() {
        try {
            db.verifyChecksum();
        } catch (RocksDBException e) {
            throw new StoreDamage(e.getMessage());
        }
    }

    String property(String name) {
        try {
            return db.getProperty(name);
        } catch (RocksDBException e) {
            return null;
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) return;
            closed = true;
            notifyAll();
        }
        try {
            sync();
            watermark.close();
        } catch (IOException | RocksDBException e) {
            Store.halt("the log cannot be synced", e);
        }
        catalog.close();
        documents.close();
        entries.close();
        db.close();
    }
}
