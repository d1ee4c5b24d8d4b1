package cups.store;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.AbstractSynchronizedMongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DatabaseResolver;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.aggregation.Aggregation;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.BadValueException;
import de.bwaldvogel.mongo.exception.InvalidNamespaceError;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.oplog.Oplog;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A database. Its collections and the descriptions of their indexes are in two collections of its own. */
final class Database extends AbstractSynchronizedMongoDatabase<Object> {
    /** Size of a first batch unless the client says another, as in MongoDB. */
    private static final int FIRST_BATCH = 101;

    /** Bytes of an aggregate's result, which is one reply. */
    private static final long MAX_RESULT_BYTES = 16L << 20;

    private final Engine engine;
    private final Catalog catalog;

    /** The index that is being described, with what the library does not pass on. */
    private final ThreadLocal<Document> described = new ThreadLocal<>();

    Database(String name, CursorRegistry cursors, Engine engine, Catalog catalog) {
        super(name, cursors);
        this.engine = engine;
        this.catalog = catalog;
        initializeNamespacesAndIndexes();
        restoreIdIndexes();
    }

    /** @return the collections of documents */
    List<DocumentCollection> documentCollections() {
        return resolveCollection("system.namespaces", true)
                .queryAllAsStream()
                .map(document -> document.get("name").toString().substring(databaseName.length() + 1))
                .filter(name -> !name.startsWith("system."))
                .map(name -> (DocumentCollection) resolveCollection(name, true))
                .collect(Collectors.toList());
    }

    /** Creates a collection with indexes, as the commands `create` and `createIndexes` do. */
    DocumentCollection create(String name, List<Document> indexes) {
        createCollectionOrThrowIfExists(name, CollectionOptions.withDefaults());
        indexes.forEach(this::addIndex);
        return (DocumentCollection) resolveCollection(name, true);
    }

    /** @return the collections of documents and the two that describe them */
    List<DocumentCollection> allCollections() {
        List<DocumentCollection> all = documentCollections();
        for (String name : List.of("system.namespaces", "system.indexes")) {
            DocumentCollection collection = (DocumentCollection) resolveCollection(name, false);
            if (collection != null) all.add(collection);
        }
        return all;
    }

    /** A crash between the creation of a collection and of its first index leaves it without. */
    private void restoreIdIndexes() {
        for (DocumentCollection collection : documentCollections()) {
            if (!collection.getIndexes().isEmpty()) continue;
            addIndex(new Document("key", new Document("_id", 1))
                    .append("name", "_id_")
                    .append("ns", collection.getFullName())
                    .append("v", 2));
        }
    }

    @Override
    protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
        return new DocumentCollection(this, name, options, cursorRegistry, engine, catalog);
    }

    // --- Indexes -----------------------------------------------------------------------------------------------------

    @Override
    protected synchronized void addIndex(Document description) {
        described.set(description);
        try {
            super.addIndex(description);
        } finally {
            described.remove();
        }
    }

    @Override
    protected Index<Object> openOrCreateUniqueIndex(
            String collection, String name, List<IndexKey> keys, boolean sparse) {
        return openIndex(collection, name, keys, true, sparse);
    }

    @Override
    protected Index<Object> openOrCreateSecondaryIndex(
            String collection, String name, List<IndexKey> keys, boolean sparse) {
        return openIndex(collection, name, keys, false, sparse);
    }

    private Index<Object> openIndex(
            String collectionName, String name, List<IndexKey> keys, boolean unique, boolean sparse) {
        DocumentCollection collection = (DocumentCollection) resolveCollection(collectionName, true);
        Document description = described.get();
        Document partial = description == null ? null : (Document) description.get("partialFilterExpression");
        return new FieldIndex(
                collection, catalog.index(collection.getFullName(), name, partial), name, keys, unique, sparse);
    }

    // --- Commands ----------------------------------------------------------------------------------------------------

    @Override
    public Document handleCommand(
            Channel channel, String command, Document query, DatabaseResolver databases, Oplog oplog) {
        switch (command) {
            case "find":
                return find(query);
            case "insert":
                return WriteCommands.insert(toChange(query.get(command)), query);
            case "update":
                return WriteCommands.update(toChange(query.get(command)), query);
            case "delete":
                boolean exists = resolveCollection(query.get(command).toString(), false) != null;
                return exists ? WriteCommands.delete(toChange(query.get(command)), query) : okay(new Document("n", 0));
            case "findAndModify":
                return WriteCommands.findAndModify(toChange(query.get(command)), query);
            case "aggregate":
                Document result = aggregate(query, databases, oplog);
                return result == null ? super.handleCommand(channel, command, query, databases, oplog) : result;
            case "explain":
                return Explanation.of(this, (Document) query.get("explain"), (String) query.get("verbosity"));
            default:
                return super.handleCommand(channel, command, query, databases, oplog);
        }
    }

    private Document find(Document command) {
        String name = (String) command.get("find");
        String fullName = getFullCollectionNamespace(name);
        DocumentCollection collection = (DocumentCollection) resolveCollection(name, false);
        if (collection == null) return cursorResponse(fullName, List.of());
        Query query = new Query(
                collection,
                (Document) command.get("filter"),
                (Document) command.get("sort"),
                number(command, "skip", 0),
                Math.abs(number(command, "limit", 0)),
                (Document) command.get("projection"),
                "_id");
        Query.Batch batch = query.firstBatch(number(command, "batchSize", FIRST_BATCH));
        List<byte[]> ids = query.plan().ids;
        if (ids != null && ids.size() == 1) engine.sync().needOnly(new Key(collection.documentKey(ids.get(0))));
        return cursorResponse(fullName, "firstBatch", batch);
    }

    private static Document okay(Document answer) {
        Utils.markOkay(answer);
        return answer;
    }

    private static int number(Document command, String name, int absent) {
        return ((Number) command.getOrDefault(name, absent)).intValue();
    }

    /** @return the collection, which is created if it does not exist */
    private DocumentCollection toChange(Object name) {
        if (name.toString().startsWith("system.")) {
            throw new InvalidNamespaceError(getFullCollectionNamespace(name.toString()));
        }
        return (DocumentCollection) resolveOrCreateCollection(name.toString());
    }

    /**
     * Runs an aggregate whose first stages are a filter and an order by a plan, and counts by an index alone if that is
     * all that is asked for. The same holds for each pipeline that `$unionWith` adds.
     *
     * @return null if the library must run it from the start
     */
    private Document aggregate(Document command, DatabaseResolver databases, Oplog oplog) {
        Object name = command.get("aggregate");
        if (!(name instanceof String)) return null;
        DocumentCollection collection = (DocumentCollection) resolveCollection((String) name, false);
        List<Document> pipeline = Aggregation.parse(command.get("pipeline"));
        if (collection == null || pipeline.isEmpty() || pipeline.get(0).containsKey("$changeStream")) return null;
        Run run = new Run(command, databases, oplog);
        int end = run.union(pipeline, 0);
        List<Document> found = run.pipeline(collection, pipeline.subList(0, end));
        while (end < pipeline.size()) {
            found = new ArrayList<>(found);
            found.addAll(run.unionWith(collection, pipeline.get(end).get("$unionWith")));
            int next = run.union(pipeline, end + 1);
            found = run.stages(collection, pipeline.subList(end + 1, next), found.stream());
            end = next;
        }
        return cursorResponse(getFullCollectionNamespace((String) name), found);
    }

    /** Runs the parts of one aggregate. */
    private final class Run {
        private final Document command;
        private final DatabaseResolver databases;
        private final Oplog oplog;

        Run(Document command, DatabaseResolver databases, Oplog oplog) {
            this.command = command;
            this.databases = databases;
            this.oplog = oplog;
        }

        /** @return the position of the first `$unionWith` from a position on, or the end */
        int union(List<Document> stages, int from) {
            int at = from;
            while (at < stages.size() && !stages.get(at).containsKey("$unionWith")) at++;
            return at;
        }

        List<Document> pipeline(DocumentCollection collection, List<Document> stages) {
            Pipeline parts = Pipeline.of(stages);
            if (parts.isCount()) return parts.countResult(collection.count(parts.filter(), 0, parts.limit));
            try (Stream<Document> documents = parts.query(collection).stream()) {
                return stages(collection, parts.rest(), documents);
            }
        }

        List<Document> stages(DocumentCollection collection, List<Document> stages, Stream<Document> documents) {
            Aggregation aggregation =
                    Aggregation.fromPipeline(stages, databases, Database.this, collection, oplog);
            aggregation.validate(command);
            return takeBounded(aggregation.runStagesAsStream(documents));
        }

        /** @return what the pipeline of a `$unionWith` gives for a collection that exists, this one by default */
        List<Document> unionWith(DocumentCollection own, Object stage) {
            if (!(stage instanceof Document)) throw new BadValueException("$unionWith takes a document here");
            Object name = ((Document) stage).get("coll");
            DocumentCollection collection =
                    name == null ? own : (DocumentCollection) resolveCollection((String) name, false);
            if (collection == null) return List.of();
            return pipeline(collection, Aggregation.parse(((Document) stage).get("pipeline")));
        }
    }

    /** @throws MongoServerError above the size of one message */
    private static List<Document> takeBounded(Stream<Document> results) {
        List<Document> taken = new ArrayList<>();
        long bytes = 0;
        for (Document result : (Iterable<Document>) results::iterator) {
            bytes += Bson.encode(result).length;
            if (bytes > MAX_RESULT_BYTES) {
                throw new MongoServerError(
                        10334, "BSONObjectTooLarge", "The result of an aggregate is larger than 16 MiB");
            }
            taken.add(result);
        }
        return taken;
    }

    private static Document cursorResponse(String namespace, List<?> documents) {
        return cursorResponse(namespace, "firstBatch", new Query.Batch(documents, 0));
    }

    /** @param key `firstBatch` or `nextBatch` */
    static Document cursorResponse(String namespace, String key, Query.Batch batch) {
        Document cursor = new Document("id", batch.cursor).append("ns", namespace).append(key, batch.results);
        return okay(new Document("cursor", cursor));
    }

    /** The first stages of a pipeline, which a plan can do, and the rest. */
    private static final class Pipeline {
        private Document filter = new Document();
        private Document order;
        private int limit;
        private int used;
        private final List<Document> stages;

        private Pipeline(List<Document> stages) {
            this.stages = stages;
        }

        static Pipeline of(List<Document> stages) {
            Pipeline parts = new Pipeline(stages);
            if (parts.next("$match") != null) parts.filter = (Document) parts.take("$match");
            if (parts.next("$sort") != null) parts.order = (Document) parts.take("$sort");
            if (parts.next("$limit") != null) parts.limit = ((Number) parts.take("$limit")).intValue();
            return parts;
        }

        private Object next(String stage) {
            return used < stages.size() ? stages.get(used).get(stage) : null;
        }

        private Object take(String stage) {
            return stages.get(used++).get(stage);
        }

        Document filter() {
            return filter;
        }

        List<Document> rest() {
            return stages.subList(used, stages.size());
        }

        Query query(DocumentCollection collection) {
            return new Query(collection, filter, order, 0, limit, null, "_id");
        }

        /** Whether all that is left is a count, as the drivers' `countDocuments` asks for it. */
        boolean isCount() {
            if (order != null || rest().size() != 1) return false;
            Object group = rest().get(0).get("$group");
            if (!(group instanceof Document) || ((Document) group).size() != 2) return false;
            Object id = ((Document) group).get("_id");
            boolean isConstant = id == null || id instanceof Number;
            return isConstant && countField((Document) group) != null;
        }

        private static String countField(Document group) {
            for (Map.Entry<String, Object> entry : group.entrySet()) {
                if (!(entry.getValue() instanceof Document)) continue;
                Object sum = ((Document) entry.getValue()).get("$sum");
                if (sum instanceof Number && ((Number) sum).doubleValue() == 1) return entry.getKey();
            }
            return null;
        }

        List<Document> countResult(int count) {
            if (count == 0) return List.of();
            Document group = (Document) rest().get(0).get("$group");
            List<Document> result = new ArrayList<>();
            result.add(new Document("_id", group.get("_id")).append(countField(group), count));
            return result;
        }
    }

    // --- Sizes -------------------------------------------------------------------------------------------------------

    @Override
    protected long getFileSize() {
        return getStorageSize();
    }

    @Override
    protected long getStorageSize() {
        String size = engine.property("rocksdb.total-sst-files-size");
        return size == null ? 0 : Long.parseLong(size);
    }
}
