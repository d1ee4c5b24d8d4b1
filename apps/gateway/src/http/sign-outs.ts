import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@cups/contracts';
import type { Log, Metrics } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import type { CallContext } from '@cups/rpc';

/** How long identity is waited for, once. */
const TELL_MS = 1000;
const AT_ONCE = 8;
const STOP_MS = 3000;
const AGAIN = { first: 500, most: 30_000 };

interface SignOut {
  /** With the assertion of the session. */
  context: CallContext;
  /** From then on the session has ended by itself, and there is nothing to tell. */
  expires: Date;
}

export interface SignOutsParts {
  /** Tells identity; rejects when it has not heard. */
  tell: (context: CallContext) => Promise<unknown>;
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
export function openSignOuts(parts: SignOutsParts): SignOuts {
  return new SignOuts(parts);
}

export class SignOuts {
  readonly #parts: Required<SignOutsParts>;
  readonly #waiting = new Map<string, SignOut>();
  readonly #forgotten: { inc: (count?: number) => void };
  /** Rounds in a row after which some were still waiting. */
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  /** When a stop has waited long enough. */
  #stopAt = Infinity;

  constructor(parts: SignOutsParts) {
    const { metrics } = parts;
    this.#parts = { limit: 10_000, ...parts };
    this.#forgotten = metrics.counter(
      'cups_gateway_sign_outs_forgotten_total',
      'Sign-outs that identity was not told.',
    );
    metrics.gauge('cups_gateway_sign_outs_waiting', 'Sign-outs that identity has not heard of.', [], (gauge) =>
      gauge.set(this.#waiting.size),
    );
  }

  /** Tells identity that this session was signed out. Resolves when it has heard; while it is away, without waiting. */
  async add(sid: string, signOut: SignOut): Promise<void> {
    this.#makeRoom();
    this.#waiting.set(sid, signOut);
    if (this.#failures === 0 && (await this.#tellOne(sid, signOut))) return;
    if (this.#failures === 0) {
      this.#failures = 1;
      this.#parts.log.warn({ event: 'sign-outs-wait', count: this.#waiting.size, attempt: 1 });
    }
    this.#tellLater();
  }

  /** Whether identity has not heard of it yet. */
  waits(sid: string): boolean {
    return this.#waiting.has(sid);
  }

  /** Tells what is left, for about 3 s; what identity has not heard then is counted and logged. */
  async stop(): Promise<void> {
    this.#stopAt = Date.now() + STOP_MS;
    clearTimeout(this.#timer);
    await this.#round;
    while (this.#waiting.size > 0 && Date.now() < this.#stopAt) {
      await this.#tellAll();
      if (this.#waiting.size > 0) await pause(200);
    }
    if (this.#waiting.size > 0) this.#forget(this.#waiting.size, 'STOPPED');
  }

  /** Gives up the oldest when there are too many. */
  #makeRoom(): void {
    if (this.#waiting.size < this.#parts.limit) return;
    const [oldest] = this.#waiting.keys();
    if (oldest !== undefined && this.#waiting.delete(oldest)) this.#forget(1, 'TOO_MANY');
  }

  #forget(count: number, reason: 'TOO_MANY' | 'STOPPED'): void {
    this.#forgotten.inc(count);
    this.#parts.log.error({ event: 'sign-outs-forgotten', count, reason });
  }

  async #tellOne(sid: string, { context, expires }: SignOut): Promise<boolean> {
    const own = { ...context, deadline: new Date(Date.now() + TELL_MS), signal: new AbortController().signal };
    try {
      if (expires > this.#parts.now()) await this.#parts.tell(own);
    } catch (error) {
      if (!isProblem(error) || error.reason !== 'SESSION_EXPIRED') {
        // To the end of the line, so that one that identity stumbles over does not hold up the others.
        if (this.#waiting.delete(sid)) this.#waiting.set(sid, { context, expires });
        return false;
      }
    }
    this.#waiting.delete(sid);
    return true;
  }

  /** Tells all that wait, until identity is found to be away. */
  async #tellAll(): Promise<void> {
    const { log } = this.#parts;
    const all = [...this.#waiting];
    for (let from = 0; from < all.length && Date.now() < this.#stopAt; from += AT_ONCE) {
      const some = all.slice(from, from + AT_ONCE);
      const heard = await Promise.all(some.map(([sid, signOut]) => this.#tellOne(sid, signOut)));
      if (!heard.includes(true)) break;
    }
    if (this.#waiting.size > 0) {
      this.#failures += 1;
      log.warn({ event: 'sign-outs-wait', count: this.#waiting.size, attempt: this.#failures });
    } else {
      if (this.#failures > 0) log.info({ event: 'sign-outs-told', attempt: this.#failures });
      this.#failures = 0;
    }
  }

  /** One round after the back-off, and further ones while some wait. */
  #tellLater(): void {
    if (this.#timer || this.#stopAt < Infinity) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#round = this.#tellAll().then(() => {
          if (this.#waiting.size > 0) this.#tellLater();
        });
      },
      backoffMs(this.#failures, AGAIN),
    );
  }
}
