package cups.store;

import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.RocksDB;

/**
 * The embedded store: speaks MongoDB's wire protocol and acknowledges only what is on disk.
 *
 * <p>Arguments: data folder, port, and address to listen on. The process ends in order on SIGTERM and when its standard
 * input closes, so that a killed parent leaves no store behind. The system property {@code cups.endsWithParent=false}
 * ignores standard input, which a container lacks. With {@code CUPS_STORE_KEY} (PKCS12, password in {@code
 * CUPS_STORE_PASSWORD}) it only speaks TLS.
 */
public final class Store {
    private Store() {}

    public static void main(String[] args) throws Exception {
        Engine engine;
        Backend backend;
        try {
            RocksDB.loadLibrary();
            engine = new Engine(Path.of(args[0]));
            backend = new Backend(engine);
        } catch (StoreDamage e) {
            System.err.println("The data in " + args[0] + " is damaged: " + e.getMessage()
                    + ". Restore a backup (`npm run cups -- restore`).");
            System.exit(3);
            return;
        }
        WireServer server = new WireServer(args[2], Integer.parseInt(args[1]), engine, backend);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.close();
            engine.close();
        }));
        // The server threads keep the process alive.
        if ("false".equals(System.getProperty("cups.endsWithParent"))) return;
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            // A broken pipe means the end of input, too.
        }
        System.exit(0);
    }

    /** The only safe end when the disk fails: nothing more is acknowledged. */
    static void halt(String what, Throwable cause) {
        System.err.println("The store ends: " + what + ": " + cause);
        Runtime.getRuntime().halt(1);
    }
}
