import type { Application } from '../api/types.ts';
import type { SealedCopy } from '../local-store/database.ts';
import type { Write } from './write.ts';

/** What the outbox needs of its surroundings. A page and a desk in Node run the same code with different ones. */
export interface OutboxEnvironment {
  /** operators/{id}; the windows of one operator share one outbox. */
  readonly owner: string;
  /** Whether the last request was answered. */
  isReachable(): boolean;
  /** Desk time in ms. */
  now(): number;
  /** The current offline grant of the centre. */
  currentGrant(): string | undefined;
  /** Returns centres/{code} of new writes. */
  centre?(): string | undefined;
  /** Whether a write may be sent now: it was made at the centre of the session. @default yes */
  accepts?(write: Write): boolean;
  /**
   * Sends one write.
   * @throws ApiError, NetworkError
   */
  send(write: Write, etag: string | undefined): Promise<Application>;
  /** Returns a copy of a write that only the platform opens; undefined while the page cannot make one. */
  seal?(write: Write): Promise<SealedCopy | undefined>;
  /** Resolves once the page can make these copies. */
  readonly canSeal?: Promise<unknown>;
  readonly locks: Locks;
  openChannel(name: string): Channel;
}

/**
 * Runs one task of a name at a time, over all windows. A window that closes releases its locks. With `ifAvailable` a
 * task that would have to wait runs immediately, with null.
 */
export interface Locks {
  request<T>(name: string, options: LockRequest, task: (lock: object | null) => Promise<T>): Promise<T>;
}

interface LockRequest {
  signal?: AbortSignal;
  ifAvailable?: boolean;
}

/** Messages to the other windows. */
export interface Channel {
  post(message: unknown): void;
  /** Sets the listener. */
  listen(onMessage: (message: unknown) => void): void;
  close(): void;
}

/** Returns locks of this window only. */
export function createLocalLocks(): Locks {
  const held = new Map<string, Promise<unknown>>();
  return {
    request(name, { signal, ifAvailable }, task) {
      const before = held.get(name);
      if (before && ifAvailable) return task(null);
      const result = (before ?? Promise.resolve()).then(() => {
        signal?.throwIfAborted();
        return task({ name });
      });
      const ended: Promise<unknown> = result
        .catch(() => undefined)
        .then(() => held.get(name) === ended && held.delete(name));
      held.set(name, ended);
      return result;
    },
  };
}

/**
 * Returns the locks that the windows share. Browsers have none on plain HTTP of another host; they store nothing there, so
 * windows share nothing.
 */
export const openLocks = (): Locks =>
  (globalThis.navigator?.locks as unknown as Locks | undefined) ?? createLocalLocks();

/** A window without others. */
export const SILENT_CHANNEL: Channel = { post: () => undefined, listen: () => undefined, close: () => undefined };
