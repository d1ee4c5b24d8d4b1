package cups.store;

import de.bwaldvogel.mongo.bson.Document;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Numbers of the collections and indexes, under which their entries are stored, and what must be known of an index
 * before it is read. Changes are written at once.
 */
final class Catalog {
    private static final String COLLECTION = "collection\0";
    private static final String INDEX = "index\0";
    private static final byte[] NEXT_NUMBER = "next".getBytes(StandardCharsets.UTF_8);

    private final Engine engine;

    Catalog(Engine engine) {
        this.engine = engine;
    }

    /** An index. `multikey` has a bit for each field that held an array. */
    static final class IndexRecord {
        final String name;
        final int number;
        final Document partial;
        boolean built;
        long multikey;

        IndexRecord(String name, int number, Document partial, boolean built, long multikey) {
            this.name = name;
            this.number = number;
            this.partial = partial;
            this.built = built;
            this.multikey = multikey;
        }
    }

    /** @return the number of a collection, a new one if it is unknown */
    synchronized int collection(String fullName) {
        byte[] key = bytes(COLLECTION + fullName);
        byte[] found = engine.get(engine.catalog, null, key);
        if (found != null) return (Integer) Bson.decode(found).get("number");
        int number = nextNumber();
        put(key, new Document("number", number));
        return number;
    }

    /** @return the names of all databases with a collection */
    List<String> databases() {
        List<String> names = new ArrayList<>();
        byte[] prefix = bytes(COLLECTION);
        try (ReadOptions read = new ReadOptions();
                RocksIterator all = engine.iterator(engine.catalog, read)) {
            for (all.seek(prefix); all.isValid() && Engine.startsWith(all.key(), prefix); all.next()) {
                String fullName = new String(all.key(), StandardCharsets.UTF_8).substring(COLLECTION.length());
                String database = fullName.substring(0, fullName.indexOf('.'));
                if (!names.contains(database)) names.add(database);
            }
            engine.check(all);
        }
        return names;
    }

    /** @return the record of an index, a new one if it is unknown */
    synchronized IndexRecord index(String collection, String name, Document partial) {
        byte[] key = bytes(INDEX + collection + "\0" + name);
        byte[] found = engine.get(engine.catalog, null, key);
        if (found == null) {
            IndexRecord created = new IndexRecord(name, nextNumber(), partial, false, 0);
            save(collection, created);
            return created;
        }
        Document stored = Bson.decode(found);
        return new IndexRecord(
                name,
                (Integer) stored.get("number"),
                (Document) stored.get("partial"),
                (Boolean) stored.get("built"),
                (Long) stored.get("multikey"));
    }

    void save(String collection, IndexRecord record) {
        Document stored = new Document("number", record.number)
                .append("built", record.built)
                .append("multikey", record.multikey);
        if (record.partial != null) stored.append("partial", record.partial);
        put(bytes(INDEX + collection + "\0" + record.name), stored);
    }

    void removeIndex(WriteBatch batch, String collection, String name) throws RocksDBException {
        batch.delete(engine.catalog, bytes(INDEX + collection + "\0" + name));
    }

    void removeCollection(WriteBatch batch, String fullName) throws RocksDBException {
        batch.delete(engine.catalog, bytes(COLLECTION + fullName));
    }

    /** Gives a collection and its indexes another name. */
    void rename(String from, String to, int number, List<IndexRecord> indexes) {
        try (WriteBatch batch = new WriteBatch()) {
            removeCollection(batch, from);
            batch.put(engine.catalog, bytes(COLLECTION + to), Bson.encode(new Document("number", number)));
            for (IndexRecord index : indexes) removeIndex(batch, from, index.name);
            engine.write(batch);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
        for (IndexRecord index : indexes) save(to, index);
    }

    private int nextNumber() {
        byte[] found = engine.get(engine.catalog, null, NEXT_NUMBER);
        int next = found == null ? 1 : (Integer) Bson.decode(found).get("number");
        put(NEXT_NUMBER, new Document("number", next + 1));
        return next;
    }

    private void put(byte[] key, Document value) {
        try (WriteBatch batch = new WriteBatch()) {
            batch.put(engine.catalog, key, Bson.encode(value));
            engine.write(batch);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
