package cups.store;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import de.bwaldvogel.mongo.backend.Cursor;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.rocksdb.RocksDBException;

/** All databases, and the commands that concern the whole store. */
final class Backend extends AbstractMongoBackend implements AutoCloseable {
    /** A cursor that nobody reads holds a snapshot; MongoDB waits as long. */
    private static final long CURSOR_IDLE_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Engine engine;
    private final Catalog catalog;
    private final ScheduledExecutorService sweeper;

    Backend(Engine engine) {
        this.engine = engine;
        this.catalog = new Catalog(engine);
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
        catalog.databases().forEach(this::resolveDatabase);
        sweeper = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "cursors");
            thread.setDaemon(true);
            return thread;
        });
        sweeper.scheduleWithFixedDelay(this::closeIdleCursors, 1, 1, TimeUnit.MINUTES);
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
        return new Database(name, getCursorRegistry(), engine, catalog);
    }

    Database database(String name) {
        return (Database) resolveDatabase(name);
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        switch (command.toLowerCase(Locale.ROOT)) {
            case "explain":
                return resolveDatabase(database).handleCommand(channel, "explain", query, this::resolveDatabase, oplog);
            case "cupsverify":
                return verify();
            case "fsync":
                return flush();
            default:
                return super.handleCommand(channel, database, command, query);
        }
    }

    private Document flush() {
        try {
            engine.flush();
        } catch (RocksDBException e) {
            throw new MongoServerError(8, "UnknownError", e.getMessage());
        }
        Document answer = new Document();
        Utils.markOkay(answer);
        return answer;
    }

    @Override
    public Document getServerStatus() {
        return super.getServerStatus().append("store", engine.status());
    }

    /**
     * Checks every block, and every index against the documents of a snapshot.
     *
     * @return numbers of what was checked, and a sentence for each fault: the first of the files and of each collection
     */
    Document verify() {
        long start = System.nanoTime();
        Document answer = new Document("documents", 0L)
                .append("entries", 0L)
                .append("missingEntries", 0L)
                .append("orphanEntries", 0L);
        List<String> faults = new ArrayList<>();
        check(faults, engine::verify);
        for (String name : new TreeSet<>(listDatabaseNames())) {
            Database database = (Database) resolveDatabase(name);
            check(faults, () -> {
                for (DocumentCollection collection : database.allCollections()) {
                    check(faults, () -> collection.verify(answer, faults));
                }
            });
        }
        answer.append("faults", faults).append("milliseconds", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        Utils.markOkay(answer);
        return answer;
    }

    private static void check(List<String> faults, Runnable part) {
        try {
            part.run();
        } catch (StoreDamage e) {
            if (!faults.contains(e.getMessage())) faults.add(e.getMessage());
        }
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
        Query.OpenCursor.all().forEach(Query.OpenCursor::close);
        super.close();
    }

    @Override
    protected Document handleGetMore(String database, String command, Document query) {
        long id = ((Number) query.get(command)).longValue();
        Cursor cursor = getCursorRegistry().getCursor(id);
        if (!(cursor instanceof Query.OpenCursor)) return super.handleGetMore(database, command, query);
        int size = ((Number) query.getOrDefault("batchSize", 0)).intValue();
        List<Object> batch = ((Query.OpenCursor) cursor).take(size);
        boolean isEnd = cursor.isEmpty();
        if (isEnd) getCursorRegistry().remove(cursor);
        String namespace = database + "." + query.get("collection");
        return Database.cursorResponse(namespace, "nextBatch", new Query.Batch(batch, isEnd ? 0 : id));
    }

    // --- Cursors -----------------------------------------------------------------------------------------------------

    @Override
    public void closeCursors(List<Long> ids) {
        ids.forEach(this::closeCursor);
        super.closeCursors(ids);
    }

    @Override
    protected Document handleKillCursors(Document query) {
        for (Object id : (List<?>) query.get("cursors")) closeCursor((Long) id);
        return super.handleKillCursors(query);
    }

    private void closeCursor(long id) {
        try {
            Cursor cursor = getCursorRegistry().getCursor(id);
            if (cursor instanceof Query.OpenCursor) ((Query.OpenCursor) cursor).close();
        } catch (RuntimeException unknown) {
            // It has ended.
        }
    }

    private void closeIdleCursors() {
        for (Query.OpenCursor cursor : Query.OpenCursor.all()) {
            if (cursor.idleNanos() < CURSOR_IDLE_NANOS) continue;
            getCursorRegistry().remove(cursor.getId());
            cursor.close();
        }
    }
}
