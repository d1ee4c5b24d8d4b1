package cups.store;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import de.bwaldvogel.mongo.backend.Cursor;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** All databases, and the commands that concern the whole store. */
final class Backend extends AbstractMongoBackend {
    /** A cursor that nobody reads holds a snapshot; MongoDB waits as long. */
    private static final long CURSOR_IDLE_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Engine engine;
    private final Catalog catalog;

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
        ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(work -> {
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
            default:
                return super.handleCommand(channel, database, command, query);
        }
    }

    /** Checks every block, and every index against the documents. */
    private Document verify() {
        engine.verify();
        Document answer = new Document();
        long documents = 0;
        long entries = 0;
        for (String name : listDatabaseNames()) {
            for (DocumentCollection collection : ((Database) resolveDatabase(name)).documentCollections()) {
                long[] checked = collection.verify();
                documents += checked[0];
                entries += checked[1];
            }
        }
        answer.append("documents", documents).append("entries", entries);
        Utils.markOkay(answer);
        return answer;
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
