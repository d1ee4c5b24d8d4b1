package cups.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * What the log files hold before RocksDB recovers them: RocksDB discards an unfinished record at the end without a word.
 * Reads the record format of RocksDB's logs: blocks of 32 KiB, and in them records with a checksum, a length and a type.
 */
final class LogFiles {
    private static final int BLOCK_BYTES = 32 << 10;
    private static final int HEADER_BYTES = 7;
    private static final int FULL = 1;
    private static final int FIRST = 2;
    private static final int LAST = 4;

    /** Length and number of changes of a batch, before its changes. */
    private static final int BATCH_HEADER_BYTES = 12;

    private long changes;
    private String lastFile = "";
    private String unreadableFile;
    private long discardedBytes;

    LogFiles(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.getFileName().toString().matches("\\d+\\.log"))
                    .sorted()
                    .collect(Collectors.toList());
        }
        for (Path file : files) {
            lastFile = file.getFileName().toString();
            try (FileChannel channel = FileChannel.open(file)) {
                if (channel.size() > 0) read(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
                else discardedBytes = 0;
            }
            if (discardedBytes > 0 && unreadableFile == null) unreadableFile = lastFile;
        }
    }

    /** @return the number of changes that are in no other file yet, or were when the store ended */
    long changes() {
        return changes;
    }

    /** @return the name of the newest log file */
    String lastFile() {
        return lastFile;
    }

    /** @return the name of the first log file that cannot be read to its end; null if all can */
    String unreadableFile() {
        return unreadableFile;
    }

    /** @return the number of bytes after the last whole record of the newest log file */
    long discardedBytes() {
        return discardedBytes;
    }

    private void read(ByteBuffer log) {
        log.order(ByteOrder.LITTLE_ENDIAN);
        int end = 0;
        int at = 0;
        while (at + HEADER_BYTES <= log.limit()) {
            int left = BLOCK_BYTES - at % BLOCK_BYTES;
            if (left < HEADER_BYTES) {
                at += left;
                continue;
            }
            int length = log.getShort(at + 4) & 0xffff;
            int type = log.get(at + 6) & 0xff;
            if (type == 0 || length > left - HEADER_BYTES || at + HEADER_BYTES + length > log.limit()) break;
            if (log.getInt(at) != checksum(log, at + 6, length + 1)) break;
            // A batch begins with its sequence number and the number of its changes.
            if (type <= FIRST && length >= BATCH_HEADER_BYTES) changes += log.getInt(at + HEADER_BYTES + 8);
            at += HEADER_BYTES + length;
            if (type == FULL || type >= LAST) end = at;
        }
        discardedBytes = isZero(log, end) ? 0 : log.limit() - end;
    }

    /** Whether only bytes follow that were reserved and not written. */
    private static boolean isZero(ByteBuffer log, int from) {
        for (int at = from; at < log.limit(); at++) if (log.get(at) != 0) return false;
        return true;
    }

    /** @return the checksum in RocksDB's form, which differs from that of bytes with a checksum in them */
    private static int checksum(ByteBuffer log, int from, int length) {
        CRC32C sum = new CRC32C();
        sum.update(log.duplicate().position(from).limit(from + length));
        int plain = (int) sum.getValue();
        return (plain >>> 15 | plain << 17) + 0xa282ead8;
    }
}
