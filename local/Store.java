import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.AbstractUniqueIndex;
import de.bwaldvogel.mongo.backend.ArrayFilters;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.QueryParameters;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.oplog.Oplog;
import de.bwaldvogel.mongo.wire.BsonConstants;
import de.bwaldvogel.mongo.wire.MongoDatabaseHandler;
import de.bwaldvogel.mongo.wire.MongoExceptionHandler;
import de.bwaldvogel.mongo.wire.MongoWireMessageEncoder;
import de.bwaldvogel.mongo.wire.MongoWireProtocolHandler;
import de.bwaldvogel.mongo.wire.MongoWireReplyEncoder;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import de.bwaldvogel.mongo.wire.message.ClientRequest;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import javax.net.ssl.KeyManagerFactory;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/**
 * The embedded store: speaks MongoDB's wire protocol and acknowledges only what is on disk.
 *
 * <p>Documents are in an H2 MVStore file (mongo-java-server's H2 backend). Committing that file for each write would be
 * slow, so the store first appends a change to a redo log. One thread writes and syncs whatever has gathered, and then
 * the responses leave. A periodic checkpoint commits the MVStore file and restarts the log. After a crash the store
 * opens the file as of its last checkpoint and replays the log.
 *
 * <p>Arguments: data folder, port, and address to listen on. The process ends in order on SIGTERM and when its standard
 * input closes, so that a killed parent leaves no store behind. The system property {@code cups.endsWithParent=false}
 * ignores standard input, which a container lacks. With {@code CUPS_STORE_KEY} (PKCS12, password in {@code
 * CUPS_STORE_PASSWORD}) it only speaks TLS.
 */
public final class Store {
    /** Log size that triggers a checkpoint ... */
    private static final int CHECKPOINT_BYTES = 4 << 20;

    /** ... or the time after the first change, so that an idle store can sleep. */
    private static final long CHECKPOINT_MILLIS = 5_000;

    /** Below this size the file is not compacted. */
    private static final long COMPACT_ABOVE_BYTES = 32L << 20;

    /** Compaction rewrites chunks of the file below this fill rate, in percent ... */
    private static final int COMPACT_FILL_RATE = 60;

    /** ... in steps of this size, because nobody can write meanwhile ... */
    private static final int COMPACT_BYTES = 1 << 20;

    /** ... with this pause for writers between two steps. */
    private static final long COMPACT_PAUSE_MILLIS = 50;

    private final MVStore file;
    private final RedoLog log;
    private final Backend backend;

    /** Map in the file with the generation of the log that the file does not contain. */
    private final MVMap<String, Long> control;

    /** Held by one checkpoint at a time until it is on disk. Acquired before `changes`. */
    private final ReentrantLock checkpointing = new ReentrantLock();

    /** Shared by changes, exclusive for a checkpoint, so that it never contains half a change. */
    private final ReentrantReadWriteLock changes = new ReentrantReadWriteLock();

    private Checkpoint exclusivePhase;

    /** Whether collections or indexes changed since the last checkpoint. Guarded by exclusive `changes`. */
    private boolean restructured;

    /** The newest generation whose checkpoint is on disk. Guarded by `checkpointing`. */
    private long synced;

    private Store(Path folder) throws IOException {
        file = new MVStore.Builder()
                .fileName(folder.resolve("store.mv").toString())
                // Only a checkpoint may commit: no timer, and no commit because of unsaved memory.
                .autoCommitDisabled()
                .autoCommitBufferSize(0)
                // Size of the page cache, MiB; other pages are read from the file.
                .cacheSize(48)
                // Small pages: a changed document rewrites one page at the next checkpoint.
                .pageSplitSize(8 << 10)
                .open();
        // Milliseconds until freed space is reused. Each checkpoint is synced, so little is needed.
        file.setRetentionTime(2_000);
        control = file.openMap("cups.control");
        log = new RedoLog(folder);
        backend = new Backend();
        recover();
        Thread checkpoints = new Thread(this::checkpointWhenNeeded, "checkpoints");
        checkpoints.setDaemon(true);
        checkpoints.start();
    }

    public static void main(String[] args) throws Exception {
        Store store;
        try {
            store = new Store(Path.of(args[0]));
        } catch (MVStoreException e) {
            System.err.println("The store's file cannot be opened: " + e.getMessage());
            System.exit(1);
            return;
        }
        Runnable closeServer = store.serve(args[2], Integer.parseInt(args[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            closeServer.run();
            store.close();
        }));
        // The server threads keep the process alive.
        if ("false".equals(System.getProperty("cups.endsWithParent"))) return;
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            // A broken pipe means the end of input, too.
        }
        System.exit(0);
    }

    // --- Serving ---------------------------------------------------------------------------------------------------

    /**
     * Listens on one address of this machine, or on all (0.0.0.0).
     *
     * @return closes the server and its connections
     */
    private Runnable serve(String host, int port) throws Exception {
        SslContext tls = tls();
        EventLoopGroup acceptor = new NioEventLoopGroup(1);
        EventLoopGroup workers = new NioEventLoopGroup(2);
        ChannelGroup channels = new DefaultChannelGroup(workers.next());
        ExecutorService scans = Executors.newFixedThreadPool(2, work -> {
            Thread thread = new Thread(work, "scans");
            thread.setDaemon(true);
            return thread;
        });
        Channel server = new ServerBootstrap()
                .group(acceptor, workers)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 128)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (tls != null) channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        channel.pipeline()
                                .addLast(new MongoWireReplyEncoder())
                                .addLast(new MongoWireMessageEncoder())
                                .addLast(new MongoWireProtocolHandler())
                                .addLast(new RespondWhenDurable(log))
                                .addLast(new Handler(backend, channels, scans))
                                .addLast(new MongoExceptionHandler());
                    }
                })
                .bind(host, port)
                .syncUninterruptibly()
                .channel();
        return () -> {
            server.close().syncUninterruptibly();
            channels.close().syncUninterruptibly();
        };
    }

    /** @return the TLS settings; null without a key */
    private static SslContext tls() throws Exception {
        String file = System.getenv("CUPS_STORE_KEY");
        if (file == null) return null;
        char[] password = System.getenv("CUPS_STORE_PASSWORD").toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(new File(file), password), password);
        return SslContextBuilder.forServer(keys).build();
    }

    /**
     * Runs commands that may scan many documents on separate threads; the two threads of the connections
     * would block everyone else. A client sends one command at a time per connection, so the order is kept.
     */
    private static final class Handler extends MongoDatabaseHandler {
        private static final Set<String> READ_COMMANDS = Set.of("find", "aggregate", "count", "distinct");

        private final ExecutorService scans;

        Handler(Backend backend, ChannelGroup channels, ExecutorService scans) {
            super(backend, channels);
            this.scans = scans;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ClientRequest request) {
            if (!(request instanceof MongoMessage) || !mayScan(((MongoMessage) request).getDocument())) {
                super.channelRead0(context, request);
                return;
            }
            scans.execute(() -> {
                try {
                    super.channelRead0(context, request);
                } catch (RuntimeException | Error e) {
                    context.fireExceptionCaught(e);
                }
            });
        }

        private static boolean mayScan(Document command) {
            if (!READ_COMMANDS.contains(command.keySet().iterator().next())) return false;
            Object filter = command.get("filter");
            Object id = filter instanceof Document ? ((Document) filter).get("_id") : null;
            return id == null || id instanceof Document;
        }
    }

    /**
     * Delays a response until every earlier change is on disk. This includes reads, so that nobody sees a
     * change that a crash could undo. No thread waits, so any number of changes can share one sync.
     */
    private static final class RespondWhenDurable extends ChannelOutboundHandlerAdapter {
        private final RedoLog log;

        RespondWhenDurable(RedoLog log) {
            this.log = log;
        }

        @Override
        public void write(ChannelHandlerContext context, Object response, ChannelPromise promise) {
            if (!log.whenDurable(() -> context.writeAndFlush(response, promise))) context.write(response, promise);
        }
    }

    // --- Checkpoints and recovery ----------------------------------------------------------------------------------

    private void recover() throws IOException {
        long generation = control.getOrDefault("generation", 0L);
        long last = log.replay(generation, backend::replay);
        backend.replayed = true;
        control.put("generation", last + 1);
        file.commit();
        file.sync();
        synced = last + 1;
        log.start(last + 1);
    }

    /**
     * Commits everything to the file and restarts the log. The caller holds `checkpointing` and exclusive
     * `changes`. With `early`, writers continue as soon as the content of this checkpoint is fixed, while it
     * is still being written (see `Serializing`): until it is on disk, the log of the previous generation
     * exists.
     */
    private void checkpoint(boolean early) {
        if (file.isClosed()) return;
        long generation = log.generation();
        if (synced < generation) file.sync();
        log.rotate(generation + 1);
        control.put("generation", generation + 1);
        if (early) Serializing.onFirstValue(this::releaseWriters);
        Checkpoint written = new Checkpoint();
        written.what = "written";
        written.begin();
        try {
            file.commit();
        } finally {
            Serializing.ended();
            written.commit();
        }
    }

    /** Syncs the file. The caller holds `checkpointing`: no log is overwritten before this is done. */
    private void sync() {
        if (file.isClosed()) return;
        file.sync();
        synced = log.generation();
    }

    /** Runs `work` while nobody else changes anything; `work` may release the writers early. */
    private void runExclusively(String what, Runnable work) {
        checkpointing.lock();
        try {
            exclusivePhase = new Checkpoint();
            exclusivePhase.what = what;
            exclusivePhase.begin();
            changes.writeLock().lock();
            try {
                work.run();
            } finally {
                if (changes.isWriteLockedByCurrentThread()) releaseWriters();
            }
            sync();
        } finally {
            checkpointing.unlock();
        }
    }

    private void releaseWriters() {
        changes.writeLock().unlock();
        exclusivePhase.commit();
    }

    /**
     * Event of the flight recorder: how long nobody could write (`checkpoint`, `compaction`, `close`,
     * including the wait for writers), and how long the document file was `written`.
     */
    @jdk.jfr.Name("cups.Checkpoint")
    @jdk.jfr.StackTrace(false)
    private static final class Checkpoint extends jdk.jfr.Event {
        String what;
    }

    /**
     * Detects when a commit begins to write pages. It has read the roots of all maps before, so later changes
     * are not part of it: pages and documents are never changed in place.
     */
    private static final class Serializing {
        private static final ThreadLocal<Runnable> ONCE = new ThreadLocal<>();

        static void onFirstValue(Runnable action) {
            ONCE.set(action);
        }

        static void ended() {
            ONCE.remove();
        }

        /** Called by the map types for every written value. */
        static void valueWritten() {
            Runnable action = ONCE.get();
            if (action == null) return;
            ONCE.remove();
            action.run();
        }
    }

    private void checkpointWhenNeeded() {
        try {
            while (true) {
                log.awaitCheckpoint(CHECKPOINT_BYTES, CHECKPOINT_MILLIS);
                runExclusively("checkpoint", () -> checkpoint(true));
                compact();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            halt("a checkpoint failed", e);
        }
    }

    /**
     * Reclaims the space of changed and removed documents, in small steps with pauses, because nobody can
     * write during a step. Each step starts with a checkpoint, so that a crash within it meets an empty log.
     */
    private void compact() throws InterruptedException {
        for (int step = 0; step < 50 && !file.isClosed(); step++) {
            if (file.getFileStore().size() < COMPACT_ABOVE_BYTES) return;
            if (file.getFileStore().getChunksFillRate() >= COMPACT_FILL_RATE) return;
            runExclusively("compaction", () -> {
                checkpoint(false);
                if (!file.isClosed()) file.compact(COMPACT_FILL_RATE, COMPACT_BYTES);
            });
            Thread.sleep(COMPACT_PAUSE_MILLIS);
        }
    }

    private void close() {
        runExclusively("close", () -> {
            checkpoint(false);
            file.close();
        });
    }

    /**
     * Runs a command that may change collections or indexes. The log does not contain these, so a checkpoint
     * stores them before the response leaves. A request for an existing index needs none.
     */
    private Document runStructural(Supplier<Document> command) {
        checkpointing.lock();
        changes.writeLock().lock();
        try {
            return command.get();
        } finally {
            if (restructured) checkpointAndSync();
            restructured = false;
            changes.writeLock().unlock();
            checkpointing.unlock();
        }
    }

    private void checkpointAndSync() {
        try {
            checkpoint(false);
            sync();
        } catch (RuntimeException | Error e) {
            halt("a checkpoint failed", e);
        }
    }

    /** The only safe end when the disk fails: nothing more is acknowledged. */
    private static void halt(String what, Throwable cause) {
        System.err.println("The store ends: " + what + ": " + cause);
        Runtime.getRuntime().halt(1);
    }

    // --- Databases and collections ---------------------------------------------------------------------------------

    private final class Backend extends H2Backend {
        /** Commands that change documents. */
        private final Set<String> writeCommands = Set.of("insert", "update", "delete", "findandmodify");

        /** Commands that change collections and indexes: rare, so each ends with a checkpoint. */
        private final Set<String> structuralCommands =
                Set.of("create", "createindexes", "drop", "dropdatabase", "dropindexes", "renamecollection");

        /** False during a replay, which must not be logged again. */
        private volatile boolean replayed;

        Backend() {
            super(file);
            // mongoose 9 requires wire version 9 or newer.
            version(new MongoVersion() {
                @Override
                public List<Integer> getVersionArray() {
                    return List.of(5, 0, 0, 0);
                }

                @Override
                public int getWireVersion() {
                    return 13;
                }
            });
        }

        @Override
        protected MongoDatabase openOrCreateDatabase(String name) {
            return new Database(name, getMvStore(), getCursorRegistry(), this);
        }

        @Override
        public Document handleCommand(Channel channel, String database, String command, Document query) {
            String name = command.toLowerCase(java.util.Locale.ROOT);
            boolean isWrite = writeCommands.contains(name) || (name.equals("aggregate") && writes(query));
            if (structuralCommands.contains(name) || (isWrite && mayCreate(database, query.get(command)))) {
                return runStructural(() -> super.handleCommand(channel, database, command, query));
            }
            if (!isWrite) return super.handleCommand(channel, database, command, query);
            changes.readLock().lock();
            try {
                return super.handleCommand(channel, database, command, query);
            } finally {
                changes.readLock().unlock();
            }
        }

        /** A read-only aggregate must not delay a checkpoint, and with it all writers. */
        private static boolean writes(Document aggregate) {
            if (!(aggregate.get("pipeline") instanceof List)) return false;
            for (Object stage : (List<?>) aggregate.get("pipeline")) {
                if (!(stage instanceof Document)) continue;
                if (((Document) stage).containsKey("$out") || ((Document) stage).containsKey("$merge")) return true;
            }
            return false;
        }

        private boolean mayCreate(String database, Object collection) {
            return !(collection instanceof String)
                    || resolveDatabase(database).resolveCollection((String) collection, false) == null;
        }

        /**
         * Logs a change before anyone can see it: a read of it waits until it is on disk. A change that the
         * log rejects does not happen.
         */
        void changes(Collection collection, byte kind, Document document) {
            if (!collection.logged) restructured = true;
            else if (replayed) log.append(kind, collection.getFullName(), document);
        }

        void replay(byte kind, String namespace, Document document) {
            int dot = namespace.indexOf('.');
            MongoDatabase database = resolveDatabase(namespace.substring(0, dot));
            String name = namespace.substring(dot + 1);
            MongoCollection<?> collection = database.resolveCollection(name, false);
            // A collection that the file lacks was created by an unacknowledged command.
            if (collection instanceof Collection) ((Collection) collection).replay(kind, document);
        }
    }

    private static final class Database extends H2Database {
        /** Passes the backend to the parent's constructor, which already opens collections. */
        private static final ThreadLocal<Backend> OPENING = new ThreadLocal<>();

        private final MVStore file;
        private final Backend backend;

        /** False while the constructor opens the indexes in the file, which are complete. */
        private final boolean isOpen;

        Database(String name, MVStore file, CursorRegistry cursors, Backend backend) {
            super(prepare(name, backend), file, cursors);
            OPENING.remove();
            this.file = file;
            this.backend = backend;
            this.isOpen = true;
        }

        private static String prepare(String name, Backend backend) {
            OPENING.set(backend);
            return name;
        }

        private Backend backend() {
            return backend == null ? OPENING.get() : backend;
        }

        /** Opens the map of an index, under the name by which the parent drops it. */
        private MVMap<KeyValue, Object> openIndexMap(String collection, String index) {
            String name = getFullCollectionNamespace(collection) + "._index_" + index;
            MVMap.Builder<KeyValue, Object> types =
                    new MVMap.Builder<KeyValue, Object>().keyType(KeyType.INSTANCE).valueType(ValueType.INSTANCE);
            return backend().getMvStore().openMap(name, types);
        }

        @Override
        protected Index<Object> openOrCreateUniqueIndex(
                String collection, String index, List<IndexKey> keys, boolean sparse) {
            return new UniqueIndex(
                    openIndexMap(collection, index),
                    index,
                    keys,
                    sparse);
        }

        /** Supports one field only. The parent ignores other indexes, so they neither cost nor help. */
        @Override
        protected Index<Object> openOrCreateSecondaryIndex(
                String collection, String index, List<IndexKey> keys, boolean sparse) {
            if (keys.size() != 1) return super.openOrCreateSecondaryIndex(collection, index, keys, sparse);
            return new SortedIndex(
                    openIndexMap(collection, index),
                    backend().getMvStore().openMap("cups.control"),
                    index,
                    keys);
        }

        @Override
        protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
            String full = getFullCollectionNamespace(name);
            MVStore store = backend().getMvStore();
            MVMap<Object, Document> documents = store.openMap(
                    "databases." + full,
                    new MVMap.Builder<Object, Document>()
                            .keyType(ValueType.INSTANCE)
                            .valueType(DocumentType.INSTANCE));
            MVMap<String, Object> meta = store.openMap("meta." + full);
            return new Collection(this, name, options, documents, meta, cursorRegistry, backend());
        }
    }

    private static final class Collection extends H2Collection {
        private static final byte PUT = 1;
        private static final byte REMOVE = 2;

        private final Backend backend;
        private final boolean logged;

        /** True during an update, which changes the document it found while others may read it. */
        private boolean copying;

        Collection(
                MongoDatabase database,
                String name,
                CollectionOptions options,
                MVMap<Object, Document> documents,
                MVMap<String, Object> meta,
                CursorRegistry cursors,
                Backend backend) {
            super(database, name, options, documents, meta, cursors);
            this.backend = backend;
            // Checkpoints store collections and indexes.
            this.logged = !name.startsWith("system.");
        }

        @Override
        protected Object addDocumentInternal(Document document) {
            backend.changes(this, PUT, document);
            return super.addDocumentInternal(document);
        }

        @Override
        protected void handleUpdate(Object position, Document before, Document after) {
            try {
                backend.changes(this, PUT, after);
            } catch (RuntimeException e) {
                // The parent has updated the indexes already.
                for (Index<Object> index : getIndexes()) index.updateInPlace(after, before, position, this);
                throw e;
            }
            super.handleUpdate(position, before, after);
        }

        @Override
        protected void removeDocument(Object position) {
            backend.changes(this, REMOVE, new Document("_id", position));
            super.removeDocument(position);
        }

        /**
         * Makes a unique index complete or absent. The parent leaves what it added before a duplicate, and
         * takes that for an existing index at the next attempt.
         */
        @Override
        public synchronized void addIndex(Index<Object> index) {
            if (index instanceof SortedIndex) {
                super.addIndex(index);
                ((SortedIndex) index).built();
                return;
            }
            boolean isNew = index instanceof UniqueIndex && ((Database) getDatabase()).isOpen;
            for (Index<Object> known : getIndexes()) isNew &= !known.getName().equals(index.getName());
            if (isNew) ((UniqueIndex) index).positions.clear();
            try {
                super.addIndex(index);
            } catch (RuntimeException e) {
                if (isNew) ((UniqueIndex) index).positions.clear();
                throw e;
            }
        }

        synchronized void replay(byte kind, Document document) {
            Document known = getDocument(Missing.ofNullable(document.get("_id")));
            if (known != null) removeDocument(known);
            if (kind == PUT) addDocument(document);
        }

        /** The size is only for statistics; counting would encode each document twice more. */
        @Override
        protected boolean tracksDataSize() {
            return false;
        }

        @Override
        public synchronized Document findAndModify(Document query) {
            copying = true;
            try {
                return super.findAndModify(query);
            } finally {
                copying = false;
            }
        }

        @Override
        public synchronized Document updateDocuments(
                Document selector,
                Document update,
                ArrayFilters filters,
                boolean isMulti,
                boolean isUpsert,
                Oplog oplog) {
            copying = true;
            try {
                return super.updateDocuments(selector, update, filters, isMulti, isUpsert, oplog);
            } finally {
                copying = false;
            }
        }

        @Override
        protected QueryResult queryDocuments(
                Document query, Document orderBy, int skip, int limit, int batchSize, Document fields) {
            QueryResult found = find(query, orderBy, skip, limit, batchSize, fields);
            if (!copying) return found;
            List<Document> copies = new ArrayList<>();
            for (Document document : found) copies.add(document.clone());
            return new QueryResult(copies);
        }

        /**
         * Lets a scan run without blocking writers: it reads the map as of its start, and documents are never
         * changed in place.
         */
        @Override
        public QueryResult handleQuery(QueryParameters given) {
            Document selector = given.getQuerySelector();
            Document query = (Document) selector.get("$query");
            if (query == null || indexFor(query) != null || Thread.holdsLock(this)) return super.handleQuery(given);
            return matchDocuments(
                    query,
                    (Document) selector.get("$orderby"),
                    given.getNumberToSkip(),
                    given.getLimit(),
                    given.getBatchSize(),
                    given.getProjection());
        }

        private QueryResult find(
                Document query, Document orderBy, int skip, int limit, int batchSize, Document fields) {
            Index<Object> index = indexFor(query);
            if (index == null) return super.queryDocuments(query, orderBy, skip, limit, batchSize, fields);
            Iterable<Object> positions = index.getPositions(keysOf(index, query));
            return matchDocuments(query, positions, orderBy, skip, limit, batchSize, fields);
        }

        /**
         * Returns an index whose keys are all in the query, unique ones first: `{ _id, revision }` needs no
         * scan.
         */
        private Index<Object> indexFor(Document query) {
            Index<Object> sorted = null;
            for (Index<Object> index : getIndexes()) {
                Document keys = keysOf(index, query);
                if (keys == null || !index.canHandle(keys)) continue;
                if (index.isUnique()) return index;
                sorted = index;
            }
            return sorted;
        }

        private static Document keysOf(Index<Object> index, Document query) {
            Document keys = new Document();
            for (IndexKey key : index.getKeys()) {
                if (!query.containsKey(key.getKey())) return null;
                keys.put(key.getKey(), query.get(key.getKey()));
            }
            return keys;
        }
    }

    private static final class UniqueIndex extends AbstractUniqueIndex<Object> {
        private final MVMap<KeyValue, Object> positions;

        UniqueIndex(MVMap<KeyValue, Object> positions, String name, List<IndexKey> keys, boolean sparse) {
            super(name, keys, sparse);
            this.positions = positions;
        }

        @Override
        protected Object removeDocument(KeyValue key) {
            return positions.remove(key);
        }

        @Override
        protected boolean putKeyPosition(KeyValue key, Object position) {
            return positions.putIfAbsent(key, Missing.ofNullable(position)) == null;
        }

        @Override
        protected Iterable<Map.Entry<KeyValue, Object>> getIterable() {
            return positions.entrySet();
        }

        @Override
        protected Object getPosition(KeyValue key) {
            return positions.get(key);
        }

        @Override
        public long getCount() {
            return positions.sizeAsLong();
        }

        @Override
        public boolean isEmpty() {
            return positions.isEmpty();
        }

        @Override
        public long getDataSize() {
            return getCount();
        }
    }

    /**
     * Finds documents by a bound, without a scan: the platform queries `outbox.time` and `timer.due` every
     * few seconds, and nearly all documents lack both. Documents without a value are not in the index.
     */
    private static final class SortedIndex extends Index<Object> {
        private static final Set<String> BOUNDS = Set.of("$lt", "$lte", "$gt", "$gte");

        /** The keys are pairs of field value and position. */
        private final MVMap<KeyValue, Object> positions;

        /** Records that the index is complete: files of an earlier version only contain its name. */
        private final MVMap<String, Long> control;

        private final String mark;

        SortedIndex(MVMap<KeyValue, Object> positions, MVMap<String, Long> control, String name, List<IndexKey> keys) {
            super(name, keys, true);
            this.positions = positions;
            this.control = control;
            this.mark = "whole " + positions.getName();
            if (!control.containsKey(mark)) positions.clear();
        }

        void built() {
            control.put(mark, 1L);
        }

        /** The parent fills an empty index. */
        @Override
        public boolean isEmpty() {
            return !control.containsKey(mark);
        }

        @Override
        public void drop() {
            control.remove(mark);
        }

        private Iterable<KeyValue> pairs(Document document, Object position) {
            List<KeyValue> pairs = new ArrayList<>();
            for (KeyValue key : getKeyValues(document)) {
                Object value = key.get(0);
                if (value != null && !(value instanceof Missing)) pairs.add(new KeyValue(value, position));
            }
            return pairs;
        }

        @Override
        public void add(Document document, Object position, MongoCollection<Object> collection) {
            for (KeyValue pair : pairs(document, position)) positions.put(pair, position);
        }

        @Override
        public Object remove(Document document) {
            for (KeyValue pair : pairs(document, document.get("_id"))) positions.remove(pair);
            return null;
        }

        @Override
        public void updateInPlace(
                Document before, Document after, Object position, MongoCollection<Object> collection) {
            if (nullAwareEqualsKeys(before, after)) return;
            remove(before);
            add(after, position, collection);
        }

        @Override
        public boolean canHandle(Document query) {
            Object condition = query.get(getKeys().get(0).getKey());
            if (!(condition instanceof Document)) return isPlain(condition);
            if (((Document) condition).isEmpty()) return false;
            for (Map.Entry<String, Object> bound : ((Document) condition).entrySet()) {
                if (!BOUNDS.contains(bound.getKey()) || !isPlain(bound.getValue())) return false;
            }
            return true;
        }

        private static boolean isPlain(Object value) {
            // Numbers are stored in another form than in queries; no query here uses them.
            return value instanceof Instant || value instanceof String;
        }

        /** Returns all candidates; the caller checks each document against the whole query. */
        @Override
        public Iterable<Object> getPositions(Document query) {
            Object condition = query.get(getKeys().get(0).getKey());
            Object lower = condition;
            Object upper = condition;
            if (condition instanceof Document) {
                Document bounds = (Document) condition;
                lower = bounds.getOrDefault("$gte", bounds.get("$gt"));
                upper = bounds.getOrDefault("$lte", bounds.get("$lt"));
            }
            Set<Object> found = new LinkedHashSet<>();
            KeyValue from = lower == null ? null : new KeyValue(lower, null);
            for (Iterator<KeyValue> keys = positions.keyIterator(from); keys.hasNext(); ) {
                KeyValue pair = keys.next();
                if (upper != null && ValueComparator.ascWithoutListHandling().compare(pair.get(0), upper) > 0) break;
                found.add(pair.get(1));
            }
            return found;
        }

        @Override
        public Object getPosition(Document document) {
            return null;
        }

        @Override
        public void checkAdd(Document document, MongoCollection<Object> collection) {}

        @Override
        public void checkUpdate(Document before, Document after, MongoCollection<Object> collection) {}

        @Override
        public long getCount() {
            return positions.sizeAsLong();
        }

        @Override
        public long getDataSize() {
            return getCount();
        }
    }

    // --- How things are written ------------------------------------------------------------------------------------

    private static void writeBson(WriteBuffer out, Document document) {
        Serializing.valueWritten();
        ByteBuf bytes = Unpooled.buffer(512);
        BsonEncoder.encodeDocument(document, bytes);
        out.putVarInt(bytes.readableBytes());
        out.put(bytes.nioBuffer());
    }

    private static Document readBson(ByteBuffer in) {
        int length = org.h2.mvstore.DataUtils.readVarInt(in);
        ByteBuffer bytes = in.slice().limit(length);
        in.position(in.position() + length);
        return BsonDecoder.decodeBson(Unpooled.wrappedBuffer(bytes));
    }

    /** Estimates the memory of a value, for the page cache. */
    private static int memoryOf(Object value) {
        if (value instanceof String) return 48 + ((String) value).length();
        int sum = 48;
        if (value instanceof Document) {
            for (Map.Entry<String, Object> entry : ((Document) value).entrySet()) {
                sum += 64 + entry.getKey().length() + memoryOf(entry.getValue());
            }
        } else if (value instanceof Iterable) {
            for (Object element : (Iterable<?>) value) sum += 8 + memoryOf(element);
        }
        return sum;
    }

    /**
     * Documents as BSON, as received. The library's own format is Java serialization, which is large and
     * slow.
     */
    private static final class DocumentType extends BasicDataType<Document> {
        static final DocumentType INSTANCE = new DocumentType();

        @Override
        public int getMemory(Document document) {
            return memoryOf(document);
        }

        @Override
        public void write(WriteBuffer out, Document document) {
            writeBson(out, document);
        }

        @Override
        public Document read(ByteBuffer in) {
            return readBson(in);
        }

        @Override
        public Document[] createStorage(int size) {
            return new Document[size];
        }
    }

    /** Values of `_id`, in MongoDB's order. */
    private static final class ValueType extends BasicDataType<Object> {
        static final ValueType INSTANCE = new ValueType();

        @Override
        public int getMemory(Object value) {
            return memoryOf(value);
        }

        @Override
        public void write(WriteBuffer out, Object value) {
            writeBson(out, new Document("v", value instanceof Missing ? null : value));
        }

        @Override
        public Object read(ByteBuffer in) {
            return Missing.ofNullable(readBson(in).get("v"));
        }

        @Override
        public int compare(Object a, Object b) {
            return ValueComparator.ascWithoutListHandling().compare(a, b);
        }

        @Override
        public Object[] createStorage(int size) {
            return new Object[size];
        }
    }

    /** Keys of a unique index, with one value per field. */
    private static final class KeyType extends BasicDataType<KeyValue> {
        static final KeyType INSTANCE = new KeyType();

        @Override
        public int getMemory(KeyValue key) {
            return memoryOf(key);
        }

        @Override
        public void write(WriteBuffer out, KeyValue key) {
            List<Object> values = new ArrayList<>(key.size());
            for (Object value : key) values.add(value instanceof Missing ? null : value);
            writeBson(out, new Document("v", values));
        }

        @Override
        public KeyValue read(ByteBuffer in) {
            return new KeyValue((java.util.Collection<?>) readBson(in).get("v"));
        }

        @Override
        public int compare(KeyValue a, KeyValue b) {
            int sizes = Integer.compare(a.size(), b.size());
            if (sizes != 0) return sizes;
            for (int i = 0; i < a.size(); i++) {
                int values = ValueComparator.ascWithoutListHandling().compare(a.get(i), b.get(i));
                if (values != 0) return values;
            }
            return 0;
        }

        @Override
        public KeyValue[] createStorage(int size) {
            return new KeyValue[size];
        }
    }

    // --- The redo log ----------------------------------------------------------------------------------------------

    /**
     * Changes since the last checkpoint: complete new documents, and removals. Two files alternate by
     * generation. A record is [length, CRC-32C, generation, kind, namespace, BSON]; the first invalid record
     * ends the log.
     */
    private static final class RedoLog {
        /** Initial file size: syncing a file of constant length is twice as fast. */
        private static final int FILE_BYTES = 8 << 20;

        private static final int HEADER = 4 + 4 + 8;

        interface Change {
            void apply(byte kind, String namespace, Document document);
        }

        private final FileChannel[] files = new FileChannel[2];
        private final Thread writer = new Thread(this::writeForEver, "redo-log");

        /** Monitor for the checkpoint thread: waking it for every change would cost more than the change. */
        private final Object due = new Object();

        private volatile long fileBytes;
        private volatile long firstChangeNanos;

        // Everything below is guarded by `this`.
        private long generation;
        private long filePosition;
        private ByteBuf gathering = Unpooled.directBuffer(1 << 18);
        private ByteBuf spare = Unpooled.directBuffer(1 << 18);
        private List<Runnable> gatheringWaiters = new ArrayList<>();
        private List<Runnable> writingWaiters = new ArrayList<>();
        private boolean writing;

        RedoLog(Path folder) throws IOException {
            for (int i = 0; i < 2; i++) {
                files[i] = FileChannel.open(
                        folder.resolve("redo-" + i + ".log"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
            }
        }

        // Reading

        /** Applies the records of `from` and of the next generation. @return the last generation */
        long replay(long from, Change change) throws IOException {
            replayFile(from, change);
            replayFile(from + 1, change);
            return from + 1;
        }

        private void replayFile(long wanted, Change change) throws IOException {
            FileChannel file = files[(int) (wanted % 2)];
            long position = 0;
            ByteBuffer head = ByteBuffer.allocate(HEADER);
            while (readFully(file, head.clear(), position)) {
                head.flip();
                int length = head.getInt();
                int sum = head.getInt();
                long found = head.getLong();
                if (found != wanted || length <= 0 || length > file.size() - position - HEADER) return;
                ByteBuffer body = ByteBuffer.allocate(length);
                if (!readFully(file, body, position + HEADER)) return;
                body.flip();
                if (sum != sumOf(found, body.duplicate())) return;
                ByteBuf bytes = Unpooled.wrappedBuffer(body);
                byte kind = bytes.readByte();
                byte[] namespace = new byte[bytes.readUnsignedShort()];
                bytes.readBytes(namespace);
                change.apply(
                        kind,
                        new String(namespace, java.nio.charset.StandardCharsets.UTF_8),
                        BsonDecoder.decodeBson(bytes));
                position += HEADER + length;
            }
        }

        private static boolean readFully(FileChannel file, ByteBuffer into, long position) throws IOException {
            while (into.hasRemaining()) {
                int n = file.read(into, position);
                if (n < 0) return false;
                position += n;
            }
            return true;
        }

        private static int sumOf(long generation, ByteBuffer body) {
            CRC32C crc = new CRC32C();
            for (int shift = 0; shift < 64; shift += 8) crc.update((int) (generation >>> shift) & 0xff);
            crc.update(body);
            return (int) crc.getValue();
        }

        // Writing

        /** Starts the log of a generation; everything older is in the document file. */
        synchronized void start(long first) throws IOException {
            ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
            for (FileChannel file : files) {
                file.truncate(FILE_BYTES);
                for (long at = file.size(); at < FILE_BYTES; at = file.size()) {
                    zeros.clear().limit((int) Math.min(zeros.capacity(), FILE_BYTES - at));
                    file.write(zeros, at);
                }
                file.force(true);
            }
            generation = first;
            writer.setDaemon(true);
            writer.start();
        }

        synchronized long generation() {
            return generation;
        }

        synchronized void append(byte kind, String namespace, Document document) {
            if (fileBytes == 0) firstChangeNanos = System.nanoTime();
            int start = gathering.writerIndex();
            try {
                encode(kind, namespace, document);
            } catch (RuntimeException | Error e) {
                // Half a record would end the log for everything after it.
                gathering.writerIndex(start);
                throw e;
            }
            int length = gathering.writerIndex() - start - HEADER;
            gathering.setInt(start, length);
            gathering.setInt(start + 4, sumOf(generation, gathering.nioBuffer(start + HEADER, length)));
            gathering.setLong(start + 8, generation);
            boolean first = fileBytes == 0;
            boolean full = fileBytes < CHECKPOINT_BYTES && fileBytes + HEADER + length >= CHECKPOINT_BYTES;
            fileBytes = fileBytes + HEADER + length;
            if (start == 0) notifyAll();
            if (!first && !full) return;
            synchronized (due) {
                due.notifyAll();
            }
        }

        private void encode(byte kind, String namespace, Document document) {
            gathering.writeZero(HEADER);
            byte[] name = namespace.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            gathering.writeByte(kind).writeShort(name.length).writeBytes(name);
            int start = gathering.writerIndex();
            BsonEncoder.encodeDocument(document, gathering);
            if (gathering.writerIndex() - start <= BsonConstants.MAX_BSON_OBJECT_SIZE) return;
            throw new MongoServerError(17419, "Location17419", "Resulting document is larger than 16777216 bytes");
        }

        /**
         * Runs `action` when everything appended so far is on disk.
         * @return false if it already is; the action does not run then
         */
        synchronized boolean whenDurable(Runnable action) {
            if (gathering.isReadable()) {
                gatheringWaiters.add(action);
            } else if (writing) {
                writingWaiters.add(action);
            } else {
                return false;
            }
            return true;
        }

        /**
         * Switches to the other file. Nobody appends meanwhile; everything appended is on disk when this
         * returns.
         */
        synchronized void rotate(long next) {
            try {
                while (gathering.isReadable() || writing) wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            generation = next;
            filePosition = 0;
            fileBytes = 0;
        }

        /**
         * Waits until the log has this many bytes, or this long after the first one. Waits for ever while it
         * is empty.
         */
        void awaitCheckpoint(int bytes, long millis) throws InterruptedException {
            synchronized (due) {
                while (fileBytes == 0) due.wait();
                while (fileBytes < bytes) {
                    long left = millis - (System.nanoTime() - firstChangeNanos) / 1_000_000;
                    if (left <= 0) return;
                    due.wait(left);
                }
            }
        }

        private void writeForEver() {
            try {
                while (true) {
                    ByteBuf batch;
                    FileChannel file;
                    long position;
                    synchronized (this) {
                        while (!gathering.isReadable()) wait();
                        batch = gathering;
                        gathering = spare;
                        List<Runnable> waiters = gatheringWaiters;
                        gatheringWaiters = writingWaiters;
                        writingWaiters = waiters;
                        writing = true;
                        file = files[(int) (generation % 2)];
                        position = filePosition;
                        filePosition += batch.readableBytes();
                    }
                    ByteBuffer bytes = batch.nioBuffer();
                    while (bytes.hasRemaining()) position += file.write(bytes, position);
                    // One sync for everything gathered during the previous one. File lengths are constant, so
                    // syncing data suffices.
                    file.force(false);
                    Runnable[] released;
                    synchronized (this) {
                        // An unusually large batch buffer is not kept.
                        spare = batch.capacity() > 4 << 20 ? Unpooled.directBuffer(1 << 18) : batch.clear();
                        if (spare != batch) batch.release();
                        writing = false;
                        released = writingWaiters.toArray(new Runnable[0]);
                        writingWaiters.clear();
                        notifyAll();
                    }
                    for (Runnable action : released) action.run();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException | RuntimeException | Error e) {
                halt("the log cannot be written", e);
            }
        }
    }
}
