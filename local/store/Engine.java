package cups.store;

import de.bwaldvogel.mongo.bson.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The key-value store beneath: RocksDB with three column families. `catalog` has the collections and indexes,
 * `documents` the BSON of each document under its collection and `_id`, `entries` the keys of all indexes.
 *
 * <p>A write goes to the log without a sync; {@link LogSync} says when it is on disk.
 */
final class Engine implements AutoCloseable {
    private static final long CACHE_BYTES = 64L << 20;
    private static final int CACHE_SHARD_BITS = 2;
    private static final long MEMTABLE_BYTES = 16L << 20;

    /** Maximum number of faults that are reported. */
    private static final int MAX_REPORTED = 100;

    /** Each log records the end of the one before, so that a log that is cut or missing between others is refused. */
    private static final Properties LOG_CHECKS = new Properties();

    static {
        LOG_CHECKS.setProperty("track_and_verify_wals", "true");
    }

    private final FolderLock lock;
    private final RocksDB db;
    private final DBOptions options;
    private final ColumnFamilyOptions columnOptions;
    private final Cache cache = new LRUCache(CACHE_BYTES, CACHE_SHARD_BITS);
    private final CompactRangeOptions compaction = new CompactRangeOptions()
            .setBottommostLevelCompaction(CompactRangeOptions.BottommostLevelCompaction.kForce)
            .setExclusiveManualCompaction(false);
    private final WriteOptions unsynced = new WriteOptions().setSync(false);
    private final LogSync sync;
    private final Watermark watermark;
    private final LogFiles logs;
    private final Gate gate = new Gate();
    private final Erasure erasure;

    /** Sentences on damage that were reported, each once. */
    private final Set<String> reported = ConcurrentHashMap.newKeySet();

    private final AtomicLong damagedReads = new AtomicLong();

    final ColumnFamilyHandle catalog;
    final ColumnFamilyHandle documents;
    final ColumnFamilyHandle entries;

    /**
     * Opens the store of a folder, or creates it.
     *
     * @throws StoreDamage if acknowledged data is missing or unreadable
     * @throws IOException if another process uses the folder
     */
    static Engine open(Path folder) throws IOException, RocksDBException {
        FolderLock lock = new FolderLock(folder);
        try {
            return new Engine(folder, lock);
        } catch (IOException | RocksDBException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private Engine(Path folder, FolderLock lock) throws IOException, RocksDBException {
        this.lock = lock;
        this.watermark = new Watermark(folder);
        boolean exists = Files.exists(folder.resolve("CURRENT"));
        if (!exists && watermark.sequence() > 0) {
            throw new StoreDamage("the file CURRENT is missing, although the store holds data");
        }
        logs = new LogFiles(folder);
        columnOptions = columnOptions();
        options = DBOptions.getDBOptionsFromProps(LOG_CHECKS)
                .setCreateIfMissing(!exists)
                .setCreateMissingColumnFamilies(!exists)
                // Discards a last change that is cut, and refuses one that is whole but has a wrong checksum. A killed
                // process leaves only cuts. A power failure can leave the other, but also an older watermark, since that
                // is not synced: nothing proves then that the change was not acknowledged and damaged later.
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setParanoidChecks(true)
                // The log is written when it is synced: one system call for all writes that share a sync.
                .setManualWalFlush(true)
                // There are few writers: waiting actively, and inserts side by side, cost more than they bring.
                .setEnableWriteThreadAdaptiveYield(false)
                .setAllowConcurrentMemtableWrite(false)
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
            watermark.close();
            // A store of a release without FolderLock.
            if (e.getMessage().contains("/LOCK")) throw new IOException("another process uses the folder");
            throw refused(new StoreDamage(e));
        }
        catalog = handles.get(0);
        documents = handles.get(1);
        entries = handles.get(2);
        long last = db.getLatestSequenceNumber();
        if (last < watermark.sequence()) {
            db.close();
            watermark.close();
            throw new StoreDamage("the log ends at change " + last + ", but change " + watermark.sequence()
                    + " was acknowledged: the file " + logs.lastFile() + " is cut, damaged or missing");
        }
        if (logs.discardedBytes() > 0) {
            System.err.println("The store discarded " + logs.discardedBytes() + " bytes at the end of the file "
                    + logs.lastFile() + " after change " + last + ": an unfinished change, which was not acknowledged.");
        }
        sync = new LogSync(this::syncLog);
        erasure = new Erasure(this);
    }

    /** Names the log file, which RocksDB does not. */
    private StoreDamage refused(StoreDamage damage) {
        String message = damage.getMessage();
        if (message.contains("/") || logs.unreadableFile() == null) return damage;
        return new StoreDamage(message + " in the file " + logs.unreadableFile());
    }

    private ColumnFamilyOptions columnOptions() {
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                // Small parts of indexes and filters: a whole one is larger than a shard of the cache, and would be
                // read again for every key.
                .setIndexType(IndexType.kTwoLevelIndexSearch)
                .setPartitionFilters(true)
                .setPinTopLevelIndexAndFilter(true)
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

    void forEachWithPrefix(ColumnFamilyHandle family, byte[] prefix, BiConsumer<byte[], byte[]> action) {
        try (ReadOptions read = new ReadOptions();
                RocksIterator all = db.newIterator(family, read)) {
            for (all.seek(prefix); all.isValid() && startsWith(all.key(), prefix); all.next()) {
                action.accept(all.key(), all.value());
            }
            check(all);
        }
    }

    void check(RocksIterator iterator) {
        try {
            iterator.status();
        } catch (RocksDBException e) {
            throw unreadable(e);
        }
    }

    /** Reports damage that a command found, each fault once, and counts it. @return the error of the command */
    StoreDamage damaged(StoreDamage damage) {
        damagedReads.incrementAndGet();
        if (reported.size() < MAX_REPORTED && reported.add(damage.getMessage())) {
            System.err.println("The store found damaged data (" + damage.getMessage()
                    + "): stop it, and restore a backup with `npm run cups -- restore`.");
        }
        return damage;
    }

    private StoreDamage unreadable(RocksDBException e) {
        return damaged(new StoreDamage(e));
    }

    /** @return what the start found, and what has been done since, for metrics */
    Document status() {
        Document status = new Document("syncs", sync.syncs())
                .append("recoveredChanges", logs.changes())
                .append("discardedBytes", logs.discardedBytes())
                .append("damagedReads", damagedReads.get());
        erasure.describe(status);
        return status;
    }

    Gate gate() {
        return gate;
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

    LogSync sync() {
        return sync;
    }

    /** Writes a batch; readers see it at once. {@link LogSync} says when it is on disk. */
    void write(WriteBatch batch) {
        write(batch, List.of());
    }

    /** @param documents keys of the documents in the batch */
    void write(WriteBatch batch, Collection<Key> documents) {
        sync.begin(documents);
        try {
            db.write(unsynced, batch);
        } catch (RocksDBException e) {
            // Damage that a compaction found: RocksDB accepts no further change, and reads continue.
            if (isDamage(e)) throw unreadable(e);
            Store.halt("the log cannot be written", e);
        }
        sync.end(documents);
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

    Erasure erasure() {
        return erasure;
    }

    /** @return the number of the last change */
    long lastChange() {
        return db.getLatestSequenceNumber();
    }

    /** @return the last change that the oldest snapshot sees; {@link Long#MAX_VALUE} without one */
    long oldestSnapshot() throws RocksDBException {
        long change = db.getLongProperty("rocksdb.oldest-snapshot-sequence");
        return change == 0 ? Long.MAX_VALUE : change;
    }

    /** Rewrites the tables that can hold documents from one key to another, down to the last level. */
    void compact(byte[] first, byte[] last) throws RocksDBException {
        db.compactRange(documents, first, last, compaction);
    }

    /** Has {@link #compact} end early, from another thread. */
    void cancelCompaction() {
        compaction.setCanceled(true);
    }

    private void syncLog() throws IOException, RocksDBException {
        // Read before the sync, which covers it.
        long sequence = db.getLatestSequenceNumber();
        db.flushWal(true);
        watermark.raise(sequence);
    }

    private static boolean isDamage(RocksDBException e) {
        return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption;
    }

    /** Reads and checks all blocks. @throws StoreDamage with the first fault */
    void verify() {
        try {
            db.verifyChecksum();
        } catch (RocksDBException e) {
            throw unreadable(e);
        }
    }

    String property(String name) {
        try {
            return db.getProperty(name);
        } catch (RocksDBException e) {
            return null;
        }
    }

    /**
     * Syncs the log and ends the sync thread.
     *
     * <p>Enough for an end in order while commands still run. {@link #close} needs that none does.
     */
    void stop() {
        try {
            if (sync.close()) watermark.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RocksDBException e) {
            Store.halt("the log cannot be synced", e);
        }
    }

    /** Stops it and empties the log, so that the next start has nothing to recover. */
    @Override
    public void close() {
        erasure.close();
        stop();
        try {
            flush();
        } catch (RocksDBException e) {
            // The log keeps everything.
        }
        catalog.close();
        documents.close();
        entries.close();
        db.close();
        options.close();
        columnOptions.close();
        compaction.close();
        unsynced.close();
        cache.close();
        lock.close();
    }
}
