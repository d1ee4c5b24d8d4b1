import { isTransient, ApiError, SIGNED_OUT_REASONS } from '../api/client.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import type { Application } from '../api/types.ts';
import { createWriteQueue, enqueueOrMerge, takeWaiters } from './write-queue.ts';
import type { WriteQueue, Waiter } from './write-queue.ts';
import { withCurrentNames } from './former-writes.ts';
import { send } from './send.ts';

/**
 * All writes of the page. Writes of one application go out in order, one at a time. Each is stored until the platform
 * has responded, and is retried with the same Idempotency-Key. A rejection stops the writes of its application until
 * it is retried or discarded. Network errors are retried with backoff. Writes that are easily pressed by mistake wait
 * 10 s for an undo; closing the page sends them immediately.
 */

/** Path of `POST /applications/{id}/{action}`; with the prefix `collections/`, of `POST /collections/{id}/{action}`. */
export type WriteAction =
  | 'submit'
  | 'withdraw'
  | 'supply-documents'
  | 'hand-over'
  | 'confirm-arrival'
  | 'confirm-outcome'
  | 'collection-centre'
  | 'contact'
  | 'correct'
  | 'collections/hand-over'
  | 'collections/confirm-arrival'
  | 'renew'
  | 'payment'
  | 'notes'
  | 'assign'
  | 'person-notifications'
  | 'desk-alerts/mark-seen'
  | `notices/${string}/person-notifications`;

export interface Write {
  /** The Idempotency-Key. */
  key: string;
  application: string;
  kind: 'create' | 'edit' | WriteAction;
  body: Record<string, unknown>;
  madeAt: string;
  /** The ETag that an edit or a correction is based on, if the page was reloaded since. */
  etag?: string | undefined;
}

/** The sync state of one application. */
export interface SyncStatus {
  pending: readonly Write[];
  /** The rejection that stopped the queue. It concerns the first pending write. */
  refusal?: ApiError | undefined;
  /** When the platform last accepted a write, in ms. */
  savedAt?: number | undefined;
  /** Since when the platform is unreachable, in ms. */
  unreachableSince?: number | undefined;
  /** Key of the last write, while it can be undone. */
  undoableKey?: string | undefined;
}

/** The write was undone before it was sent. */
export class UndoneError extends Error {}

export interface Outbox {
  /**
   * Resolves with the application after the write. Network errors are retried, not thrown.
   * @throws ApiError if the platform rejects the write
   * @throws UndoneError if it was undone
   */
  put(write: Pick<Write, 'application' | 'kind' | 'body'>): Promise<Application>;
  syncStatus(application: string): SyncStatus;
  /** The application after its last write, or as given to `setKnown`. */
  known(application: string): Application | undefined;
  /** Sets the version that further edits are based on. */
  setKnown(application: Application): void;
  /** Sends the rejected write again. */
  retry(application: string): void;
  /** Drops the rejected write and all behind it. */
  discard(application: string): void;
  /** Drops the write in its undo window. */
  undo(application: string): void;
  /** Sends writes in their undo window immediately. */
  flush(): void;
  /** Number of pending writes of all applications. */
  countPending(): number;
  subscribe(listener: () => void): () => void;
  /** Retries immediately, for example when the network recovers. */
  resume(): void;
  stop(): void;
  /** Flushes, waits at most 3 s for all queues, then stops. Unsent writes stay stored. */
  close(): Promise<void>;
}

const RECORD_KIND = 'write';
/** Kinds of writes that can be undone. */
const UNDOABLE_KINDS: readonly Write['kind'][] = ['notes', 'person-notifications', 'payment'];
const UNDO_WINDOW_MS = 10_000;
/** Maximum time that `close` waits for the queues, in ms. */
const CLOSE_TIMEOUT_MS = 3_000;
const IDLE: SyncStatus = { pending: [] };

/** Opens the outbox and resumes stored writes. */
export async function openOutbox(localStore: LocalStore): Promise<Outbox> {
  const storedWrites = await localStore.list<Write>(RECORD_KIND);
  return new PersistentOutbox(
    localStore,
    storedWrites.map(withCurrentNames).sort((a, b) => a.madeAt.localeCompare(b.madeAt)),
  );
}

class PersistentOutbox implements Outbox {
  readonly #localStore: LocalStore;
  readonly #queues = new Map<string, WriteQueue>();
  readonly #listeners = new Set<() => void>();
  #stopped = false;

  constructor(localStore: LocalStore, storedWrites: Write[]) {
    this.#localStore = localStore;
    for (const write of storedWrites) this.#queueOf(write.application).writes.push(write);
    for (const [application, queue] of this.#queues) {
      this.#update(queue);
      void this.#drain(application);
    }
  }

  async put({ application, kind, body }: Pick<Write, 'application' | 'kind' | 'body'>): Promise<Application> {
    const queue = this.#queueOf(application);
    const lengthBefore = queue.writes.length;
    const write = enqueueOrMerge(queue, { application, kind, body });
    const isStored = kind !== 'edit' && queue.writes.length === lengthBefore;
    // A further write ends the undo window of the one before.
    if (queue.hold?.key !== write.key) this.#clearHold(queue);
    if (!isStored && UNDOABLE_KINDS.includes(kind)) this.#hold(application, queue, write);
    this.#update(queue);
    const answered = new Promise<Application>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      queue.waiters.set(write.key, [...(queue.waiters.get(write.key) ?? []), waiter]);
    });
    // The response may arrive before the write is stored.
    if (!isStored) await this.#localStore.write(RECORD_KIND, write.key, write);
    if (!queue.writes.includes(write)) await this.#localStore.remove(RECORD_KIND, write.key);
    void this.#drain(application);
    return answered;
  }

  syncStatus = (application: string): SyncStatus => this.#queues.get(application)?.status ?? IDLE;

  known = (application: string): Application | undefined => this.#queues.get(application)?.known;

  setKnown(application: Application): void {
    const queue = this.#queueOf(application.id);
    if (!queue.sending) queue.known = application;
  }

  retry(application: string): void {
    this.#update(this.#queueOf(application), { refusal: undefined });
    void this.#drain(application);
  }

  discard(application: string): void {
    const queue = this.#queueOf(application);
    const { refusal } = queue.status;
    const dropped = queue.writes.splice(0);
    this.#clearHold(queue);
    this.#update(queue, { refusal: undefined });
    for (const write of dropped) {
      if (refusal) takeWaiters(queue, write).forEach(({ reject }) => reject(refusal));
      void this.#localStore.remove(RECORD_KIND, write.key);
    }
  }

  undo(application: string): void {
    const queue = this.#queueOf(application);
    const write = queue.writes.find(({ key }) => key === queue.hold?.key);
    if (!write) return;
    queue.writes.splice(queue.writes.indexOf(write), 1);
    this.#clearHold(queue);
    this.#update(queue);
    takeWaiters(queue, write).forEach(({ reject }) => reject(new UndoneError()));
    void this.#localStore.remove(RECORD_KIND, write.key);
  }

  flush(): void {
    this.#queues.forEach((queue, application) => {
      if (queue.hold) this.#release(application, queue);
    });
  }

  countPending = (): number => [...this.#queues.values()].reduce((sum, { writes }) => sum + writes.length, 0);

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  resume(): void {
    this.#queues.forEach(({ writes }, application) => writes.length > 0 && void this.#drain(application));
  }

  stop(): void {
    this.#stopped = true;
    this.#queues.forEach(({ timer, hold }) => {
      clearTimeout(timer);
      clearTimeout(hold?.timer);
    });
  }

  async close(): Promise<void> {
    this.flush();
    const all = Promise.all([...this.#queues.values()].map(({ drained }) => drained));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise((done) => (timer = setTimeout(done, CLOSE_TIMEOUT_MS)));
    await Promise.race([all, timeout]);
    clearTimeout(timer);
    this.stop();
  }

  #hold(application: string, queue: WriteQueue, { key }: Write): void {
    queue.hold = { key, timer: setTimeout(() => this.#release(application, queue), UNDO_WINDOW_MS) };
  }

  /** Ends the undo window and sends the write. */
  #release(application: string, queue: WriteQueue): void {
    this.#clearHold(queue);
    this.#update(queue);
    void this.#drain(application);
  }

  #clearHold(queue: WriteQueue): void {
    clearTimeout(queue.hold?.timer);
    queue.hold = undefined;
  }

  #queueOf(application: string): WriteQueue {
    const queue = this.#queues.get(application) ?? createWriteQueue();
    this.#queues.set(application, queue);
    return queue;
  }

  #update(queue: WriteQueue, changes: Omit<SyncStatus, 'pending'> = {}): void {
    queue.status = Object.assign({}, queue.status, changes, {
      pending: [...queue.writes],
      undoableKey: queue.hold?.key,
    });
    this.#listeners.forEach((listener) => listener());
  }

  #drain(application: string): Promise<void> {
    const queue = this.#queueOf(application);
    if (!queue.sending && !queue.status.refusal) queue.drained = this.#sendAll(application, queue);
    return queue.drained;
  }

  /** Sends writes in order until the queue is empty, held, rejected or unreachable. */
  async #sendAll(application: string, queue: WriteQueue): Promise<void> {
    queue.sending = true;
    clearTimeout(queue.timer);
    const isFree = (head: Write | undefined): head is Write => head !== undefined && head.key !== queue.hold?.key;
    try {
      for (let [head] = queue.writes; isFree(head) && !this.#stopped; [head] = queue.writes) {
        await this.#sendHead(queue, head);
      }
    } catch (error) {
      this.#handleFailure(application, queue, error);
    } finally {
      queue.sending = false;
    }
  }

  async #sendHead(queue: WriteQueue, head: Write): Promise<void> {
    const answer = await send(head, queue.known?.etag ?? head.etag);
    queue.known = answer;
    queue.retryDelay.reset();
    queue.writes.shift();
    this.#update(queue, { savedAt: Date.now(), unreachableSince: undefined });
    takeWaiters(queue, head).forEach(({ resolve }) => resolve(answer));
    await this.#localStore.remove(RECORD_KIND, head.key);
    // Persists the ETag for an edit that is sent after a reload.
    const [next] = queue.writes;
    if (next?.kind !== 'edit') return;
    next.etag = answer.etag;
    await this.#localStore.write(RECORD_KIND, next.key, next);
  }

  #handleFailure(application: string, queue: WriteQueue, error: unknown): void {
    if (this.#stopped) return;
    if (isTransient(error)) {
      queue.timer = setTimeout(() => void this.#drain(application), queue.retryDelay.next(error));
      return this.#update(queue, { unreachableSince: queue.status.unreachableSince ?? Date.now() });
    }
    if (!(error instanceof ApiError)) throw error;
    // Signed out is no rejection: the write goes out after the next sign-in.
    if (SIGNED_OUT_REASONS.includes(error.reason)) return this.#update(queue);
    const head = queue.writes[0] as Write;
    this.#update(queue, { refusal: error, unreachableSince: undefined });
    takeWaiters(queue, head).forEach(({ reject }) => reject(error));
  }
}
