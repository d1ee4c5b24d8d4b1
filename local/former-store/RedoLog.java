package cups.former;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Reads one of the two files with changes since the last checkpoint. A record is [length, CRC-32C, generation, kind,
 * namespace, BSON]. The records of a generation begin at the start of its file; older ones and zeros follow.
 */
final class RedoLog {
    static final byte PUT = 1;
    static final byte REMOVE = 2;

    /** Size that the former store gave each file. */
    private static final int FILE_BYTES = 8 << 20;

    private static final int HEADER = 4 + 4 + 8;

    /** Generations further apart than this are no generations. */
    private static final long MAX_DISTANCE = 1 << 24;

    interface Change {
        /** Takes a change; `document` is BSON, for a removal with the `_id` alone. */
        void apply(byte kind, String namespace, byte[] document);
    }

    private final String name;
    private final ByteBuffer bytes;

    /**
     * @param isFirst whether the former store ended within its first start, which creates the files
     * @throws Damage if the file is missing or cut
     */
    RedoLog(Path folder, int number, boolean isFirst) throws IOException {
        name = "redo-" + number + ".log";
        Path file = folder.resolve(name);
        bytes = ByteBuffer.wrap(Files.exists(file) ? Files.readAllBytes(file) : new byte[0]);
        if (isFirst || bytes.capacity() >= FILE_BYTES) return;
        throw new Damage(name + (Files.exists(file) ? " is cut" : " is missing"));
    }

    /**
     * Applies the records of a generation.
     *
     * @return the number of bytes of an incomplete last record, which nobody was answered for; 0 without one
     * @throws Damage if a record follows the first invalid one, or if the file has later records, so that `store.mv`
     *     lacks what came before them
     */
    int replay(long generation, Change change) {
        int at = 0;
        for (; isRecord(at, generation, generation); at += HEADER + bytes.getInt(at)) apply(at, change);
        for (int next = at; next <= bytes.capacity() - HEADER; next++) {
            if (!isRecord(next, generation, generation + MAX_DISTANCE)) continue;
            boolean isLater = bytes.getLong(next + 8) > generation;
            throw new Damage(isLater ? "store.mv is older than " + name : name + " has an unreadable change");
        }
        boolean isIncomplete = at <= bytes.capacity() - HEADER
                && bytes.getLong(at + 8) == generation
                && bytes.getInt(at) > 0;
        return isIncomplete ? HEADER + Math.min(bytes.getInt(at), bytes.capacity() - at - HEADER) : 0;
    }

    private boolean isRecord(int at, long first, long last) {
        if (at > bytes.capacity() - HEADER) return false;
        long generation = bytes.getLong(at + 8);
        if (generation < first || generation > last) return false;
        int length = bytes.getInt(at);
        if (length <= 0 || length > bytes.capacity() - at - HEADER) return false;
        CRC32C sum = new CRC32C();
        for (int shift = 0; shift < 64; shift += 8) sum.update((int) (generation >>> shift) & 0xff);
        sum.update(bytes.array(), at + HEADER, length);
        return (int) sum.getValue() == bytes.getInt(at + 4);
    }

    private void apply(int at, Change change) {
        ByteBuffer body = bytes.slice(at + HEADER, bytes.getInt(at));
        byte kind = body.get();
        byte[] namespace = new byte[body.getShort() & 0xffff];
        body.get(namespace);
        byte[] document = new byte[body.remaining()];
        body.get(document);
        change.apply(kind, new String(namespace, StandardCharsets.UTF_8), document);
    }
}
