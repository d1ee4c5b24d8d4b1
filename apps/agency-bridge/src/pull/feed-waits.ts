import type { Counter, Gauge, Metrics } from '@cups/contracts';
import { startPeriodic } from '@cups/process';
import type { AgencyFeeds } from './feed.ts';

/** Reads of feeds that wait for a new message: the long polls of the pull API. */

/** Interval of the lookups that find what another replica has added. */
const LOOKUP_MS = 1_000;
/** A lookup that takes longer has lost its store: the next one tries again. */
const LOOKUP_MAX_MS = 10_000;
/** A system needs one. The others are those whose connection broke and that were not noticed yet. */
const MAX_PER_AGENCY = 4;
/** A waiting read costs a timer, an open call and a share of a lookup each second. */
const MAX_TOTAL = 200;

/** Why a wait ended. A wait beyond a limit, or during the shutdown, ends before it starts. */
type Outcome = 'added' | 'timeout' | 'cancelled' | 'limit' | 'stopped';

interface Waiter {
  after: number;
  end: (outcome: Outcome) => void;
}

export interface FeedWaitsOptions {
  feeds: Pick<AgencyFeeds, 'newest'>;
  metrics: Metrics;
  /** Interval of the lookups, ms. @default 1 second */
  everyMs?: number;
}

/**
 * Waits until a feed has an entry after a position. An entry of this process ends a wait immediately, one of another replica
 * within a second: each second, one lookup for all waits of an agency.
 */
export class FeedWaits {
  readonly #feeds: FeedWaitsOptions['feeds'];
  readonly #waiting: Gauge<'agency'>;
  readonly #ended: Counter<'outcome'>;
  readonly #waiters = new Map<string, Set<Waiter>>();
  readonly #stopLookups: () => Promise<void>;
  #isStopped = false;

  constructor({ feeds, metrics, everyMs = LOOKUP_MS }: FeedWaitsOptions) {
    this.#feeds = feeds;
    this.#waiting = metrics.gauge('agency_feed_waits', 'Reads of a feed that wait for a message.', ['agency']);
    const meaning = 'Waits of reads for a message that have ended, by outcome.';
    this.#ended = metrics.counter('agency_feed_waits_ended_total', meaning, ['outcome']);
    const work = async () => {
      for (const agency of [...this.#waiters.keys()]) await this.#lookUp(agency);
    };
    // While the store is unavailable, waits end by time, and the read that follows reports the failure.
    this.#stopLookups = startPeriodic({ firstMs: everyMs, everyMs, work, maxMs: LOOKUP_MAX_MS, onFailure: () => {} });
  }

  /**
   * Resolves when an entry follows the position, after `maxMs`, when the signal aborts, or when the process stops. Resolves
   * immediately if too many reads wait already. The caller reads the feed to see which it was.
   */
  async untilAdded(
    agency: string,
    after: number,
    { maxMs, signal }: { maxMs: number; signal: AbortSignal },
  ): Promise<void> {
    const refusal = this.#refusalOf(agency, signal);
    if (refusal) return this.#ended.inc({ outcome: refusal });
    const { promise: ended, resolve: end } = Promise.withResolvers<Outcome>();
    const waiter = { after, end };
    const timer = setTimeout(end, maxMs, 'timeout');
    const cancel = () => end('cancelled');
    signal.addEventListener('abort', cancel, { once: true });
    this.#add(agency, waiter);
    // Something may have been added since the caller read the feed.
    this.wake([agency]);
    const outcome = await ended;
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
    this.#remove(agency, waiter);
    this.#ended.inc({ outcome });
  }

  /** Looks for entries that end waits of these agencies. */
  wake(agencies: readonly string[]): void {
    // The next lookup repeats one that fails.
    for (const agency of agencies) if (this.#waiters.has(agency)) this.#lookUp(agency).catch(() => {});
  }

  /** Ends all waits, and lets none start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const waiters of this.#waiters.values()) for (const { end } of waiters) end('stopped');
    await this.#stopLookups();
  }

  #refusalOf(agency: string, signal: AbortSignal): Outcome | undefined {
    if (this.#isStopped) return 'stopped';
    if (signal.aborted) return 'cancelled';
    const total = [...this.#waiters.values()].reduce((sum, { size }) => sum + size, 0);
    const isFull = (this.#waiters.get(agency)?.size ?? 0) >= MAX_PER_AGENCY || total >= MAX_TOTAL;
    return isFull ? 'limit' : undefined;
  }

  async #lookUp(agency: string): Promise<void> {
    const newest = await this.#feeds.newest(agency);
    for (const { after, end } of this.#waiters.get(agency) ?? []) if (after < newest) end('added');
  }

  #add(agency: string, waiter: Waiter): void {
    const own = this.#waiters.get(agency) ?? new Set();
    this.#waiters.set(agency, own.add(waiter));
    this.#waiting.set({ agency }, own.size);
  }

  #remove(agency: string, waiter: Waiter): void {
    const own = this.#waiters.get(agency)!;
    own.delete(waiter);
    if (own.size === 0) this.#waiters.delete(agency);
    this.#waiting.set({ agency }, own.size);
  }
}
