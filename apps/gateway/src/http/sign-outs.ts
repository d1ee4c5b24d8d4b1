import { setTimeout as pause } from 'node:timers/promises';
import { isProblem } from '@cups/problem';
import type { Log, Metrics } from '@cups/contracts';
import type { CallContext } from '@cups/rpc';

/** How long identity is waited for, once. */
const TELL_MS = 1000;
const AT_ONCE = 8;
const STOP_MS = 3000;
const backoffMs = (round: number) => Math.min(30_000, 500 * 2 ** round) * (0.75 + Math.random() / 2);

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

export type SignOuts = ReturnType<typeof openSignOuts>;

/**
 * Sign-outs that identity has not heard of yet, in memory: told again with back-off (0.5 to 30 s) until it has heard or the
 * session has expired by itself.
 */
export function openSignOuts({ tell, now, log, metrics, limit = 10_000 }: SignOutsParts) {
  const waiting = new Map<string, SignOut>();
  const forgotten = metrics.counter('cups_gateway_sign_outs_forgotten_total', 'Sign-outs that identity was not told.');
  metrics.gauge('cups_gateway_sign_outs_waiting', 'Sign-outs that identity has not heard of.', [], (gauge) =>
    gauge.set(waiting.size),
  );
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> | undefined;
  /** When a stop has waited long enough. */
  let stopAt = Infinity;

  async function tellOne(sid: string, { context, expires }: SignOut): Promise<boolean> {
    const own = { ...context, deadline: new Date(Date.now() + TELL_MS), signal: new AbortController().signal };
    try {
      if (expires > now()) await tell(own);
    } catch (error) {
      if (!isProblem(error) || error.reason !== 'SESSION_EXPIRED') {
        // To the end of the line, so that one that identity stumbles over does not hold up the others.
        if (waiting.delete(sid)) waiting.set(sid, { context, expires });
        return false;
      }
    }
    waiting.delete(sid);
    return true;
  }

  /** Tells all that wait, until identity is found to be away. */
  async function tellAll(): Promise<void> {
    const all = [...waiting];
    for (let from = 0; from < all.length && Date.now() < stopAt; from += AT_ONCE) {
      const some = all.slice(from, from + AT_ONCE);
      const heard = await Promise.all(some.map(([sid, signOut]) => tellOne(sid, signOut)));
      if (!heard.includes(true)) break;
    }
    if (waiting.size > 0) {
      failures += 1;
      log.warn({ event: 'sign-outs-wait', count: waiting.size, attempt: failures });
    } else {
      if (failures > 0) log.info({ event: 'sign-outs-told', attempt: failures });
      failures = 0;
    }
  }

  function tellLater(): void {
    if (timer || stopAt < Infinity) return;
    timer = setTimeout(() => {
      timer = undefined;
      round = tellAll().then(() => {
        if (waiting.size > 0) tellLater();
      });
    }, backoffMs(failures));
  }

  return {
    /** Tells identity that this session was signed out. Resolves when it has heard; while it is away, without waiting. */
    async add(sid: string, signOut: SignOut): Promise<void> {
      const [oldest] = waiting.size < limit ? [] : waiting.keys();
      if (oldest !== undefined) {
        waiting.delete(oldest);
        forgotten.inc();
        log.error({ event: 'sign-outs-forgotten', count: 1, reason: 'TOO_MANY' });
      }
      waiting.set(sid, signOut);
      if (failures === 0 && (await tellOne(sid, signOut))) return;
      if (failures === 0) {
        failures = 1;
        log.warn({ event: 'sign-outs-wait', count: waiting.size, attempt: 1 });
      }
      tellLater();
    },

    /** Whether identity has not heard of it yet. */
    waits: (sid: string): boolean => waiting.has(sid),

    /** Tells what is left, for about 3 s; what identity has not heard then is counted and logged. */
    async stop(): Promise<void> {
      stopAt = Date.now() + STOP_MS;
      clearTimeout(timer);
      await round;
      while (waiting.size > 0 && Date.now() < stopAt) {
        await tellAll();
        if (waiting.size > 0) await pause(200);
      }
      if (waiting.size === 0) return;
      forgotten.inc(waiting.size);
      log.error({ event: 'sign-outs-forgotten', count: waiting.size, reason: 'STOPPED' });
    },
  };
}
