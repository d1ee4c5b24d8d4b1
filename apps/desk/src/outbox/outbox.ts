import { isTransient, ApiError, SIGNED_OUT_REASONS } from '../api/client.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import type { Application } from '../api/types.ts';
import { createWriteQueue, enqueueOrMerge, takeWaiters } from './write-queue.ts';
import type { WriteQueue, Waiter } from './write-queue.ts';
import { send } from './send.ts';

/**
 * All writes of the page. Those of one application go out in their order, one at a time; each is kept until the platform
 * has answered it, and is sent again with the same Idempotency-Key as often as it takes. A refusal stops the writes of
 * that application until whoever made them deals with it. Silence stops nothing for good: it is tried again. What is easily
 * pressed by mistake is held for a moment, in which it can be undone; a page that closes sends it at once.
 */

/** What may be done to an application by `POST /applications/{id}/{act}`. */
export type WriteAction =
  | 'submit'
  | 'withdraw'
  | 'supply-documents'
  | 'hand-over'
  | 'confirm-outcome'
  | 'renew'
  | 'payment'
  | 'notes'
  | 'assign'
  | 'told'
  | 'desk-notes/seen'
  | `notices/${string}/told`;

export interface Write {
  /** Its Idempotency-Key. */
  key: string;
  application: string;
  kind: 'create' | 'edit' | WriteAction;
  body: Record<string, unknown>;
  madeAt: string;
  /** What an edit starts from, where the page was loaded anew since. */
  etag?: string | undefined;
}

/** What the outbox knows of one application. */
export interface SyncStatus {
  pending: readonly Write[];
  /** The refusal that stopped it; the first of `waiting` is the write that was refused. */
  refusal?: ApiError | undefined;
  /** When the platform last answered a write, in ms. */
  savedAt?: number | undefined;
  /** Since when nobody answers, in ms. */
  unreachableSince?: number | undefined;
  /** The key of the write that can still be undone: it stands last, and has not gone out. */
  undoableKey?: string | undefined;
}

/** Somebody took back what they had done, before it went out. */
export class UndoneError extends Error {}

export interface Outbox {
  /** Resolves with the application as the platform has it then; rejects with the Refusal, or with Undone. A wait is not a failure. */
  put(write: Pick<Write, 'application' | 'kind' | 'body'>): Promise<Application>;
  syncStatus(application: string): SyncStatus;
  /** The application as the platform last answered it to a write, or as `saw` told it. */
  known(application: string): Application | undefined;
  /** What was read counts as seen: edits start from it. */
  setKnown(application: Application): void;
  /** The refused write goes out again, after whoever is at the desk did something about the refusal. */
  retry(application: string): void;
  /** The refused write, and what waits behind it, is given up. */
  discard(application: string): void;
  /** Takes back what is held of an application; what has gone out stays. */
  undo(application: string): void;
  /** What is held goes out now: the page may be about to close. */
  flush(): void;
  /** How many writes wait in all. */
  countPending(): number;
  subscribe(listener: () => void): () => void;
  /** The line may be back: what waits is tried now. */
  resume(): void;
  stop(): void;
  /** Sends what is held and stops. Resolves when all of it was tried, within three seconds; what was not answered is kept. */
  close(): Promise<void>;
}

const RECORD_KIND = 'write';
const INITIAL_RETRY_DELAY_MS = 1_000;
/** The longest pause where nobody answered; a line that is back ends it (`wake`). */
const MAX_UNREACHABLE_DELAY_MS = 5_000;
/** The longest where somebody answered that it is too much now. */
const MAX_BUSY_DELAY_MS = 30_000;
/** What is held, and for how long, in ms. */
const UNDOABLE_KINDS: readonly Write['kind'][] = ['notes', 'told', 'payment'];
const UNDO_WINDOW_MS = 10_000;
/** How long whoever leaves waits for what was held, in ms. */
const CLOSE_TIMEOUT_MS = 3_000;
const IDLE: SyncStatus = { pending: [] };

/** Goes on with what an earlier page left behind. */
export async function openOutbox(localStore: LocalStore): Promise<Outbox> {
  const storedWrites = await localStore.list<Write>(RECORD_KIND);
  return new PersistentOutbox(
    localStore,
    storedWrites.sort((a, b) => a.madeAt.localeCompare(b.madeAt)),
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
    // What is said next follows what is held.
    if (queue.hold?.key !== write.key) this.#clearHold(queue);
    if (!isStored && UNDOABLE_KINDS.includes(kind)) this.#hold(application, queue, write);
    this.#update(queue);
    const answered = new Promise<Application>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      queue.waiters.set(write.key, [...(queue.waiters.get(write.key) ?? []), waiter]);
    });
    // One that is on its way already may be answered, and forgotten, before this page has kept it again.
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

  /** What was held can no longer be undone, and goes out. */
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

  #update(queue: WriteQueue, more: Omit<SyncStatus, 'pending'> = {}): void {
    queue.status = Object.assign({}, queue.status, more, { pending: [...queue.writes], undoableKey: queue.hold?.key });
    this.#listeners.forEach((listener) => listener());
  }

  #drain(application: string): Promise<void> {
    const queue = this.#queueOf(application);
    if (!queue.sending && !queue.status.refusal) queue.drained = this.#sendAll(application, queue);
    return queue.drained;
  }

  /** Sends the head, and what stands behind it, until the line is empty, held, refused or silent. */
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
    queue.failures = 0;
    queue.writes.shift();
    this.#update(queue, { savedAt: Date.now(), unreachableSince: undefined });
    takeWaiters(queue, head).forEach(({ resolve }) => resolve(answer));
    await this.#localStore.remove(RECORD_KIND, head.key);
    // An edit that is sent after the page was loaded anew must know what it starts from.
    const [next] = queue.writes;
    if (next?.kind !== 'edit') return;
    next.etag = answer.etag;
    await this.#localStore.write(RECORD_KIND, next.key, next);
  }

  #handleFailure(application: string, queue: WriteQueue, error: unknown): void {
    if (this.#stopped) return;
    if (isTransient(error)) {
      const longest = error instanceof ApiError ? MAX_BUSY_DELAY_MS : MAX_UNREACHABLE_DELAY_MS;
      const pause = Math.min(INITIAL_RETRY_DELAY_MS * 2 ** queue.failures, longest);
      const retryAfterMs = error instanceof ApiError ? (error.retryAfter ?? 0) * 1_000 : 0;
      queue.failures += 1;
      queue.timer = setTimeout(() => void this.#drain(application), Math.max(pause, retryAfterMs));
      return this.#update(queue, { unreachableSince: queue.status.unreachableSince ?? Date.now() });
    }
    if (!(error instanceof ApiError)) throw error;
    // Signed out is no word on the write: it goes on when the operator is back.
    if (SIGNED_OUT_REASONS.includes(error.reason)) return this.#update(queue);
    const head = queue.writes[0] as Write;
    this.#update(queue, { refusal: error, unreachableSince: undefined });
    takeWaiters(queue, head).forEach(({ reject }) => reject(error));
  }
}
