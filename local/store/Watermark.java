package cups.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The number of the last change that was acknowledged, in a file of its own. A log that ends before it lost data. The
 * file is not synced: after a power failure its number may be older than the log, which is safe, never newer.
 */
final class Watermark implements AutoCloseable {
    private static final int SLOT_BYTES = 16;

    private final FileChannel file;
    private final ByteBuffer slot = ByteBuffer.allocateDirect(SLOT_BYTES);
    private long sequence;
    private int next;

    /** @throws StoreDamage if both slots are unreadable */
    Watermark(Path folder) throws IOException {
        Path path = folder.resolve("watermark");
        boolean hasData = java.nio.file.Files.exists(folder.resolve("CURRENT"));
        if (hasData && !java.nio.file.Files.exists(path)) throw new StoreDamage("the file watermark is missing");
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean isReadable = false;
        for (int n = 0; n < 2; n++) {
            slot.clear();
            if (file.read(slot, n * (long) SLOT_BYTES) < SLOT_BYTES) continue;
            slot.flip();
            long found = slot.getLong();
            if (slot.getLong() != sumOf(found)) continue;
            isReadable = true;
            if (found < sequence) continue;
            sequence = found;
            next = 1 - n;
        }
        if (hasData && !isReadable) throw new StoreDamage("the file watermark is damaged");
        if (!isReadable) raise(0);
    }

    long sequence() {
        return sequence;
    }

    /** Records a greater number. Alternates between two slots, so that a torn write leaves the one before. */
    void raise(long to) throws IOException {
        slot.clear();
        slot.putLong(to).putLong(sumOf(to)).flip();
        file.write(slot, next * (long) SLOT_BYTES);
        next = 1 - next;
        sequence = to;
    }

    private static long sumOf(long sequence) {
        CRC32C sum = new CRC32C();
        for (int shift = 0; shift < 64; shift += 8) sum.update((int) (sequence >>> shift) & 0xff);
        return sum.getValue() | 0x5741_5445_0000_0000L;
    }

    @Override
    public void close() throws IOException {
        file.force(true);
        file.close();
    }
}
