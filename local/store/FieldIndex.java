package cups.store;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.DuplicateKeyError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntConsumer;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
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

    /** The top-level fields that decide on the entries of a document; null for all. */
    private final Set<String> fields;

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
        Set<String> ofPaths = new HashSet<>();
        for (String[] path : paths) ofPaths.add(path[0]);
        this.fields = record.partial == null ? ofPaths : Fields.union(ofPaths, Fields.ofFilter(record.partial));
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

    /** @return the top-level fields that decide on the entries of a document; null for all */
    Set<String> fields() {
        return fields;
    }

    /** Whether a change of these fields, null for all, may change entries. */
    boolean dependsOn(Set<String> changed) {
        if (isPrimary()) return false;
        return changed == null || fields == null || !Collections.disjoint(fields, changed);
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
                && Objects.equals(record.partial, given.record.partial);
    }

    @Override
    public Document toIndexDescription() {
        Document description = super.toIndexDescription();
        if (record.partial != null) description.put("partialFilterExpression", record.partial);
        return description;
    }

    // --- Entries -----------------------------------------------------------------------------------------------------

    /** @return the keys of the entries of a document, without repetition; none if the index leaves the document out */
    List<byte[]> keysOf(Document document, byte[] id) {
        return keysOf(document, id, writer, field -> collection.markMultikey(record, field));
    }

    /** @param onSeveral receives the number of each field that holds an array */
    private List<byte[]> keysOf(Document document, byte[] id, KeyWriter writer, IntConsumer onSeveral) {
        if (isPrimary() || !covers(document)) return List.of();
        Object[] fields = new Object[paths.length];
        boolean present = false;
        for (int n = 0; n < paths.length; n++) {
            fields[n] = Values.at(document, paths[n]);
            present |= !(fields[n] instanceof Missing);
            if (fields[n] instanceof Values.Several) onSeveral.accept(n);
        }
        if (isSparse() && !present) return List.of();
        writer.reset().uint32(record.number);
        Set<Key> keys = new LinkedHashSet<>();
        List<byte[]> single = addKeys(fields, 0, id, writer, keys);
        if (single != null) return single;
        List<byte[]> all = new ArrayList<>(keys.size());
        for (Key key : keys) all.add(key.bytes);
        return all;
    }

    /**
     * Encodes from a field on, once for each of its values.
     *
     * @return the only key, or null if they were added to the set
     */
    private List<byte[]> addKeys(Object[] fields, int from, byte[] id, KeyWriter writer, Set<Key> into) {
        for (int at = from; at < fields.length; at++) {
            boolean ascending = getKeys().get(at).isAscending();
            if (!(fields[at] instanceof Values.Several)) {
                writer.field(fields[at], ascending);
                continue;
            }
            int before = writer.length();
            for (Object value : ((Values.Several) fields[at]).values) {
                writer.truncate(before).field(value, ascending);
                List<byte[]> single = addKeys(fields, at + 1, id, writer, into);
                if (single != null) into.add(new Key(single.get(0)));
            }
            return null;
        }
        return List.of(writer.raw(id).toBytes());
    }

    private boolean covers(Document document) {
        return record.partial == null || collection.matches(document, record.partial);
    }

    void put(WriteBatch batch, byte[] key, byte[] id) {
        try {
            batch.put(collection.engine().entries, key, new byte[] {(byte) (id.length >>> 8), (byte) id.length});
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    void delete(WriteBatch batch, byte[] key) {
        try {
            batch.delete(collection.engine().entries, key);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Removes all entries. */
    void clear(WriteBatch batch) {
        byte[] from = KeyWriter.prefix(record.number);
        byte[] to = KeyWriter.prefix(record.number + 1);
        try {
            batch.deleteRange(collection.engine().entries, from, to);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @return what all entries with the same values begin with */
    static byte[] valueBytes(byte[] key, byte[] id) {
        return Arrays.copyOf(key, key.length - id.length);
    }

    /** Whether another document than the one with this `_id` has stored the values of a key. */
    boolean isTaken(byte[] values, byte[] id) {
        Engine.KeyValueBytes found = collection.engine().firstWithPrefix(collection.engine().entries, values);
        return found != null && !Arrays.equals(Scan.idOf(found.key, found.value), id);
    }

    DuplicateKeyError duplicate(Document document) {
        return new DuplicateKeyError(this, collection, getKeys(), valuesOf(document));
    }

    /** @return values for a message */
    private KeyValue valuesOf(Document document) {
        List<Object> values = new ArrayList<>();
        for (String[] path : paths) {
            Object value = Values.at(document, path);
            values.add(value instanceof Values.Several ? ((Values.Several) value).values : value);
        }
        return new KeyValue(values);
    }

    /** Adds a document while the index is built. @throws DuplicateKeyError */
    void build(Document document, byte[] id, WriteBatch batch) {
        for (byte[] key : keysOf(document, id)) {
            if (unique && isTaken(valueBytes(key, id), null)) throw duplicate(document);
            put(batch, key, id);
        }
    }

    /** Adds a document without a check; {@link #checkAll} follows. */
    void load(Document document, byte[] id, WriteBatch batch) {
        for (byte[] key : keysOf(document, id)) put(batch, key, id);
    }

    /** @throws StoreDamage if two documents have the same key in a unique index */
    void checkAll() {
        if (!unique || isPrimary()) return;
        byte[] prefix = KeyWriter.prefix(record.number);
        byte[] before = {};
        try (ReadOptions read = new ReadOptions().setFillCache(false);
                RocksIterator all = collection.engine().iterator(collection.engine().entries, read)) {
            for (all.seek(prefix); all.isValid() && Engine.startsWith(all.key(), prefix); all.next()) {
                byte[] key = all.key();
                byte[] fields = Arrays.copyOf(key, key.length - Scan.idOf(key, all.value()).length);
                if (Arrays.equals(fields, before)) {
                    throw new StoreDamage(
                            collection.getFullName() + ": two documents have the same key in the index " + getName());
                }
                before = fields;
            }
            collection.engine().check(all);
        }
    }

    // --- What the library calls --------------------------------------------------------------------------------------

    @Override
    public Object getPosition(Document document) {
        throw unused();
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Object> ignored) {
        throw unused();
    }

    @Override
    public void add(Document document, Object position, MongoCollection<Object> ignored) {
        throw unused();
    }

    @Override
    public Object remove(Document document) {
        throw unused();
    }

    @Override
    public void checkUpdate(Document before, Document after, MongoCollection<Object> ignored) {
        throw unused();
    }

    @Override
    public void updateInPlace(Document before, Document after, Object position, MongoCollection<Object> ignored) {
        throw unused();
    }

    /** {@link Changes} writes entries, not the library. */
    private static UnsupportedOperationException unused() {
        return new UnsupportedOperationException();
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
        byte[] from = KeyWriter.prefix(record.number);
        byte[] to = KeyWriter.prefix(record.number + 1);
        return isPrimary() ? 0 : collection.engine().approximateBytes(collection.engine().entries, from, to);
    }

    @Override
    public void drop() {
        collection.dropped(this);
    }

    // --- What the checker calls --------------------------------------------------------------------------------------

    /**
     * Works without the monitor.
     *
     * @return the keys of all entries that a document must have
     * @throws StoreDamage if the record of the index does not say that a field holds an array
     */
    List<byte[]> expectedKeys(Document document) {
        return keysOf(document, collection.idBytes(document), new KeyWriter(), this::checkMultikey);
    }

    private void checkMultikey(int field) {
        if ((record.multikey & 1L << field) != 0) return;
        throw new StoreDamage("the index " + getName() + " of " + collection.getFullName() + " does not know of an array");
    }
}
