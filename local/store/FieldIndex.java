package cups.store;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.DuplicateKeyError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * An ordered index over one or more fields: compound, unique, sparse, partial, over arrays, ascending or descending.
 *
 * <p>An entry has the key [index number, encoded fields, encoded `_id`] and, as its value, the length of the `_id`. The
 * index of `_id` has no entries: the documents themselves are stored under it.
 */
final class FieldIndex extends Index<Object> {
    private final DocumentCollection collection;
    private final Catalog.IndexRecord record;
    private final String[][] paths;
    private final boolean unique;
    private final KeyWriter writer = new KeyWriter();

    FieldIndex(
            DocumentCollection collection,
            Catalog.IndexRecord record,
            String name,
            List<IndexKey> keys,
            boolean unique,
            boolean sparse) {
        super(name, keys, sparse);
        this.collection = collection;
        this.record = record;
        this.unique = unique;
        this.paths = keys.stream().map(key -> key.getKey().split("\\.")).toArray(String[][]::new);
    }

    // --- What it is --------------------------------------------------------------------------------------------------

    Catalog.IndexRecord record() {
        return record;
    }

    boolean isPrimary() {
        return getName().equals("_id_");
    }

    boolean sparse() {
        return isSparse();
    }

    @Override
    public boolean isUnique() {
        return unique;
    }

    @Override
    public boolean hasSameOptions(Index<?> other) {
        FieldIndex given = (FieldIndex) other;
        return super.hasSameOptions(other)
                && unique == given.unique
                && getKeys().toString().equals(given.getKeys().toString())
                && java.util.Objects.equals(record.partial, given.record.partial);
    }

    @Override
    public Document toIndexDescription() {
        Document description = super.toIndexDescription();
        if (record.partial != null) description.put("partialFilterExpression", record.partial);
        return description;
    }

    // --- Entries -----------------------------------------------------------------------------------------------------

    /** One entry: its whole key, where the `_id` begins in it, and the values for messages. */
    private static final class Entry {
        final byte[] key;
        final int idStart;
        final List<Object> values;

        Entry(byte[] key, int idStart, List<Object> values) {
            this.key = key;
            this.idStart = idStart;
            this.values = values;
        }
    }

    /** @return the entries of a document by their keys; none if the index leaves the document out */
    private Map<Key, Entry> entriesOf(Document document) {
        if (isPrimary() || !covers(document)) return Map.of();
        List<List<Object>> fields = new ArrayList<>(paths.length);
        boolean present = false;
        for (int n = 0; n < paths.length; n++) {
            List<Object> values = new ArrayList<>(1);
            if (Values.collect(document, paths[n], values)) collection.markMultikey(record, n);
            for (Object value : values) present |= !(value instanceof Missing);
            fields.add(values);
        }
        if (isSparse() && !present) return Map.of();
        byte[] id = collection.idBytes(document);
        Map<Key, Entry> entries = new LinkedHashMap<>();
        addEntries(fields, new ArrayList<>(), id, entries);
        return entries;
    }

    private void addEntries(List<List<Object>> fields, List<Object> chosen, byte[] id, Map<Key, Entry> into) {
        int at = chosen.size();
        if (at == fields.size()) {
            writer.reset().uint32(record.number);
            for (int n = 0; n < at; n++) writer.field(chosen.get(n), getKeys().get(n).isAscending());
            int idStart = writer.length();
            byte[] key = writer.raw(id).toBytes();
            into.put(new Key(key), new Entry(key, idStart, List.copyOf(presentable(chosen))));
            return;
        }
        for (Object value : fields.get(at)) {
            chosen.add(value);
            addEntries(fields, chosen, id, into);
            chosen.remove(at);
        }
    }

    private static List<Object> presentable(List<Object> values) {
        List<Object> shown = new ArrayList<>(values.size());
        for (Object value : values) shown.add(value == null ? Missing.getInstance() : value);
        return shown;
    }

    private boolean covers(Document document) {
        return record.partial == null || collection.matches(document, record.partial);
    }

    private void put(WriteBatch batch, Entry entry) {
        int idLength = entry.key.length - entry.idStart;
        try {
            batch.put(collection.engine().entries, entry.key, new byte[] {(byte) (idLength >>> 8), (byte) idLength});
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    private void delete(WriteBatch batch, byte[] key) {
        try {
            batch.delete(collection.engine().entries, key);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Removes all entries. */
    void clear(WriteBatch batch) {
        byte[] from = new KeyWriter().uint32(record.number).toBytes();
        byte[] to = new KeyWriter().uint32(record.number + 1).toBytes();
        try {
            batch.deleteRange(collection.engine().entries, from, to);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Checks uniqueness against what is stored. @throws DuplicateKeyError */
    private void checkUnique(Collection<Entry> entries, byte[] ownId) {
        if (!unique) return;
        for (Entry entry : entries) {
            byte[] prefix = java.util.Arrays.copyOf(entry.key, entry.idStart);
            Engine.KeyValueBytes found = collection.engine().firstWithPrefix(collection.engine().entries, prefix);
            if (found == null) continue;
            byte[] holder = Scan.idOf(found.key, found.value);
            if (ownId == null || !java.util.Arrays.equals(holder, ownId)) {
                throw new DuplicateKeyError(this, collection, getKeys(), new KeyValue(entry.values));
            }
        }
    }

    // --- What the collection calls -----------------------------------------------------------------------------------

    @Override
    public Object getPosition(Document document) {
        return new Key(collection.idBytes(document));
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Object> ignored) {
        if (isPrimary()) {
            if (!collection.hasDocument(document)) return;
            throw new DuplicateKeyError(
                    this, collection, getKeys(), new KeyValue(List.of(Missing.ofNullable(document.get("_id")))));
        }
        if (unique) checkUnique(entriesOf(document).values(), null);
    }

    @Override
    public void add(Document document, Object position, MongoCollection<Object> ignored) {
        for (Entry entry : entriesOf(document).values()) put(collection.batch(), entry);
    }

    /** Adds a document while the index is built. @throws DuplicateKeyError */
    void build(Document document, WriteBatch batch) {
        Collection<Entry> entries = entriesOf(document).values();
        checkUnique(entries, null);
        for (Entry entry : entries) put(batch, entry);
    }

    @Override
    public Object remove(Document document) {
        for (Key key : entriesOf(document).keySet()) delete(collection.batch(), key.bytes);
        return getPosition(document);
    }

    @Override
    public void checkUpdate(Document before, Document after, MongoCollection<Object> ignored) {
        if (!unique || isPrimary()) return;
        Map<Key, Entry> entries = entriesOf(after);
        entries.keySet().removeAll(entriesOf(before).keySet());
        checkUnique(entries.values(), collection.idBytes(before));
    }

    @Override
    public void updateInPlace(Document before, Document after, Object position, MongoCollection<Object> ignored) {
        if (isPrimary()) return;
        Map<Key, Entry> old = entriesOf(before);
        Map<Key, Entry> now = entriesOf(after);
        for (Key key : old.keySet()) if (!now.containsKey(key)) delete(collection.batch(), key.bytes);
        for (Map.Entry<Key, Entry> one : now.entrySet()) {
            if (!old.containsKey(one.getKey())) put(collection.batch(), one.getValue());
        }
    }

    /** The planner chooses indexes, not the library. */
    @Override
    public boolean canHandle(Document query) {
        return false;
    }

    @Override
    public Iterable<Object> getPositions(Document query) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long getCount() {
        return isPrimary() ? collection.count() : Scan.countEntries(collection.engine(), record.number);
    }

    /** Whether it must still be built. */
    @Override
    public boolean isEmpty() {
        return !isPrimary() && !record.built;
    }

    @Override
    public long getDataSize() {
        byte[] from = new KeyWriter().uint32(record.number).toBytes();
        byte[] to = new KeyWriter().uint32(record.number + 1).toBytes();
        return isPrimary() ? 0 : collection.engine().approximateBytes(collection.engine().entries, from, to);
    }

    @Override
    public void drop() {
        collection.dropped(this);
    }

    // --- What the checker calls --------------------------------------------------------------------------------------

    /** @return the keys of all entries that a document must have */
    java.util.Set<Key> expectedKeys(Document document) {
        return entriesOf(document).keySet();
    }
}
