import type { Log } from '@cups/contracts';
import type { mongo } from 'mongoose';
import type { AnyDocuments } from './documents/documents.ts';
import type { StoredDocument } from './documents/document.ts';

export interface TimersOptions {
  documents: AnyDocuments;
  /** Polling interval, ms. Default 15,000. */
  pollMs?: number | undefined;
  /**
   * Handles a due timer by an update that clears or renews it. If it throws, the timer is claimed again later. At its
   * deadline, and when the timers stop, the signal aborts and the handler is given up, whatever it waits for.
   */
  due: (id: string, kind: string, deadline: AbortSignal) => Promise<void>;
  now: () => Date;
  log?: Log;
  /** Duration of a claim, ms. Default 60,000. */
  leaseMs?: number;
  /** Number of due timers that one process handles concurrently. Default 8. */
  concurrency?: number | undefined;
  /** Duration after which a handler is given up, ms. Default 60,000. */
  handlerTimeoutMs?: number;
  /** Duration that running handlers have when the timers stop, ms. Default 10,000. */
  stopTimeoutMs?: number;
}

/** Upper bound of the polling interval, without jitter, however slow a poll is. */
const MAX_POLL_INTERVAL_MS = 60_000;
/** Reads that take longer than this share of the polling interval lower the polling rate. */
const MAX_READ_SHARE = 0.01;
/** Number of reads that must be slow in a row: a single slow one shows a busy machine, not a large collection. */
const SLOW_READS = 3;
/** Maximum number of due timers per poll. */
const MAX_DUE_PER_POLL = 100;
const POLL_INTERVAL_MS = 15_000;
const LEASE_MS = 60_000;
const CONCURRENCY = 8;
/** As long as a claim: after it, another process may handle the timer anyway. */
const HANDLER_TIMEOUT_MS = LEASE_MS;
/** Half of what a process has for its shutdown. */
const STOP_TIMEOUT_MS = 10_000;

const unclaimedFilter = (at: Date) => ({
  $or: [{ 'timer.claimedUntil': { $exists: false } }, { 'timer.claimedUntil': { $lt: at } }],
});

/**
 * Starts durable timers: polls for `timer.due` in the past and calls `due`, concurrently for several documents. A
 * conditional write claims each timer, so only one process handles it. The claim of a dead process expires, and a handler
 * that hangs is given up: it costs the others no slot, and the shutdown no time.
 */
export function startTimers(options: TimersOptions): { stop(): Promise<void> } {
  const timers = new Timers(options);
  timers.schedulePoll(0);
  return timers;
}

class Timers {
  readonly #options: TimersOptions;
  readonly #pollMs: number;
  readonly #concurrency: number;
  /** Handlers in progress, by ID. They are not started again before their deadline, even if the claim expired. */
  readonly #running = new Map<string, Promise<void>>();
  /** Gives up the handlers in progress. */
  readonly #endings = new Set<() => void>();
  /** Durations of the last reads, ms. */
  readonly #readMs: number[] = [];
  /** Claims that failed since the process started, because the store is unavailable. */
  #failures = 0;
  #stopped = false;
  #handle: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;

  constructor(options: TimersOptions) {
    this.#options = options;
    this.#pollMs = options.pollMs ?? POLL_INTERVAL_MS;
    this.#concurrency = options.concurrency ?? CONCURRENCY;
  }

  schedulePoll(delay: number): void {
    if (this.#stopped) return;
    this.#handle = setTimeout(() => {
      this.#polling = this.#poll();
      this.#polling.then(
        () => this.schedulePoll(this.#pollIntervalMs() * (0.8 + Math.random() * 0.4)),
        () => this.schedulePoll(Math.min(this.#pollMs, 1_000)),
      );
    }, delay);
  }

  /** Slow reads (of a large collection without a usable index) lower the polling rate. */
  #pollIntervalMs(): number {
    const fastestMs = this.#readMs.length < SLOW_READS ? 0 : Math.min(...this.#readMs);
    return Math.max(this.#pollMs, Math.min(MAX_POLL_INTERVAL_MS, fastestMs / MAX_READ_SHARE));
  }

  /** Starts nothing further and resolves when the running handlers end, or are given up. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#handle);
    const giveUpAll = () => this.#endings.forEach((giveUp) => giveUp());
    const late = setTimeout(giveUpAll, this.#options.stopTimeoutMs ?? STOP_TIMEOUT_MS);
    await this.#polling?.catch(() => {});
    await Promise.all(this.#running.values());
    clearTimeout(late);
  }

  /** Resolves once everything found was started. */
  async #poll(): Promise<void> {
    for (;;) {
      const failures = this.#failures;
      const found = await this.#findDue();
      for (const one of found) {
        while (this.#running.size >= this.#concurrency) await Promise.race(this.#running.values());
        if (this.#stopped) return;
        if (!this.#running.has(one._id)) this.#run(one);
      }
      if (found.length < MAX_DUE_PER_POLL || this.#failures > failures) return;
    }
  }

  async #findDue(): Promise<Pick<StoredDocument, '_id' | 'timer'>[]> {
    const { documents, now } = this.#options;
    const at = now();
    const due = Object.assign({ 'timer.due': { $lte: at } }, unclaimedFilter(at)) as mongo.Filter<StoredDocument>;
    const findOptions = { projection: { timer: 1 }, sort: { 'timer.due': 1 as const }, limit: MAX_DUE_PER_POLL };
    const startedAt = performance.now();
    const found = await documents.internals.collection().find(due, findOptions).toArray();
    this.#readMs.push(performance.now() - startedAt);
    if (this.#readMs.length > SLOW_READS) this.#readMs.shift();
    return found;
  }

  #run(one: Pick<StoredDocument, '_id' | 'timer'>): void {
    const work = this.#claimAndDo(one).finally(() => this.#running.delete(one._id));
    this.#running.set(one._id, work);
  }

  /** Never rejects. */
  async #claimAndDo({ _id, timer }: Pick<StoredDocument, '_id' | 'timer'>): Promise<void> {
    if (!timer) return;
    const { log } = this.#options;
    const failed = (error: unknown) => log?.warn({ event: 'timer-failed', resource: _id, reason: timer.kind, error });
    const isClaimed = await this.#claim(_id, timer).catch((error: unknown) => {
      this.#failures += 1;
      failed(error);
      return false;
    });
    if (isClaimed) await this.#do(_id, timer.kind).catch(failed);
  }

  /** Resolves when the handler ends, or at its deadline. What it does after that is not awaited. */
  async #do(id: string, kind: string): Promise<void> {
    const { due, log, handlerTimeoutMs = HANDLER_TIMEOUT_MS } = this.#options;
    const deadline = new AbortController();
    const ended = Promise.withResolvers<void>();
    const giveUp = () => {
      deadline.abort();
      log?.warn({ event: 'timer-timed-out', resource: id, reason: kind });
      ended.resolve();
    };
    const late = setTimeout(giveUp, handlerTimeoutMs);
    this.#endings.add(giveUp);
    try {
      await Promise.race([due(id, kind, deadline.signal), ended.promise]);
    } finally {
      clearTimeout(late);
      this.#endings.delete(giveUp);
    }
  }

  async #claim(_id: string, { due, kind }: { due: Date; kind: string }): Promise<boolean> {
    const { documents, now, leaseMs = LEASE_MS } = this.#options;
    const at = now();
    const free = Object.assign({ _id, 'timer.due': due, 'timer.kind': kind }, unclaimedFilter(at));
    const claim = { $set: { 'timer.claimedUntil': new Date(at.getTime() + leaseMs) } };
    const { modifiedCount } = await documents.internals
      .collection()
      .updateOne(free as mongo.Filter<StoredDocument>, claim as mongo.UpdateFilter<StoredDocument>);
    return modifiedCount === 1;
  }
}
