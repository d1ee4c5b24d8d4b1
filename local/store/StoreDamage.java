package cups.store;

import org.rocksdb.RocksDBException;

/** The store's files lack or distort data that was acknowledged. The message names the file or the fault. */
final class StoreDamage extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreDamage(String message) {
        super(message);
    }

    StoreDamage(RocksDBException e) {
        super(e.getMessage().replaceAll("\\s+", " ").replaceAll("[. ]+$", ""));
    }
}
