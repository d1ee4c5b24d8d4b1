package cups.store;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.CRC32C;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksIterator;

/**
 * Opens, verifies and closes the folders that standard input names, one a line, each like a start of the store. Prints a
 * line of JSON for each, in any order: the folder, and either `refused` or what `cupsVerify` returns with a checksum over
 * all documents (`sum`) or the error of reading them (`unreadable`). The argument is the number of threads.
 */
public final class Verify {
    private Verify() {}

    public static void main(String[] args) throws IOException {
        RocksDB.loadLibrary();
        ExecutorService threads = Executors.newFixedThreadPool(Integer.parseInt(args[0]));
        BufferedReader folders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String folder = folders.readLine(); folder != null; folder = folders.readLine()) {
            String next = folder;
            threads.execute(() -> System.out.println(Json.toJsonValue(verify(next).append("folder", next))));
        }
        threads.shutdown();
    }

    private static Document verify(String folder) {
        try (Engine engine = Engine.open(Path.of(folder));
                Backend backend = new Backend(engine)) {
            Document result = backend.verify();
            result.append("discardedBytes", engine.status().get("discardedBytes"));
            try {
                result.append("sum", sum(engine));
            } catch (StoreDamage e) {
                result.append("unreadable", e.getMessage());
            }
            return result;
        } catch (Exception e) {
            return new Document("refused", Store.refusal(folder, e));
        }
    }

    /** @return a checksum over the keys and bytes of all documents, each read in order and by its key */
    private static long sum(Engine engine) {
        CRC32C sum = new CRC32C();
        try (ReadOptions read = new ReadOptions();
                RocksIterator all = engine.iterator(engine.documents, read)) {
            for (all.seekToFirst(); all.isValid(); all.next()) {
                byte[] value = all.value();
                sum.update(all.key());
                sum.update(value);
                if (!Arrays.equals(value, engine.get(engine.documents, null, all.key()))) return 0;
            }
            engine.check(all);
        }
        return sum.getValue();
    }
}
