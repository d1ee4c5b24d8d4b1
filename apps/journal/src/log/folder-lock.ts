import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const RETRY_MS = 100;

/** Holds a folder for one process of the machine. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Waits until no other process of this machine has the folder. An abstract Unix socket (unix(7)) is the lock: the kernel
 * releases it when the process ends, however it ends. Between machines, only one may mount the folder.
 * @throws Error if another process has the folder for longer than `timeoutMs`
 */
export async function lockFolder(folder: string, timeoutMs: number): Promise<FolderLock> {
  const name = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32);
  const end = Date.now() + timeoutMs;
  for (;;) {
    const lock = await tryLock(`\0cups-journal-${name}`);
    if (lock) return lock;
    if (Date.now() > end) throw new Error(`Another process writes to the folder ${folder}.`);
    await pause(RETRY_MS);
  }
}

/** @returns undefined if another process has the lock */
function tryLock(path: string): Promise<FolderLock | undefined> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => {
      server.unref();
      resolve({ release: () => new Promise((done) => server.close(() => done())) });
    });
  });
}
