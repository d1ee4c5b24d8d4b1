package cups.store;

import de.bwaldvogel.mongo.bson.Document;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Fills a new store from standard input, in frames of one byte of kind and a BSON document: `C` has the name of a
 * collection and the descriptions of its indexes, `D` is a document of that collection, `E` has the number of
 * collections and documents.
 *
 * <p>Writes the number of documents to standard output, a line every few seconds. Nothing is logged: the folder is
 * complete when the process ends with 0, and worthless otherwise. Argument: the folder.
 */
public final class Import {
    private static final int BATCH_BYTES = 2 << 20;
    private static final long REPORT_NANOS = 2_000_000_000L;

    private final Engine engine;
    private final Backend backend;
    private final DataInputStream in;
    private final WriteBatch batch = new WriteBatch();

    private DocumentCollection collection;
    private long collections;
    private long inCollection;
    private long documents;
    private long reported = System.nanoTime();

    private Import(Engine engine, DataInputStream in) {
        this.engine = engine;
        this.backend = new Backend(engine);
        this.in = in;
    }

    public static void main(String[] args) throws Exception {
        try {
            RocksDB.loadLibrary();
            DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, 1 << 20));
            try (Engine engine = Engine.open(Path.of(args[0]))) {
                new Import(engine, in).run();
            }
        } catch (EOFException e) {
            refuse("the data ends early");
        } catch (IOException | RocksDBException | RuntimeException | Error e) {
            refuse(e.getMessage() == null ? e.toString() : e.getMessage());
        }
        // The backend has threads of its own.
        System.exit(0);
    }

    private static void refuse(String fault) {
        System.err.println(fault.replaceAll("\\s+", " "));
        Runtime.getRuntime().halt(1);
    }

    private void run() throws IOException, RocksDBException {
        while (true) {
            int kind = in.readUnsignedByte();
            byte[] frame = readBson();
            if (kind == 'D') {
                load(frame);
                continue;
            }
            finishCollection();
            if (kind == 'C') {
                begin(Bson.decode(frame));
            } else if (kind == 'E') {
                check(Bson.decode(frame));
                engine.flush();
                report();
                return;
            } else {
                throw new StoreDamage("the data has a frame of an unknown kind");
            }
        }
    }

    /** Reads a document, which begins with its length in little-endian order. */
    private byte[] readBson() throws IOException {
        byte[] head = new byte[4];
        in.readFully(head);
        int length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (length < 5) throw new StoreDamage("the data has a frame of an invalid length");
        byte[] frame = Arrays.copyOf(head, length);
        in.readFully(frame, 4, length - 4);
        return frame;
    }

    private void begin(Document described) {
        String fullName = (String) described.get("name");
        int dot = fullName.indexOf('.');
        List<Document> indexes = new ArrayList<>();
        for (Object index : (List<?>) described.get("indexes")) {
            // The collection creates the one of `_id`.
            if (!"_id_".equals(((Document) index).get("name"))) indexes.add((Document) index);
        }
        collection = backend.database(fullName.substring(0, dot)).create(fullName.substring(dot + 1), indexes);
        collections++;
    }

    private void load(byte[] document) throws RocksDBException {
        if (collection == null) throw new StoreDamage("the data has a document before a collection");
        collection.load(document, batch);
        inCollection++;
        documents++;
        if (batch.getDataSize() < BATCH_BYTES) return;
        write();
        if (System.nanoTime() - reported > REPORT_NANOS) report();
    }

    private void write() throws RocksDBException {
        engine.load(batch);
        batch.clear();
    }

    private void report() {
        System.out.println(documents);
        reported = System.nanoTime();
    }

    private void finishCollection() throws RocksDBException {
        if (collection == null) return;
        write();
        if (Scan.countDocuments(collection) != inCollection) {
            throw new StoreDamage(collection.getFullName() + ": two documents have the same _id");
        }
        for (FieldIndex index : collection.fieldIndexes()) index.checkAll();
        collection = null;
        inCollection = 0;
    }

    private void check(Document end) {
        long[] expected = {(Long) end.get("collections"), (Long) end.get("documents")};
        if (expected[0] == collections && expected[1] == documents) return;
        throw new StoreDamage("the data has " + documents + " documents in " + collections + " collections, not "
                + expected[1] + " in " + expected[0]);
    }
}
