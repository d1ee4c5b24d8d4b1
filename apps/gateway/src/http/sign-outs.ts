import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@cups/contracts';
import type { Log, Metrics } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import type { CallContext } from '@cups/rpc';

const CALL_TIMEOUT_MS = 1000;
const MAX_CONCURRENT_CALLS = 8;
const STOP_TIMEOUT_MS = 3000;
const BACKOFF = { initialMs: 500, maxMs: 30_000 };

interface PendingSignOut {
  /** Context with the assertion of the session. */
  context: CallContext;
  /** Afterwards the session has expired anyway, and the report is dropped. */
  expires: Date;
}

export interface SignOutsDeps {
  /** Deletes the session in identity; rejects on failure. */
  deleteSession: (context: CallContext) => Promise<unknown>;
  now: () => Date;
  log: Log;
  metrics: Metrics;
  /** Maximum number of pending sign-outs. Beyond it, the oldest is dropped. @default 10,000 */
  limit?: number;
}

/**
 * Keeps sign-outs that identity has not confirmed, in memory.
 * Retries each with back-off (0.5 to 30 s) until identity confirms it or the session expires.
 */
export function createSignOuts(deps: SignOutsDeps): SignOuts {
  return new SignOuts(deps);
}

export class SignOuts {
  readonly #deps: Required<SignOutsDeps>;
  readonly #pending = new Map<string, PendingSignOut>();
  readonly #droppedCounter: { inc: (count?: number) => void };
  /** Consecutive rounds that left sign-outs pending. */
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #stopDeadline = Infinity;

  constructor(deps: SignOutsDeps) {
    const { metrics } = deps;
    this.#deps = { limit: 10_000, ...deps };
    this.#droppedCounter = metrics.counter(
      'cups_gateway_sign_outs_dropped_total',
      'Sign-outs that identity was not told.',
    );
    metrics.gauge('cups_gateway_sign_outs_pending', 'Sign-outs that identity has not confirmed.', [], (gauge) =>
      gauge.set(this.#pending.size),
    );
  }

  /** Reports a sign-out to identity. Resolves when it is confirmed, or immediately while identity is unavailable. */
  async add(sid: string, signOut: PendingSignOut): Promise<void> {
    this.#dropOldestIfFull();
    this.#pending.set(sid, signOut);
    if (this.#failures === 0 && (await this.#deleteOne(sid, signOut))) return;
    if (this.#failures === 0) {
      this.#failures = 1;
      this.#deps.log.warn({ event: 'sign-outs-delayed', count: this.#pending.size, attempt: 1 });
    }
    this.#scheduleRetry();
  }

  isPending(sid: string): boolean {
    return this.#pending.has(sid);
  }

  /** Reports the pending sign-outs for about 3 s. Counts and logs what remains. */
  async stop(): Promise<void> {
    this.#stopDeadline = Date.now() + STOP_TIMEOUT_MS;
    clearTimeout(this.#timer);
    await this.#round;
    while (this.#pending.size > 0 && Date.now() < this.#stopDeadline) {
      await this.#deleteAll();
      if (this.#pending.size > 0) await pause(200);
    }
    if (this.#pending.size > 0) this.#recordDropped(this.#pending.size, 'STOPPED');
  }

  #dropOldestIfFull(): void {
    if (this.#pending.size < this.#deps.limit) return;
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined && this.#pending.delete(oldest)) this.#recordDropped(1, 'TOO_MANY');
  }

  #recordDropped(count: number, reason: 'TOO_MANY' | 'STOPPED'): void {
    this.#droppedCounter.inc(count);
    this.#deps.log.error({ event: 'sign-outs-dropped', count, reason });
  }

  async #deleteOne(sid: string, { context, expires }: PendingSignOut): Promise<boolean> {
    const callContext = {
      ...context,
      deadline: new Date(Date.now() + CALL_TIMEOUT_MS),
      signal: new AbortController().signal,
    };
    try {
      if (expires > this.#deps.now()) await this.#deps.deleteSession(callContext);
    } catch (error) {
      if (!isProblem(error) || error.reason !== 'SESSION_EXPIRED') {
        // Move it to the end, so that a sign-out that identity rejects does not block the others.
        if (this.#pending.delete(sid)) this.#pending.set(sid, { context, expires });
        return false;
      }
    }
    this.#pending.delete(sid);
    return true;
  }

  /** Reports all pending sign-outs, until identity is unavailable. */
  async #deleteAll(): Promise<void> {
    const { log } = this.#deps;
    const signOuts = [...this.#pending];
    for (let from = 0; from < signOuts.length && Date.now() < this.#stopDeadline; from += MAX_CONCURRENT_CALLS) {
      const batch = signOuts.slice(from, from + MAX_CONCURRENT_CALLS);
      const results = await Promise.all(batch.map(([sid, signOut]) => this.#deleteOne(sid, signOut)));
      if (!results.includes(true)) break;
    }
    if (this.#pending.size > 0) {
      this.#failures += 1;
      log.warn({ event: 'sign-outs-delayed', count: this.#pending.size, attempt: this.#failures });
    } else {
      if (this.#failures > 0) log.info({ event: 'sign-outs-confirmed', attempt: this.#failures });
      this.#failures = 0;
    }
  }

  /** Schedules the next round after the back-off. */
  #scheduleRetry(): void {
    if (this.#timer || this.#stopDeadline < Infinity) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#round = this.#deleteAll().then(() => {
          if (this.#pending.size > 0) this.#scheduleRetry();
        });
      },
      backoffMs(this.#failures, BACKOFF),
    );
  }
}
