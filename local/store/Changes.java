package cups.store;

import de.bwaldvogel.mongo.backend.ArrayFilters;
import de.bwaldvogel.mongo.backend.Updates;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import de.bwaldvogel.mongo.exception.InvalidIdFieldError;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The changes of one command in a collection: each document together with its index entries. The statements of a command
 * share a batch, which is written when a statement depends on an earlier one, when it is large, and at the end. All checks
 * of a document come before its first change, so that a statement that fails leaves nothing in the batch.
 *
 * <p>Used under the monitor of the collection, from {@link #begin} to {@link #commit}.
 */
final class Changes {
    private static final int MAX_BATCH_BYTES = 1 << 20;

    /** What an update did. */
    static final class Outcome {
        int matched;
        int modified;

        /** The `_id` of an inserted document. */
        Object upserted;
    }

    private final DocumentCollection collection;
    private final Engine engine;
    private final WriteBatch batch = new WriteBatch();

    /** Keys of documents and values of unique indexes in the batch. */
    private final Set<Key> pending = new HashSet<>();

    private int bytes;
    private int added;
    private boolean erases;

    Changes(DocumentCollection collection) {
        this.collection = collection;
        this.engine = collection.engine();
    }

    /** Forgets what a command left that failed unexpectedly. */
    void begin() {
        batch.clear();
        pending.clear();
        bytes = 0;
        added = 0;
        erases = false;
    }

    /** Writes the batch; readers see it at once. */
    void commit() {
        if (pending.isEmpty()) return;
        engine.write(batch, pending);
        collection.added(added);
        if (erases) engine.erasure().begin();
        begin();
    }

    // --- Insert ------------------------------------------------------------------------------------------------------

    /**
     * Inserts a document, decoded or {@link Raw}.
     *
     * @return its `_id`
     * @throws MongoServerError if the `_id` or a unique value is taken, or the document is too large
     */
    Object insert(Object given) {
        Document fields = given instanceof Raw ? indexed((Raw) given) : (Document) given;
        Object id = fields.get("_id");
        if (id instanceof Collection<?>) throw new InvalidIdFieldError("The '_id' value cannot be of type array");
        byte[] stored;
        if (fields.containsKey("_id") || collection.isSystem()) {
            stored = given instanceof Raw ? ((Raw) given).toBytes() : Bson.encode(fields);
        } else {
            id = new ObjectId();
            Document whole = new Document("_id", id);
            whole.putAll(given instanceof Raw ? Bson.decode(((Raw) given).toBytes()) : fields);
            stored = Bson.encode(whole);
            fields.put("_id", id);
        }
        Bson.checkSize(stored.length);
        insert(collection.newId(fields), fields, stored);
        return id;
    }

    private Document indexed(Raw document) {
        return new BsonReader(document.bytes, document.from).fields(collection.indexedFields());
    }

    private void insert(byte[] id, Document fields, byte[] stored) {
        byte[] key = collection.documentKey(id);
        commitIfPending(key);
        if (collection.primary() != null && engine.get(engine.documents, null, key) != null) {
            throw collection.primary().duplicate(fields);
        }
        List<Entries> entries = new ArrayList<>();
        for (FieldIndex index : collection.fieldIndexes()) {
            if (!index.isPrimary()) entries.add(new Entries(index, List.of(), index.keysOf(fields, id)));
        }
        for (Entries one : entries) one.check(fields, id);
        put(key, stored);
        for (Entries one : entries) one.write(id);
        added++;
        commitIfLarge();
    }

    // --- Update ------------------------------------------------------------------------------------------------------

    /** @throws MongoServerError if the update is invalid or a unique value is taken; documents before it are changed */
    Outcome update(Document filter, Document update, ArrayFilters filters, boolean isMulti, boolean isUpsert) {
        Change change = new Change(filter, update, filters);
        if (isMulti && change.changed == null) {
            throw new MongoServerError(10158, "multi update only works with $ operators");
        }
        Outcome outcome = new Outcome();
        Query query = new Query(collection, filter, null, 0, isMulti ? 0 : 1, null, "_id");
        try (Query.Results<Query.Match> found = read(query)) {
            for (; found.hasNext(); outcome.matched++) {
                Query.Match match = found.next();
                Document before = Bson.partial(match.stored, change.decoded);
                if (change.apply(match.id, before) != before) outcome.modified++;
            }
        }
        if (outcome.matched == 0 && isUpsert) outcome.upserted = change.upsert().get("_id");
        return outcome;
    }

    /** Reads what a statement changes, with the changes of earlier statements. */
    private Query.Results<Query.Match> read(Query query) {
        List<byte[]> ids = query.plan().ids;
        if (ids == null) commit();
        else for (byte[] id : ids) commitIfPending(collection.documentKey(id));
        return query.matches();
    }

    /** One update, for any number of documents. */
    private final class Change {
        private final Document filter;
        private final Document update;
        private final ArrayFilters filters;

        /** Fields that it may change; null for all. */
        private final Set<String> changed;

        private final boolean isPositional;
        private final List<FieldIndex> affected = new ArrayList<>();

        /** Fields that must be decoded; null for all. */
        private final Set<String> decoded;

        Change(Document filter, Document update, ArrayFilters filters) {
            this.filter = filter;
            this.update = update;
            this.filters = filters;
            this.changed = Fields.ofUpdate(update);
            this.isPositional = changed != null && Fields.isPositional(update);
            Set<String> needed = isPositional ? Fields.union(changed, Fields.ofFilter(filter)) : changed;
            for (FieldIndex index : collection.fieldIndexes()) {
                if (!index.dependsOn(changed)) continue;
                affected.add(index);
                needed = Fields.union(needed, index.fields());
            }
            this.decoded = Fields.union(needed, Set.of("_id"));
        }

        /** @return the document afterwards; the same object if nothing changed */
        Document apply(byte[] id, Document before) {
            Integer position = isPositional ? Updates.matchPosition(before, filter) : null;
            Document after = Updates.apply(before, update, changed, filters, position, false);
            if (isSame(before, after)) return before;
            byte[] stored = Bson.encode(after);
            List<Entries> entries = new ArrayList<>();
            for (FieldIndex index : affected) {
                entries.add(new Entries(index, index.keysOf(before, id), index.keysOf(after, id)));
            }
            for (Entries one : entries) one.check(after, id);
            put(collection.documentKey(id), stored);
            for (Entries one : entries) one.write(id);
            commitIfLarge();
            return after;
        }

        private boolean isSame(Document before, Document after) {
            if (changed == null) return before.equals(after);
            if (before.size() != after.size()) return false;
            for (String field : changed) {
                if (before.containsKey(field) != after.containsKey(field)) return false;
                if (!Objects.equals(before.get(field), after.get(field))) return false;
            }
            return true;
        }

        Document upsert() {
            Document created = Updates.upserted(collection, filter, update, changed, filters);
            insert(created);
            return created;
        }
    }

    // --- Delete ------------------------------------------------------------------------------------------------------

    /** @param limit 0 for all. @return the number of documents removed */
    int delete(Document filter, int limit) {
        int removed = 0;
        Query query = new Query(collection, filter, null, 0, limit, null, "_id");
        try (Query.Results<Query.Match> found = read(query)) {
            for (; found.hasNext(); removed++) remove(found.next());
        }
        return removed;
    }

    private void remove(Query.Match match) {
        Document fields = Bson.fields(match.stored, collection.indexedFields());
        byte[] key = collection.documentKey(match.id);
        try {
            batch.delete(engine.documents, key);
            if (Erasure.covers(collection.getCollectionName())) {
                engine.erasure().mark(batch, key);
                erases = true;
            }
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
        pending.add(new Key(key));
        for (FieldIndex index : collection.fieldIndexes()) {
            for (byte[] entry : index.keysOf(fields, match.id)) index.delete(batch, entry);
        }
        added--;
        bytes += key.length;
        commitIfLarge();
    }

    // --- Find and modify -------------------------------------------------------------------------------------------

    /** @return the answer of the command `findAndModify`, without `ok` */
    Document findAndModify(Document command) {
        Document filter = (Document) command.getOrDefault("query", new Document());
        boolean isRemove = isTrue(command, "remove");
        Document update = (Document) command.get("update");
        Query query = new Query(collection, filter, (Document) command.get("sort"), 0, 1, null, "_id");
        Document value = null;
        Document done = new Document("n", 1);
        try (Query.Results<Query.Match> found = read(query)) {
            Query.Match match = found.hasNext() ? found.next() : null;
            if (match != null && isRemove) {
                value = Bson.decode(match.stored);
                remove(match);
            } else if (match != null) {
                Document before = Bson.decode(match.stored);
                Document after = new Change(filter, update, Updates.arrayFilters(command, update)).apply(match.id, before);
                value = isTrue(command, "new") ? after : before;
                done.append("updatedExisting", true);
            } else if (!isRemove && isTrue(command, "upsert")) {
                Document created = new Change(filter, update, Updates.arrayFilters(command, update)).upsert();
                value = isTrue(command, "new") ? created : null;
                done.append("updatedExisting", false).append("upserted", created.get("_id"));
            } else {
                done = new Document("n", 0);
                if (!isRemove) done.append("updatedExisting", false);
            }
        }
        return new Document("lastErrorObject", done).append("value", value);
    }

    private static boolean isTrue(Document command, String flag) {
        return Utils.isTrue(command.get(flag));
    }

    // --- Batch -------------------------------------------------------------------------------------------------------

    /** The entries of one document in one index, before and after. */
    private final class Entries {
        private final FieldIndex index;
        private final List<byte[]> stale = new ArrayList<>();
        private final List<byte[]> fresh = new ArrayList<>();

        Entries(FieldIndex index, List<byte[]> before, List<byte[]> after) {
            this.index = index;
            for (byte[] key : before) if (!contains(after, key)) stale.add(key);
            for (byte[] key : after) if (!contains(before, key)) fresh.add(key);
        }

        private boolean contains(List<byte[]> keys, byte[] key) {
            for (byte[] one : keys) if (Arrays.equals(one, key)) return true;
            return false;
        }

        /** @throws MongoServerError if the index is unique and another document has the values */
        void check(Document document, byte[] id) {
            if (!index.isUnique()) return;
            for (byte[] key : fresh) {
                byte[] values = FieldIndex.valueBytes(key, id);
                commitIfPending(values);
                if (!index.isTaken(values, id)) continue;
                // The batch may remove the entry of the other document.
                commit();
                if (index.isTaken(values, id)) throw index.duplicate(document);
            }
        }

        void write(byte[] id) {
            for (byte[] key : stale) index.delete(batch, key);
            for (byte[] key : fresh) {
                index.put(batch, key, id);
                if (index.isUnique()) pending.add(new Key(FieldIndex.valueBytes(key, id)));
            }
        }
    }

    private void put(byte[] key, byte[] stored) {
        try {
            batch.put(engine.documents, key, stored);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
        pending.add(new Key(key));
        bytes += stored.length;
    }

    private void commitIfPending(byte[] key) {
        if (!pending.isEmpty() && pending.contains(new Key(key))) commit();
    }

    private void commitIfLarge() {
        if (bytes >= MAX_BATCH_BYTES) commit();
    }
}
