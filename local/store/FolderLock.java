package cups.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Reserves a folder for one process, from before the first file is read. The system releases it when the process ends.
 *
 * <p>A store whose parent was killed ends in some seconds, and holds its folder for so long: a start waits for it.
 */
final class FolderLock implements AutoCloseable {
    private static final int WAIT_SECONDS = 5;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final FileChannel file;

    /** @throws IOException if another process still uses the folder after 5 s */
    FolderLock(Path folder) throws IOException {
        file = FileChannel.open(
                folder.resolve("process.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        for (boolean isReported = false; !isAcquired(); isReported = true) {
            if (!isReported) {
                System.err.println("The store waits up to " + WAIT_SECONDS + " s for the process that uses " + folder + ".");
            }
            if (System.nanoTime() - end > 0) {
                close();
                throw new IOException("another process uses the folder");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private boolean isAcquired() throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Another engine of this very process.
            return false;
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            // The end of the process releases it.
        }
    }
}
