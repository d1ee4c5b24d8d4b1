package cups.store;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractSynchronizedMongoCollection;
import de.bwaldvogel.mongo.backend.ArrayFilters;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DocumentWithPosition;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.QueryParameters;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.IndexBuildFailedException;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.oplog.Oplog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * A collection. The library decides what a command changes; this class reads by plans and writes each document together
 * with its index entries in one batch. Writers hold the monitor of the collection, readers hold nothing.
 */
final class DocumentCollection extends AbstractSynchronizedMongoCollection<Object> {
    /** Documents that one batch of an index build covers. */
    private static final int BUILD_BATCH = 500;

    private final Engine engine;
    private final Catalog catalog;
    private final int number;
    private final byte[] prefix;
    private final AtomicInteger count = new AtomicInteger(-1);

    /** The indexes as readers see them. */
    private volatile List<FieldIndex> indexes = List.of();

    /** The top-level fields that indexes and `_id` need; null for all. */
    private volatile Set<String> indexedFields = Set.of("_id");

    /** The index of `_id`; null while a collection is created, and in those that describe others. */
    private volatile FieldIndex primary;

    /** Guarded by the monitor. */
    private final Changes changes;

    DocumentCollection(
            MongoDatabase database,
            String name,
            CollectionOptions options,
            CursorRegistry cursors,
            Engine engine,
            Catalog catalog) {
        super(database, name, options, cursors);
        this.engine = engine;
        this.catalog = catalog;
        this.number = catalog.collection(database.getDatabaseName() + "." + name);
        this.prefix = KeyWriter.prefix(number);
        this.changes = new Changes(this);
    }

    Engine engine() {
        return engine;
    }

    int number() {
        return number;
    }

    CursorRegistry cursors() {
        return cursorRegistry;
    }

    boolean matches(Document document, Document query) {
        return documentMatchesQuery(document, query);
    }

    // --- Keys --------------------------------------------------------------------------------------------------------

    /** @return the encoded `_id` of a document */
    byte[] idBytes(Document document) {
        return idBytes(document.get(getIdField()));
    }

    /** @return the encoded `_id` of a new document; a random one in a collection without */
    byte[] newId(Document document) {
        return getIdField() == null ? idBytes(UUID.randomUUID().toString()) : idBytes(document);
    }

    static byte[] idBytes(Object id) {
        return new KeyWriter().value(id).toBytes();
    }

    byte[] documentKey(byte[] id) {
        byte[] key = Arrays.copyOf(prefix, prefix.length + id.length);
        System.arraycopy(id, 0, key, prefix.length, id.length);
        return key;
    }

    /** Whether it describes other collections. */
    boolean isSystem() {
        return getCollectionName().startsWith("system.");
    }

    // --- Changes -----------------------------------------------------------------------------------------------------

    /** Runs the statements of a command: nobody else changes the collection meanwhile, and all share a batch. */
    synchronized void change(Consumer<Changes> statements) {
        changes.begin();
        statements.accept(changes);
        changes.commit();
    }

    /** Counts documents that a batch added or, if negative, removed. */
    void added(int documents) {
        if (count.get() >= 0) count.addAndGet(documents);
    }

    /** Adds a stored document to a batch for {@link Engine#load}; {@link FieldIndex#checkAll} checks it afterwards. */
    void load(byte[] stored, WriteBatch into) throws RocksDBException {
        Document document = Bson.decode(stored);
        byte[] id = idBytes(document);
        into.put(engine.documents, documentKey(id), stored);
        for (FieldIndex index : indexes) index.load(document, id, into);
    }

    // The library changes only collections that describe others, by the methods down to the next heading.

    @Override
    public void addDocument(Document document) {
        change(all -> all.insert(document));
    }

    @Override
    public List<Document> insertDocuments(List<Document> documents, boolean isOrdered) {
        change(all -> documents.forEach(all::insert));
        return List.of();
    }

    @Override
    public Document updateDocuments(
            Document selector, Document update, ArrayFilters filters, boolean isMulti, boolean isUpsert, Oplog oplog) {
        change(all -> all.update(selector, update, filters, isMulti, isUpsert));
        return new Document();
    }

    @Override
    public int deleteDocuments(Document selector, int limit, Oplog oplog) {
        int[] removed = new int[1];
        change(all -> removed[0] = all.delete(selector, limit));
        return removed[0];
    }

    @Override
    protected Object addDocumentInternal(Document document) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void handleUpdate(Object position, Document before, Document after) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void removeDocument(Object position) {
        throw new UnsupportedOperationException();
    }

    // --- Reading -----------------------------------------------------------------------------------------------------

    /** Reads a snapshot without the monitor, so that no reader waits for a writer or the reverse. */
    @Override
    public QueryResult handleQuery(QueryParameters given) {
        Document selector = given.getQuerySelector();
        boolean isDollar = selector.containsKey("$query");
        boolean isWrapped = isDollar || selector.containsKey("query");
        Document query = isWrapped ? (Document) selector.get(isDollar ? "$query" : "query") : selector;
        Document orderBy = isWrapped ? (Document) selector.get(isDollar ? "$orderby" : "orderby") : null;
        return queryDocuments(
                query,
                orderBy,
                given.getNumberToSkip(),
                given.getLimit(),
                given.getBatchSize(),
                given.getProjection());
    }

    @Override
    public Document handleDistinct(Document query) {
        return Distinct.values(this, query);
    }

    @Override
    protected QueryResult queryDocuments(
            Document query, Document orderBy, int skip, int limit, int batchSize, Document projection) {
        return new Query(this, query, orderBy, skip, Math.abs(limit), projection, getIdField()).result();
    }

    @Override
    protected QueryResult matchDocuments(
            Document query, Document orderBy, int skip, int limit, int batchSize, Document projection) {
        return queryDocuments(query, orderBy, skip, limit, batchSize, projection);
    }

    @Override
    public Stream<Document> queryAllAsStream() {
        return new Query(this, new Document(), null, 0, 0, null, getIdField()).stream();
    }

    @Override
    protected Document getDocument(Object position) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected Stream<DocumentWithPosition<Object>> streamAllDocumentsWithPosition() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int count(Document query, int skip, int limit) {
        if (query == null || query.isEmpty()) return super.count(query, skip, limit);
        int found = new Query(this, query, null, 0, limit > 0 ? skip + limit : 0, null, getIdField()).count();
        return Math.max(0, found - skip);
    }

    /** @return the number of documents, counted once after a start */
    @Override
    public int count() {
        int known = count.get();
        if (known >= 0) return known;
        synchronized (this) {
            if (count.get() < 0) count.set(Scan.countDocuments(this));
            return count.get();
        }
    }

    @Override
    public boolean isEmpty() {
        return !engine.hasPrefix(engine.documents, prefix);
    }

    // --- Indexes -----------------------------------------------------------------------------------------------------

    List<FieldIndex> fieldIndexes() {
        return indexes;
    }

    private void rememberIndexes() {
        List<FieldIndex> all = new ArrayList<>();
        for (Index<Object> index : getIndexes()) all.add((FieldIndex) index);
        indexes = List.copyOf(all);
        primary = all.stream().filter(FieldIndex::isPrimary).findFirst().orElse(null);
        Set<String> fields = Set.of("_id");
        for (FieldIndex index : all) fields = Fields.union(fields, index.fields());
        indexedFields = fields;
    }

    FieldIndex primary() {
        return primary;
    }

    Set<String> indexedFields() {
        return indexedFields;
    }

    @Override
    public synchronized void dropIndex(String name) {
        super.dropIndex(name);
        rememberIndexes();
    }

    /** Adds an index. One that was built before is not read. @throws IndexBuildFailedException for duplicates */
    @Override
    public synchronized void addIndex(Index<Object> index) {
        FieldIndex given = (FieldIndex) index;
        boolean isKnown = getIndexes().stream().anyMatch(one -> one.getName().equals(index.getName()));
        if (!isKnown && given.isEmpty()) build(given);
        super.addIndex(index);
        rememberIndexes();
    }

    private void build(FieldIndex index) {
        // What an interrupted build left.
        clear(index);
        try (WriteBatch changes = new WriteBatch();
                Scan scan = Scan.all(this)) {
            // The entries of a unique index must be visible to the next document.
            int size = index.isUnique() ? 1 : BUILD_BATCH;
            for (int n = 1; scan.next(); n++) {
                index.build(scan.document(), scan.id(), changes);
                if (n % size != 0) continue;
                engine.write(changes);
                changes.clear();
            }
            engine.write(changes);
        } catch (MongoServerError e) {
            clear(index);
            throw new IndexBuildFailedException(e, this);
        }
        index.record().built = true;
        catalog.save(getFullName(), index.record());
    }

    private void clear(FieldIndex index) {
        try (WriteBatch changes = new WriteBatch()) {
            index.clear(changes);
            engine.write(changes);
        }
    }

    /** Removes the entries and the record of an index that the library drops. */
    void dropped(FieldIndex index) {
        try (WriteBatch changes = new WriteBatch()) {
            index.clear(changes);
            catalog.removeIndex(changes, getFullName(), index.getName());
            engine.write(changes);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Remembers that a field of an index held an array. */
    void markMultikey(Catalog.IndexRecord record, int field) {
        long bit = 1L << field;
        if ((record.multikey & bit) != 0) return;
        record.multikey |= bit;
        catalog.save(getFullName(), record);
    }

    /**
     * Checks on a snapshot that every document has its index entries, and that there are no others.
     *
     * @param counts what the numbers of documents and entries are added to
     * @param faults receives a sentence for each index that differs, naming no document
     * @throws StoreDamage if a document or an entry cannot be read
     */
    void verify(Document counts, List<String> faults) {
        List<FieldIndex> checked;
        Scan scan;
        synchronized (this) {
            checked = indexes;
            scan = Scan.toCheck(this);
        }
        try (Scan all = scan) {
            long documents = 0;
            Map<FieldIndex, long[]> expectedAndFound = new HashMap<>();
            for (; all.next(); documents++) {
                Document document = all.document();
                for (FieldIndex index : checked) {
                    long[] numbers = expectedAndFound.computeIfAbsent(index, one -> new long[2]);
                    for (byte[] key : index.expectedKeys(document)) {
                        numbers[0]++;
                        if (all.hasEntry(key)) numbers[1]++;
                    }
                }
            }
            add(counts, "documents", documents);
            for (FieldIndex index : checked) {
                if (index.isPrimary()) continue;
                long[] numbers = expectedAndFound.getOrDefault(index, new long[2]);
                long entries = all.countEntries(index.record().number);
                long missing = numbers[0] - numbers[1];
                long orphans = entries - numbers[1];
                add(counts, "entries", entries);
                add(counts, "missingEntries", missing);
                add(counts, "orphanEntries", orphans);
                if (missing == 0 && orphans == 0) continue;
                faults.add("the index " + index.getName() + " of " + getFullName() + " lacks " + missing
                        + " entries and has " + orphans + " without a document");
            }
        }
    }

    StoreDamage orphanEntry() {
        return new StoreDamage("an index of " + getFullName() + " has an entry without a document");
    }

    private static void add(Document counts, String name, long number) {
        counts.put(name, (Long) counts.get(name) + number);
    }

    // --- The collection itself ---------------------------------------------------------------------------------------

    @Override
    public synchronized void drop() {
        super.drop();
        try (WriteBatch changes = new WriteBatch()) {
            changes.deleteRange(engine.documents, prefix, KeyWriter.prefix(number + 1));
            catalog.removeCollection(changes, getFullName());
            engine.write(changes);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
        count.set(0);
    }

    @Override
    public synchronized void renameTo(MongoDatabase database, String name) {
        String before = getFullName();
        super.renameTo(database, name);
        List<Catalog.IndexRecord> records = new ArrayList<>();
        for (FieldIndex index : fieldIndexes()) records.add(index.record());
        catalog.rename(before, getFullName(), number, records);
    }

    /** Sizes are only for statistics; the file of the store has them. */
    @Override
    protected boolean tracksDataSize() {
        return false;
    }

    @Override
    protected void updateDataSize(int delta) {}

    @Override
    protected int getDataSize() {
        byte[] end = KeyWriter.prefix(number + 1);
        return (int) Math.min(Integer.MAX_VALUE, engine.approximateBytes(engine.documents, prefix, end));
    }
}
