import { LRUCache } from 'lru-cache';
import type { CallContext, Keys, Session } from '@cups/rpc';
import { isProblem, Problem } from '@cups/problem';
import { sessionCookie } from './cookie.ts';
import type { SignOuts } from './sign-outs.ts';

/** A suspension takes effect within this time while identity is up. */
const CHECK_MS = 120_000;
/** While identity is away it is asked at most this often about one session. */
const AWAY_MS = 15_000;
const ASK_MS = 1000;
/** Of more sessions the one is forgotten that was not used for the longest time; it is asked about again. */
const MAX_KNOWN = 20_000;
const HAS_ENDED = 'The session has ended.';

interface Known {
  askAt: number;
  asking?: Promise<void>;
}

export interface SessionParts {
  keys: Keys;
  /** Asks identity about the session of a context; rejects with a Problem when it has ended. */
  ask: (context: CallContext) => Promise<unknown>;
  signOuts: SignOuts;
  /** With an https origin the cookie is Secure and carries the __Host- prefix. */
  secure: boolean;
  now: () => Date;
}

/** The cookie, its verification by keys, and identity's word on the session, asked for now and then. */
export function openSessions({ keys, ask, signOuts, secure, now }: SessionParts) {
  const cookie = sessionCookie(secure);
  const known = new LRUCache<string, Known>({ max: MAX_KNOWN });
  /** What to tell whoever comes with a session that has ended. */
  const ended = new LRUCache<string, string>({ max: MAX_KNOWN });

  async function check(sid: string, entry: Known, context: CallContext): Promise<void> {
    // Of its own, so that the first of several waiting requests may be cancelled without harm to the others.
    const own = { ...context, deadline: new Date(Date.now() + ASK_MS), signal: new AbortController().signal };
    try {
      await ask(own);
      entry.askAt = now().getTime() + CHECK_MS;
    } catch (error) {
      entry.askAt = now().getTime() + AWAY_MS;
      const ending = endingIn(error);
      if (ending !== undefined) ended.set(sid, ending);
    } finally {
      delete entry.asking;
    }
  }

  return {
    /** Set-Cookie that clears the session. */
    cleared: cookie.cleared,
    /** Set-Cookie for a new session. */
    begin(sid: string, token: string, expires: Date): string {
      known.set(sid, { askAt: now().getTime() + CHECK_MS });
      return cookie.set(token, expires);
    },
    /** Ends the session, at once in this process, whatever has become of identity; identity is told until it has heard. */
    async end({ sid, expires }: Session, context: CallContext): Promise<void> {
      ended.set(sid, HAS_ENDED);
      known.delete(sid);
      await signOuts.add(sid, { context, expires });
    },
    /** From now on a session does not count here: identity says that it has ended it. */
    hasEnded(sid: string): void {
      ended.set(sid, HAS_ENDED);
    },
    cookieOf: cookie.read,
    /**
     * @param ask whether identity is asked when it is time; signing out needs no word of it
     * @throws Problem UNAUTHENTICATED, SESSION_EXPIRED or SESSION_INVALID
     */
    async authenticate(token: string | undefined, context: CallContext, { ask }: { ask: boolean }): Promise<Session> {
      if (!token) throw new Problem({ reason: 'UNAUTHENTICATED', message: 'There is no session.' });
      const session = await keys.verifySession(token);
      const { sid } = session;
      const entry: Known = known.get(sid) ?? { askAt: 0 };
      known.set(sid, entry);
      if (ask && !ended.has(sid) && entry.askAt <= now().getTime()) {
        await (entry.asking ??= check(sid, entry, { ...context, sessionToken: token }));
      }
      const message = ended.get(sid) ?? (signOuts.waits(sid) ? HAS_ENDED : undefined);
      if (message !== undefined) throw new Problem({ reason: 'SESSION_EXPIRED', message });
      return session;
    },
  };
}

export type Sessions = ReturnType<typeof openSessions>;

/**
 * What to tell the owner of a session when identity's answer says that it has ended. A replica that does not know the
 * operator, the centre or the newest key yet says something else, which ends nothing: it is asked again.
 */
function endingIn(error: unknown): string | undefined {
  if (!isProblem(error)) return undefined;
  if (error.reason === 'OPERATOR_SUSPENDED') return 'The session has ended: the operator is suspended.';
  return error.reason === 'SESSION_EXPIRED' ? HAS_ENDED : undefined;
}
