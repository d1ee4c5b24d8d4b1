import { LRUCache } from 'lru-cache';
import { isProblem } from '@cups/problem';
import type { CallContext, Keys } from '@cups/rpc';

/** Minimum interval of calls about one session while identity is unavailable. */
const UNAVAILABLE_RETRY_INTERVAL_MS = 15_000;
const CHECK_TIMEOUT_MS = 1000;
/** The cache evicts the least recently used session, which is checked again when needed. */
const MAX_CACHED_SESSIONS = 20_000;
/** What the owner of an ended session receives. */
export interface SessionEnd {
  reason: 'SESSION_EXPIRED' | 'OPERATOR_SUSPENDED';
  message: string;
}

export const SESSION_ENDED: SessionEnd = { reason: 'SESSION_EXPIRED', message: 'The session has ended.' };

interface CheckedAssertion {
  nextCheckTime: number;
  /** Time until which identity's last response is valid. */
  freshUntil: number;
  pendingCheck?: Promise<void>;
  /** Assertion that identity issued instead. */
  replacement?: string;
}

/** The session, and when it ends without further user activity. */
interface SessionActivity {
  sid: string;
  idleExpireTime: Date;
}

export interface SessionRevalidatorDeps {
  keys: Pick<Keys, 'verifySession'>;
  /**
   * Fetches the session of a context. The assertion in the response is empty when the current one is up to date.
   * Rejects with a Problem when the session has ended.
   * @param idleAt when the session ends without further user activity
   */
  fetchSession: (context: CallContext, idleAt: Date) => Promise<{ assertion: string }>;
  /** How long identity's response is valid. Suspensions and role changes apply after this time. */
  checkIntervalMs: number;
  now: () => Date;
}

/**
 * Asks identity at intervals whether sessions are still valid and which roles they have.
 * Results are cached by assertion, not by session. So an old cookie gets the update of its own assertion, and a
 * cookie of another centre stays unchanged.
 */
export class SessionRevalidator {
  readonly #deps: SessionRevalidatorDeps;
  readonly #checkedAssertions = new LRUCache<string, CheckedAssertion>({ max: MAX_CACHED_SESSIONS });
  readonly #ended = new LRUCache<string, SessionEnd>({ max: MAX_CACHED_SESSIONS });

  constructor(deps: SessionRevalidatorDeps) {
    this.#deps = deps;
  }

  /** Marks an assertion that identity has just signed as checked. */
  markFresh(assertion: string): void {
    const until = this.#now() + this.#deps.checkIntervalMs;
    this.#checkedAssertions.set(assertion, { nextCheckTime: until, freshUntil: until });
  }

  markEnded(sid: string, end = SESSION_ENDED): void {
    this.#ended.set(sid, end);
  }

  /** Returns why a session has ended; undefined while it is valid. */
  getEnd(sid: string): SessionEnd | undefined {
    return this.#ended.get(sid);
  }

  /** Returns the newest assertion known here that replaces this one. */
  resolveLatest(assertion: string): string {
    const next = this.#checkedAssertions.get(assertion)?.replacement;
    return next === undefined ? assertion : this.resolveLatest(next);
  }

  isFresh(assertion: string): boolean {
    return (this.#checkedAssertions.get(assertion)?.freshUntil ?? 0) > this.#now();
  }

  /** Asks identity when the last response has expired. Never rejects; concurrent requests share one call. */
  async revalidate(assertion: string, session: SessionActivity, context: CallContext): Promise<void> {
    const checked: CheckedAssertion = this.#checkedAssertions.get(assertion) ?? { nextCheckTime: 0, freshUntil: 0 };
    this.#checkedAssertions.set(assertion, checked);
    if (checked.nextCheckTime > this.#now()) return;
    await (checked.pendingCheck ??= this.#check(checked, session, { ...context, sessionToken: assertion }));
  }

  #now(): number {
    return this.#deps.now().getTime();
  }

  async #check(
    checked: CheckedAssertion,
    { sid, idleExpireTime: idleAt }: SessionActivity,
    context: CallContext,
  ): Promise<void> {
    const { fetchSession, checkIntervalMs } = this.#deps;
    // A separate context, so that cancelling the first waiting request does not affect the others.
    const callContext = {
      ...context,
      deadline: new Date(Date.now() + CHECK_TIMEOUT_MS),
      signal: new AbortController().signal,
    };
    try {
      const { assertion: next } = await fetchSession(callContext, idleAt);
      if (next) await this.#replace(checked, next, sid);
      checked.nextCheckTime = checked.freshUntil = this.#now() + checkIntervalMs;
    } catch (error) {
      checked.nextCheckTime = this.#now() + Math.min(UNAVAILABLE_RETRY_INTERVAL_MS, checkIntervalMs);
      const end = endOf(error);
      if (end) this.markEnded(sid, end);
    } finally {
      delete checked.pendingCheck;
    }
  }

  /** @throws Problem for an assertion that cannot be verified here yet; it is fetched again */
  async #replace(checked: CheckedAssertion, next: string, sid: string): Promise<void> {
    const session = await this.#deps.keys.verifySession(next);
    if (session.sid !== sid) throw new Error('identity returned another session');
    this.markFresh(next);
    checked.replacement = next;
  }
}

/**
 * Returns the end of the session if identity's error means that it has ended. A desk destroys its local data after a
 * suspension, so it must learn of it.
 * A replica that lags behind with operators, centres or keys returns another error, and the call is repeated.
 */
function endOf(error: unknown): SessionEnd | undefined {
  if (!isProblem(error)) return undefined;
  const { reason } = error;
  if (reason === 'OPERATOR_SUSPENDED') return { reason, message: 'The session has ended: the operator is suspended.' };
  return reason === 'SESSION_EXPIRED' ? SESSION_ENDED : undefined;
}
