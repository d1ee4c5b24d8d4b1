package cups.former;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/**
 * Reads the data of the former embedded store, an H2 file and two redo logs, and writes it to standard output. It
 * changes nothing in the folder.
 *
 * <p>The output is a sequence of frames: one byte of kind and a BSON document, which begins with its length. `C` has
 * the name of a collection and the descriptions of its indexes, `D` is a document of that collection, and `E` has the
 * number of collections and documents: without it, the output is cut.
 *
 * <p>Argument: the folder. Ends with 3 if the data is damaged, and with the fault in standard error. Lines there that
 * begin with `note:` report what was left out.
 */
public final class Export implements AutoCloseable {
    private static final Comparator<Object> BY_VALUE = ValueComparator.ascWithoutListHandling();

    /** H2 writes whole blocks. */
    private static final int BLOCK_BYTES = 4096;

    /** Stands for a document that the redo log removed. */
    private static final byte[] REMOVED = {};

    private final MVStore file;
    private final OutputStream out;

    /** Newest content of the documents that the redo logs change, by namespace and `_id`. */
    private final Map<String, NavigableMap<Object, byte[]>> changed = new HashMap<>();

    private long changeCount;
    private long collections;
    private long documents;

    private Export(Path folder, OutputStream out) throws IOException {
        this.out = out;
        Path path = folder.resolve("store.mv");
        if (!Files.exists(path)) throw new Damage("store.mv is missing");
        if (Files.size(path) % BLOCK_BYTES != 0) throw new Damage("store.mv is cut");
        file = new MVStore.Builder()
                .fileName(path.toString())
                .readOnly()
                .cacheSize(48)
                .open();
        replay(folder);
    }

    public static void main(String[] args) throws IOException {
        OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 20);
        try (Export export = new Export(Path.of(args[0]), out)) {
            export.run();
            out.flush();
        } catch (IOException e) {
            // Nobody reads the output any more, or the files cannot be read.
            end(1, e.toString());
        } catch (Damage e) {
            end(3, e.getMessage());
        } catch (RuntimeException e) {
            // Distorted bytes fail anywhere in H2 and in the decoders.
            end(3, "store.mv is unreadable: " + (e instanceof MVStoreException ? e.getMessage() : e.toString()));
        } catch (Error e) {
            end(4, e.toString());
        }
    }

    private static void end(int code, String fault) {
        System.err.println(fault.replaceAll("\\s+", " "));
        // Not an orderly end: what was written must stay without its last frame.
        Runtime.getRuntime().halt(code);
    }

    // --- The redo logs -----------------------------------------------------------------------------------------------

    private void replay(Path folder) throws IOException {
        Long stored = file.hasMap("cups.control")
                ? file.<String, Long>openMap("cups.control").get("generation")
                : null;
        long generation = stored == null ? 0 : stored;
        boolean isFirst = file.getMapNames().stream().noneMatch(name -> name.startsWith("databases."));
        RedoLog[] logs = {new RedoLog(folder, 0, isFirst), new RedoLog(folder, 1, isFirst)};
        for (long wanted = generation; wanted <= generation + 1; wanted++) {
            long before = changeCount;
            int left = logs[(int) (wanted % 2)].replay(wanted, this::change);
            if (left > 0) report("the log ends with an incomplete change of " + left + " bytes, which is left out");
            if (wanted == generation || changeCount == before) continue;
            report("store.mv ends before its last checkpoint, and the log has the changes since then");
        }
    }

    private static void report(String note) {
        System.err.println("note: " + note);
    }

    private void change(byte kind, String namespace, byte[] document) {
        changeCount++;
        Object id = Missing.ofNullable(decode(document).get("_id"));
        changed.computeIfAbsent(namespace, name -> new TreeMap<>(BY_VALUE))
                .put(id, kind == RedoLog.PUT ? document : REMOVED);
    }

    // --- The data ----------------------------------------------------------------------------------------------------

    private void run() throws IOException {
        List<String> names = new ArrayList<>();
        for (String map : file.getMapNames()) {
            if (!map.startsWith("databases.") || !map.endsWith(".system.namespaces")) continue;
            for (Iterator<byte[]> all = contents(map); all.hasNext(); ) {
                names.add((String) decode(all.next()).get("name"));
            }
        }
        if (!names.containsAll(changed.keySet())) throw new Damage("store.mv lacks a collection that the log changes");
        for (String name : names) {
            if (!file.hasMap("databases." + name)) throw new Damage("store.mv lacks a collection");
            write('C', encode(new Document("name", name).append("indexes", indexesOf(name))));
            writeDocuments(name);
            collections++;
        }
        write('E', encode(new Document("collections", collections).append("documents", documents)));
    }

    private List<Document> indexesOf(String name) {
        String map = "databases." + name.substring(0, name.indexOf('.')) + ".system.indexes";
        List<Document> found = new ArrayList<>();
        if (!file.hasMap(map)) return found;
        for (Iterator<byte[]> all = contents(map); all.hasNext(); ) {
            Document index = decode(all.next());
            if (name.equals(index.get("ns"))) found.add(index);
        }
        return found;
    }

    private Iterator<byte[]> contents(String map) {
        Cursor<Object, byte[]> cursor = open(map).cursor(null);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return cursor.hasNext();
            }

            @Override
            public byte[] next() {
                cursor.next();
                return cursor.getValue();
            }
        };
    }

    /** Merges the file and the changes of the redo logs, both in the order of `_id`. */
    private void writeDocuments(String name) throws IOException {
        MVMap<Object, byte[]> map = open("databases." + name);
        NavigableMap<Object, byte[]> changes = changed.getOrDefault(name, new TreeMap<>(BY_VALUE));
        Cursor<Object, byte[]> cursor = map.cursor(null);
        Object last = null;
        long read = 0;
        for (; cursor.hasNext(); read++) {
            Object id = cursor.next();
            if (last != null && BY_VALUE.compare(last, id) >= 0) {
                throw new Damage("store.mv has documents out of order");
            }
            writeChanges(changes, last, id);
            if (!changes.containsKey(id)) writeDocument(id, cursor.getValue());
            last = id;
        }
        writeChanges(changes, last, null);
        if (read != map.sizeAsLong()) throw new Damage("store.mv lacks documents");
    }

    /** Writes the changes of documents after `last`, up to and with `id`; null is no bound. */
    private void writeChanges(NavigableMap<Object, byte[]> changes, Object last, Object id) throws IOException {
        if (changes.isEmpty()) return;
        NavigableMap<Object, byte[]> due = last == null ? changes : changes.tailMap(last, false);
        if (id != null) due = due.headMap(id, true);
        for (Map.Entry<Object, byte[]> change : due.entrySet()) {
            if (change.getValue() != REMOVED) writeDocument(change.getKey(), change.getValue());
        }
    }

    private void writeDocument(Object id, byte[] document) throws IOException {
        Object own = Missing.ofNullable(decode(document).get("_id"));
        if (BY_VALUE.compare(own, id) != 0) throw new Damage("store.mv has a document under another _id");
        write('D', document);
        documents++;
    }

    private void write(char kind, byte[] document) throws IOException {
        out.write(kind);
        out.write(document);
    }

    private MVMap<Object, byte[]> open(String map) {
        return file.openMap(map, new MVMap.Builder<Object, byte[]>().keyType(new Ids()).valueType(new Stored()));
    }

    @Override
    public void close() {
        file.closeImmediately();
    }

    // --- How things are stored ---------------------------------------------------------------------------------------

    private static Document decode(byte[] document) {
        return BsonDecoder.decodeBson(Unpooled.wrappedBuffer(document));
    }

    private static byte[] encode(Document document) {
        ByteBuf buffer = Unpooled.buffer(512);
        BsonEncoder.encodeDocument(document, buffer);
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }

    private static byte[] read(ByteBuffer in) {
        byte[] document = new byte[DataUtils.readVarInt(in)];
        in.get(document);
        return document;
    }

    /** Documents as BSON, as stored. */
    private static final class Stored extends BasicDataType<byte[]> {
        @Override
        public int getMemory(byte[] document) {
            return 24 + document.length;
        }

        @Override
        public byte[] read(ByteBuffer in) {
            return Export.read(in);
        }

        @Override
        public void write(WriteBuffer out, byte[] document) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[][] createStorage(int size) {
            return new byte[size][];
        }
    }

    /** Values of `_id`, each in a document of its own, in MongoDB's order. */
    private static final class Ids extends BasicDataType<Object> {
        @Override
        public int getMemory(Object id) {
            return 64;
        }

        @Override
        public Object read(ByteBuffer in) {
            return Missing.ofNullable(decode(Export.read(in)).get("v"));
        }

        @Override
        public void write(WriteBuffer out, Object id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int compare(Object a, Object b) {
            return BY_VALUE.compare(a, b);
        }

        @Override
        public Object[] createStorage(int size) {
            return new Object[size];
        }
    }
}
