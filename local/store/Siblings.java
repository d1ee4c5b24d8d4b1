package cups.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;

/**
 * The index entries that a document must have besides the one that a scan reads: those that begin with one of several
 * prefixes. What follows the prefix, the rest, is the same in all entries of a document. A scan moves in one direction.
 */
final class Siblings implements AutoCloseable {
    private final Engine engine;
    private final boolean reverse;
    private final List<Prefix> prefixes = new ArrayList<>();

    Siblings(Engine engine, List<byte[]> prefixes, boolean reverse) {
        this.engine = engine;
        this.reverse = reverse;
        for (byte[] prefix : prefixes) this.prefixes.add(new Prefix(prefix));
    }

    void open(ReadOptions read) {
        for (Prefix prefix : prefixes) prefix.iterator = engine.iterator(engine.entries, read);
    }

    /**
     * Finds the next entry. Calls continue where the last one ended, so rests may only move in the scan's direction.
     * @return the first rest at or after another one, in the direction of the scan; null at the end
     */
    byte[] next(byte[] rest) {
        byte[] nearest = null;
        for (Prefix prefix : prefixes) {
            byte[] next = prefix.next(rest);
            if (next != null && (nearest == null || isBefore(next, nearest))) nearest = next;
        }
        return nearest;
    }

    private boolean isBefore(byte[] a, byte[] b) {
        int order = Arrays.compareUnsigned(a, b);
        return reverse ? order > 0 : order < 0;
    }

    /** @return what follows the prefix of a key */
    static byte[] restOf(byte[] key, int prefixLength) {
        return Arrays.copyOfRange(key, prefixLength, key.length);
    }

    static byte[] join(byte[] prefix, byte[] rest) {
        byte[] key = Arrays.copyOf(prefix, prefix.length + rest.length);
        System.arraycopy(rest, 0, key, prefix.length, rest.length);
        return key;
    }

    @Override
    public void close() {
        for (Prefix prefix : prefixes) if (prefix.iterator != null) prefix.iterator.close();
    }

    private final class Prefix {
        private final byte[] prefix;
        private RocksIterator iterator;
        private boolean started;

        /** The rest at the iterator; null at the end. */
        private byte[] found;

        Prefix(byte[] prefix) {
            this.prefix = prefix;
        }

        byte[] next(byte[] rest) {
            if (!started || (found != null && isBefore(found, rest))) seek(rest);
            return found;
        }

        private void seek(byte[] rest) {
            started = true;
            byte[] key = join(prefix, rest);
            if (reverse) iterator.seekForPrev(key);
            else iterator.seek(key);
            if (!iterator.isValid()) engine.check(iterator);
            boolean isOurs = iterator.isValid() && startsWithPrefix(iterator.key());
            found = isOurs ? restOf(iterator.key(), prefix.length) : null;
        }

        private boolean startsWithPrefix(byte[] key) {
            return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
        }
    }
}
