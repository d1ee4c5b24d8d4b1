import type { ActChain, WriteEnd } from './act-chain.ts';
import type { WriteQueue } from './write-queue.ts';
import type { Write } from './write.ts';

/** How long a page waits before it stores again what a full disk refused, in ms. */
const RETRY_MS = 10_000;

export interface QueueStorageHooks {
  /** What is stored of a queue has changed. */
  onChange(queue: WriteQueue): void;
  /** The browser has stored a pending write, or could not. */
  onStored(queue: WriteQueue, write: Write): void;
}

/** Stores the writes of all queues, those of an application in the order in which they were made. */
export class QueueStorage {
  readonly #chain: ActChain;
  readonly #queues: ReadonlyMap<string, WriteQueue>;
  readonly #hooks: QueueStorageHooks;
  /** Ends that wait until another write is stored, by its key. */
  readonly #heldEnds = new Map<string, () => Promise<void>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(chain: ActChain, queues: ReadonlyMap<string, WriteQueue>, hooks: QueueStorageHooks) {
    this.#chain = chain;
    this.#queues = queues;
    this.#hooks = hooks;
  }

  /** Stores a write. The sender waits for it; a failure keeps the write in memory, is reported, and is tried again. */
  async store(queue: WriteQueue, write: Write): Promise<void> {
    const stored = this.#chain.store(write, () => isNextToStore(queue, write));
    queue.storing.set(write.key, stored);
    try {
      await stored;
      queue.unstored.delete(write.key);
      void this.#releaseEnd(write);
    } catch {
      queue.unstored.add(write.key);
      this.#retryLater();
    }
    if (queue.storing.get(write.key) !== stored) return;
    queue.storing.delete(write.key);
    this.#hooks.onChange(queue);
    // It was answered or undone meanwhile.
    if (!queue.writes.includes(write)) return this.end(write);
    this.#hooks.onStored(queue, write);
  }

  /** Stores the writes again that the browser could not store. */
  storeAgain(queue: WriteQueue): void {
    for (const write of queue.writes)
      if (queue.unstored.has(write.key) && !queue.storing.has(write.key)) void this.store(queue, write);
  }

  /** Stores writes again that have no copy for the platform yet. */
  sealStored(): void {
    this.#queues.forEach((queue) => {
      for (const write of queue.writes)
        if (!write.isSealed && !queue.storing.has(write.key)) void this.store(queue, write);
    });
  }

  /** Removes the record of a write that left the queue. */
  async end(write: Write, end: WriteEnd = { isAnswered: false, isClaimed: false }): Promise<void> {
    const own = this.#chain.end(write, end).catch(() => undefined);
    await Promise.all([this.#releaseEnd(write), own]);
  }

  /**
   * Stores what the answer to a write says about the next one, then removes the record of the answered write. While the disk
   * is full that record stays: a page that opens meanwhile sends the write again, under its key, and gets the answer again.
   */
  async endAfterStoring(queue: WriteQueue, next: Write, write: Write, end: WriteEnd): Promise<void> {
    await this.store(queue, next);
    await this.#endOnce(queue, next, () => this.end(write, end));
  }

  /**
   * Removes the records of writes that left the queue.
   * @param successor what takes their place: their records stay until it is stored
   */
  async endAll(queue: WriteQueue, writes: readonly Write[], successor?: Write): Promise<void> {
    await this.#endOnce(queue, successor, async () => void (await Promise.all(writes.map((write) => this.end(write)))));
  }

  /** Ends at once, or when the write that a full disk has not taken yet is stored. */
  async #endOnce(queue: WriteQueue, successor: Write | undefined, end: () => Promise<void>): Promise<void> {
    if (successor && queue.unstored.has(successor.key)) this.#heldEnds.set(successor.key, end);
    else await end();
  }

  #releaseEnd({ key }: Write): Promise<void> | undefined {
    const end = this.#heldEnds.get(key);
    this.#heldEnds.delete(key);
    return end?.();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #retryLater(): void {
    if (this.#isStopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#queues.forEach((queue) => this.storeAgain(queue));
    }, RETRY_MS);
  }
}

/**
 * Returns whether a write still waits to be stored.
 * @throws Error behind a write of the application that the browser could not store: a page that opens later would send
 *   them in the wrong order, such as a submission before its draft
 */
function isNextToStore({ writes, storing, unstored }: WriteQueue, write: Write): boolean {
  const position = writes.indexOf(write);
  const isOpen = ({ key, sequence }: Write) => sequence === undefined && (storing.has(key) || unstored.has(key));
  if (write.sequence === undefined && writes.slice(0, Math.max(position, 0)).some(isOpen))
    throw new Error('an earlier write is not stored');
  return position >= 0;
}
