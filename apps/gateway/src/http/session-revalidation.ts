import { LRUCache } from 'lru-cache';
import { isProblem } from '@cups/problem';
import type { CallContext, Keys } from '@cups/rpc';

/** While identity is away it is asked at most this often about one session. */
const UNAVAILABLE_RETRY_INTERVAL_MS = 15_000;
const CHECK_TIMEOUT_MS = 1000;
/** Of more sessions the one is forgotten that was not used for the longest time; it is asked about again. */
const MAX_CACHED_SESSIONS = 20_000;
export const SESSION_ENDED_MESSAGE = 'The session has ended.';

/** What is known of one assertion. */
interface CheckedAssertion {
  nextCheckTime: number;
  /** Until then identity's last word holds that it is good. */
  freshUntil: number;
  pendingCheck?: Promise<void>;
  /** The assertion that identity gave in its place. */
  replacement?: string;
}

/** The session that identity is asked about, and when it ends unless somebody asks for something before. */
interface SessionActivity {
  sid: string;
  idleExpireTime: Date;
}

export interface SessionRevalidatorDeps {
  keys: Pick<Keys, 'verifySession'>;
  /**
   * Asks identity about the session of a context: the assertion answered is one to go on with, or empty where that of the context
   * says all that is so. Rejects with a Problem when the session has ended.
   * @param idleAt when it ends, unless somebody asks for something before
   */
  fetchSession: (context: CallContext, idleAt: Date) => Promise<{ assertion: string }>;
  /** A word of identity holds so long: a suspension, or a change of roles, counts after that while identity is up. */
  checkIntervalMs: number;
  now: () => Date;
}

/**
 * Identity's word on sessions, asked for now and then: whether they still count, and what their operators may by now. It is kept by
 * assertion and not by session: a cookie that was set before a change meets the answer to its own assertion, so that it is brought
 * up to date wherever it comes, and one of a centre that the operator has gone to since is left alone.
 */
export class SessionRevalidator {
  readonly #deps: SessionRevalidatorDeps;
  readonly #checkedAssertions = new LRUCache<string, CheckedAssertion>({ max: MAX_CACHED_SESSIONS });
  /** What to tell whoever comes with a session that has ended. */
  readonly #endedMessages = new LRUCache<string, string>({ max: MAX_CACHED_SESSIONS });

  constructor(parts: SessionRevalidatorDeps) {
    this.#deps = parts;
  }

  /** An assertion that identity signs at this moment needs no further word of it for a while. */
  markFresh(assertion: string): void {
    const until = this.#now() + this.#deps.checkIntervalMs;
    this.#checkedAssertions.set(assertion, { nextCheckTime: until, freshUntil: until });
  }

  markEnded(sid: string, message = SESSION_ENDED_MESSAGE): void {
    this.#endedMessages.set(sid, message);
  }

  /** What to tell whoever comes with this session; undefined while it counts. */
  getEndedMessage(sid: string): string | undefined {
    return this.#endedMessages.get(sid);
  }

  /** The assertion that identity gave in the place of this one, as far as is known here. */
  resolveLatest(assertion: string): string {
    const next = this.#checkedAssertions.get(assertion)?.replacement;
    return next === undefined ? assertion : this.resolveLatest(next);
  }

  /** Whether identity's last word on it is not older than such a word holds. */
  isFresh(assertion: string): boolean {
    return (this.#checkedAssertions.get(assertion)?.freshUntil ?? 0) > this.#now();
  }

  /** Asks identity when it is time. Resolves whatever the answer is; requests that come together wait for one answer. */
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
    // Of its own, so that the first of several waiting requests may be cancelled without harm to the others.
    const own = { ...context, deadline: new Date(Date.now() + CHECK_TIMEOUT_MS), signal: new AbortController().signal };
    try {
      const { assertion: next } = await fetchSession(own, idleAt);
      if (next) await this.#replace(checked, next, sid);
      checked.nextCheckTime = checked.freshUntil = this.#now() + checkIntervalMs;
    } catch (error) {
      checked.nextCheckTime = this.#now() + Math.min(UNAVAILABLE_RETRY_INTERVAL_MS, checkIntervalMs);
      const endedMessage = endedMessageFor(error);
      if (endedMessage !== undefined) this.markEnded(sid, endedMessage);
    } finally {
      delete checked.pendingCheck;
    }
  }

  /** @throws Problem for an assertion that cannot be verified here yet: it is asked for again */
  async #replace(checked: CheckedAssertion, next: string, sid: string): Promise<void> {
    const session = await this.#deps.keys.verifySession(next);
    if (session.sid !== sid) throw new Error('identity answered for another session');
    this.markFresh(next);
    checked.replacement = next;
  }
}

/**
 * What to tell the owner of a session when identity's answer says that it has ended. A replica that does not know the
 * operator, the centre or the newest key yet says something else, which ends nothing: it is asked again.
 */
function endedMessageFor(error: unknown): string | undefined {
  if (!isProblem(error)) return undefined;
  if (error.reason === 'OPERATOR_SUSPENDED') return 'The session has ended: the operator is suspended.';
  return error.reason === 'SESSION_EXPIRED' ? SESSION_ENDED_MESSAGE : undefined;
}
