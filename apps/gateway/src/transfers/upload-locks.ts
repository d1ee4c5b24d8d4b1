import { Problem } from '@cups/problem';
import { withStatus } from '../http/problems.ts';

/** One request at a time works on an upload in this process. Another replica is safe too: chunks have places. */

/** Longer than the last call of a request that was asked to stop. */
const MAX_WAIT_MS = 11_000;

interface Holder {
  stop: () => void;
  released: Promise<void>;
}

export interface UploadLocks {
  /**
   * Acquires the lock of an upload, after its holder has stopped: a client that comes back has lost its old connection.
   * @param stop ends the work of this holder when the next one comes
   * @param authorize rejects a caller who may not work on the upload, before it stops anybody
   * @returns a function that releases the lock
   * @throws Problem CONTENTION (423) when the holder does not stop in time, and what `authorize` throws
   */
  acquire(id: string, stop: () => void, authorize: () => Promise<unknown>): Promise<() => void>;
}

export function createUploadLocks(maxWaitMs = MAX_WAIT_MS): UploadLocks {
  const holders = new Map<string, Holder>();
  return {
    async acquire(id, stop, authorize) {
      // A free lock stops nobody, and the work itself is authorized too.
      if (holders.has(id)) await authorize();
      const end = performance.now() + maxWaitMs;
      for (let holder = holders.get(id); holder; holder = holders.get(id)) {
        holder.stop();
        if (!(await isSettledBefore(holder.released, end - performance.now()))) throw uploadLocked();
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      holders.set(id, { stop, released: promise });
      return () => {
        holders.delete(id);
        resolve();
      };
    },
  };
}

async function isSettledBefore(promise: Promise<void>, maxWaitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, maxWaitMs));
  });
  const settled = await Promise.race([promise.then(() => true as const), late]);
  clearTimeout(timer);
  return settled;
}

/** tus clients retry on 423. */
const uploadLocked = (): Problem =>
  withStatus(423, new Problem({ reason: 'CONTENTION', message: 'Another request works on this upload.' }));
