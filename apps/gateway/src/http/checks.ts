import { LRUCache } from 'lru-cache';
import { isProblem } from '@cups/problem';
import type { CallContext, Keys } from '@cups/rpc';

/** While identity is away it is asked at most this often about one session. */
const AWAY_MS = 15_000;
const ASK_MS = 1000;
/** Of more sessions the one is forgotten that was not used for the longest time; it is asked about again. */
const MAX_KNOWN = 20_000;
export const HAS_ENDED = 'The session has ended.';

/** What is known of one assertion. */
interface Known {
  askAt: number;
  /** Until then identity's last word holds that it is good. */
  goodUntil: number;
  asking?: Promise<void>;
  /** The assertion that identity gave in its place. */
  next?: string;
}

/** The session that identity is asked about, and when it ends unless somebody asks for something before. */
interface About {
  sid: string;
  idleAt: Date;
}

export interface ChecksParts {
  keys: Pick<Keys, 'verifySession'>;
  /**
   * Asks identity about the session of a context: the assertion answered is one to go on with, or empty where that of the context
   * says all that is so. Rejects with a Problem when the session has ended.
   * @param idleAt when it ends, unless somebody asks for something before
   */
  ask: (context: CallContext, idleAt: Date) => Promise<{ assertion: string }>;
  /** A word of identity holds so long: a suspension, or a change of roles, counts after that while identity is up. */
  everyMs: number;
  now: () => Date;
}

/**
 * Identity's word on sessions, asked for now and then: whether they still count, and what their operators may by now. It is kept by
 * assertion and not by session: a cookie that was set before a change meets the answer to its own assertion, so that it is brought
 * up to date wherever it comes, and one of a centre that the operator has gone to since is left alone.
 */
export class Checks {
  readonly #parts: ChecksParts;
  readonly #known = new LRUCache<string, Known>({ max: MAX_KNOWN });
  /** What to tell whoever comes with a session that has ended. */
  readonly #ended = new LRUCache<string, string>({ max: MAX_KNOWN });

  constructor(parts: ChecksParts) {
    this.#parts = parts;
  }

  /** An assertion that identity signs at this moment needs no further word of it for a while. */
  begin(assertion: string): void {
    const until = this.#now() + this.#parts.everyMs;
    this.#known.set(assertion, { askAt: until, goodUntil: until });
  }

  end(sid: string, message = HAS_ENDED): void {
    this.#ended.set(sid, message);
  }

  /** What to tell whoever comes with this session; undefined while it counts. */
  endingOf(sid: string): string | undefined {
    return this.#ended.get(sid);
  }

  /** The assertion that identity gave in the place of this one, as far as is known here. */
  newest(assertion: string): string {
    const next = this.#known.get(assertion)?.next;
    return next === undefined ? assertion : this.newest(next);
  }

  /** Whether identity's last word on it is not older than such a word holds. */
  isGood(assertion: string): boolean {
    return (this.#known.get(assertion)?.goodUntil ?? 0) > this.#now();
  }

  /** Asks identity when it is time. Resolves whatever the answer is; requests that come together wait for one answer. */
  async ask(assertion: string, about: About, context: CallContext): Promise<void> {
    const known: Known = this.#known.get(assertion) ?? { askAt: 0, goodUntil: 0 };
    this.#known.set(assertion, known);
    if (known.askAt > this.#now()) return;
    await (known.asking ??= this.#check(known, about, { ...context, sessionToken: assertion }));
  }

  #now(): number {
    return this.#parts.now().getTime();
  }

  async #check(known: Known, { sid, idleAt }: About, context: CallContext): Promise<void> {
    const { ask, everyMs } = this.#parts;
    // Of its own, so that the first of several waiting requests may be cancelled without harm to the others.
    const own = { ...context, deadline: new Date(Date.now() + ASK_MS), signal: new AbortController().signal };
    try {
      const { assertion: next } = await ask(own, idleAt);
      if (next) await this.#replace(known, next, sid);
      known.askAt = known.goodUntil = this.#now() + everyMs;
    } catch (error) {
      known.askAt = this.#now() + Math.min(AWAY_MS, everyMs);
      const ending = endingIn(error);
      if (ending !== undefined) this.end(sid, ending);
    } finally {
      delete known.asking;
    }
  }

  /** @throws Problem for an assertion that cannot be verified here yet: it is asked for again */
  async #replace(known: Known, next: string, sid: string): Promise<void> {
    const session = await this.#parts.keys.verifySession(next);
    if (session.sid !== sid) throw new Error('identity answered for another session');
    this.begin(next);
    known.next = next;
  }
}

/**
 * What to tell the owner of a session when identity's answer says that it has ended. A replica that does not know the
 * operator, the centre or the newest key yet says something else, which ends nothing: it is asked again.
 */
function endingIn(error: unknown): string | undefined {
  if (!isProblem(error)) return undefined;
  if (error.reason === 'OPERATOR_SUSPENDED') return 'The session has ended: the operator is suspended.';
  return error.reason === 'SESSION_EXPIRED' ? HAS_ENDED : undefined;
}
