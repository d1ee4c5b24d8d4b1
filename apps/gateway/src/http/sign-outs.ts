import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@cups/contracts';
import type { Log, Metrics } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import type { CallContext } from '@cups/rpc';

/** How long identity is waited for, once. */
const CALL_TIMEOUT_MS = 1000;
const MAX_CONCURRENT_CALLS = 8;
const STOP_TIMEOUT_MS = 3000;
const BACKOFF = { initialMs: 500, maxMs: 30_000 };

interface PendingSignOut {
  /** With the assertion of the session. */
  context: CallContext;
  /** From then on the session has ended by itself, and there is nothing to tell. */
  expires: Date;
}

export interface SignOutsDeps {
  /** Tells identity; rejects when it has not heard. */
  deleteSession: (context: CallContext) => Promise<unknown>;
  now: () => Date;
  log: Log;
  metrics: Metrics;
  /** Sign-outs that wait at once; of more, the oldest is given up. @default 10,000 */
  limit?: number;
}

/**
 * Sign-outs that identity has not heard of yet, in memory: told again with back-off (0.5 to 30 s) until it has heard or the
 * session has expired by itself.
 */
export function createSignOuts(deps: SignOutsDeps): SignOuts {
  return new SignOuts(deps);
}

export class SignOuts {
  readonly #deps: Required<SignOutsDeps>;
  readonly #pending = new Map<string, PendingSignOut>();
  readonly #droppedCounter: { inc: (count?: number) => void };
  /** Rounds in a row after which some were still waiting. */
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  /** When a stop has waited long enough. */
  #stopDeadline = Infinity;

  constructor(deps: SignOutsDeps) {
    const { metrics } = deps;
    this.#deps = { limit: 10_000, ...deps };
    this.#droppedCounter = metrics.counter(
      'cups_gateway_sign_outs_forgotten_total',
      'Sign-outs that identity was not told.',
    );
    metrics.gauge('cups_gateway_sign_outs_waiting', 'Sign-outs that identity has not heard of.', [], (gauge) =>
      gauge.set(this.#pending.size),
    );
  }

  /** Tells identity that this session was signed out. Resolves when it has heard; while it is away, without waiting. */
  async add(sid: string, signOut: PendingSignOut): Promise<void> {
    this.#dropOldestIfFull();
    this.#pending.set(sid, signOut);
    if (this.#failures === 0 && (await this.#deleteOne(sid, signOut))) return;
    if (this.#failures === 0) {
      this.#failures = 1;
      this.#deps.log.warn({ event: 'sign-outs-wait', count: this.#pending.size, attempt: 1 });
    }
    this.#scheduleRetry();
  }

  /** Whether identity has not heard of it yet. */
  isPending(sid: string): boolean {
    return this.#pending.has(sid);
  }

  /** Tells what is left, for about 3 s; what identity has not heard then is counted and logged. */
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

  /** Gives up the oldest when there are too many. */
  #dropOldestIfFull(): void {
    if (this.#pending.size < this.#deps.limit) return;
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined && this.#pending.delete(oldest)) this.#recordDropped(1, 'TOO_MANY');
  }

  #recordDropped(count: number, reason: 'TOO_MANY' | 'STOPPED'): void {
    this.#droppedCounter.inc(count);
    this.#deps.log.error({ event: 'sign-outs-forgotten', count, reason });
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
        // To the end of the line, so that one that identity stumbles over does not hold up the others.
        if (this.#pending.delete(sid)) this.#pending.set(sid, { context, expires });
        return false;
      }
    }
    this.#pending.delete(sid);
    return true;
  }

  /** Tells all that wait, until identity is found to be away. */
  async #deleteAll(): Promise<void> {
    const { log } = this.#deps;
    const all = [...this.#pending];
    for (let from = 0; from < all.length && Date.now() < this.#stopDeadline; from += MAX_CONCURRENT_CALLS) {
      const some = all.slice(from, from + MAX_CONCURRENT_CALLS);
      const results = await Promise.all(some.map(([sid, signOut]) => this.#deleteOne(sid, signOut)));
      if (!results.includes(true)) break;
    }
    if (this.#pending.size > 0) {
      this.#failures += 1;
      log.warn({ event: 'sign-outs-wait', count: this.#pending.size, attempt: this.#failures });
    } else {
      if (this.#failures > 0) log.info({ event: 'sign-outs-told', attempt: this.#failures });
      this.#failures = 0;
    }
  }

  /** One round after the back-off, and further ones while some wait. */
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
