package cups.store;

import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import sun.misc.Signal;

/**
 * The embedded store: speaks MongoDB's wire protocol and acknowledges only what is on disk.
 *
 * <p>Arguments: data folder, port, and address to listen on. The process ends in order on SIGTERM and when its standard
 * input closes, so that a killed parent leaves no store behind. The system property {@code cups.endsWithParent=false}
 * ignores standard input, which a container lacks. With {@code CUPS_STORE_KEY} (PKCS12, password in {@code
 * CUPS_STORE_PASSWORD}) it only speaks TLS.
 */
public final class Store {
    /** Time that running commands have to end. What takes longer is interrupted by the end of the process. */
    private static final long STOP_SECONDS = 3;

    private Store() {}

    public static void main(String[] args) throws Exception {
        Engine engine;
        Backend backend;
        try {
            RocksDB.loadLibrary();
            engine = Engine.open(Path.of(args[0]));
            backend = new Backend(engine);
        } catch (IOException | RocksDBException | RuntimeException e) {
            System.err.println(refusal(args[0], e));
            System.exit(3);
            return;
        }
        WireServer server = new WireServer(args[2], Integer.parseInt(args[1]), engine, backend);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, backend, engine)));
        // Without a handler, the process would end in order too, with code 143.
        Signal.handle(new Signal("TERM"), signal -> System.exit(0));
        // The server threads keep the process alive.
        if ("false".equals(System.getProperty("cups.endsWithParent"))) return;
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            // A broken pipe means the end of input, too.
        }
        System.exit(0);
    }

    /** Why a start is refused, in one sentence with the way back. */
    static String refusal(String folder, Exception e) {
        if (e instanceof IOException) return "The store cannot open " + folder + ": " + e.getMessage() + ".";
        // Damaged documents of the store's own collections fail in many ways.
        String fault = e instanceof StoreDamage ? e.getMessage() : "its catalog is unreadable, " + e;
        return "The data in " + folder + " is damaged (" + fault
                + "): restore a backup with `npm run cups -- restore`.";
    }

    private static void stop(WireServer server, Backend backend, Engine engine) {
        engine.gate().close();
        server.close();
        if (engine.gate().awaitCommands(STOP_SECONDS)) {
            backend.close();
            engine.close();
        } else {
            engine.stop();
        }
    }

    /** The only safe end when the disk fails: nothing more is acknowledged. */
    static void halt(String what, Throwable cause) {
        System.err.println("The store ends: " + what + ": " + cause);
        Runtime.getRuntime().halt(1);
    }
}
