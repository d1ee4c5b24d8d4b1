import type { CallContext, Keys } from '@cups/service';
import { isProblem, Problem } from '@cups/problem';

/** A suspension takes effect within this time while identity is up. */
const CHECK_MS = 120_000;
/** While identity is away it is asked at most this often about one session. */
const AWAY_MS = 15_000;
const ASK_MS = 1000;
const MAX_KNOWN = 20_000;
const ENDING = ['UNAUTHENTICATED', 'SESSION_EXPIRED', 'SESSION_INVALID', 'OPERATOR_SUSPENDED', 'NOT_FOUND'];

interface Known {
  askAt: number;
  /** What to tell, once it has ended. */
  ended?: string;
  asking?: Promise<void>;
}

export interface SessionParts {
  keys: Keys;
  /** Asks identity about the session of a context; rejects with a Problem when it has ended. */
  ask: (context: CallContext) => Promise<unknown>;
  /** With an https origin the cookie is Secure and carries the __Host- prefix. */
  secure: boolean;
  now: () => Date;
}

/** The cookie, its verification by keys, and identity's word on the session, asked for now and then. */
export function openSessions({ keys, ask, secure, now }: SessionParts) {
  const name = secure ? '__Host-cups-session' : 'cups-session';
  const flags = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const known = new Map<string, Known>();

  function remember(sid: string, entry: Known): Known {
    if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value!);
    known.set(sid, entry);
    return entry;
  }

  async function check(entry: Known, context: CallContext): Promise<void> {
    // Of its own, so that the first of several waiting requests may be cancelled without harm to the others.
    const own = { ...context, deadline: new Date(Date.now() + ASK_MS), signal: new AbortController().signal };
    try {
      await ask(own);
      entry.askAt = now().getTime() + CHECK_MS;
    } catch (error) {
      entry.askAt = now().getTime() + AWAY_MS;
      if (!isProblem(error) || !ENDING.includes(error.reason)) return;
      const why = error.reason === 'OPERATOR_SUSPENDED' ? ': the operator is suspended' : '';
      entry.ended = `The session has ended${why}.`;
    } finally {
      delete entry.asking;
    }
  }

  function cookieOf(header = ''): string | undefined {
    const pair = header.split(';').find((part) => part.trimStart().startsWith(`${name}=`));
    return pair?.slice(pair.indexOf('=') + 1).trim() || undefined;
  }

  return {
    /** Set-Cookie that clears the session. */
    cleared: `${name}=; ${flags}; Max-Age=0`,
    /** Set-Cookie for a new session. */
    begin(sid: string, token: string, expires: Date): string {
      remember(sid, { askAt: now().getTime() + CHECK_MS });
      return `${name}=${token}; ${flags}; Expires=${expires.toUTCString()}`;
    },
    /** Marks the session as ended, at once on this replica. */
    end(sid: string): void {
      remember(sid, { askAt: Infinity, ended: 'The session has ended.' });
    },
    cookieOf,
    /** @throws Problem UNAUTHENTICATED, SESSION_EXPIRED or SESSION_INVALID */
    async authenticate(token: string | undefined, context: CallContext) {
      if (!token) throw new Problem({ reason: 'UNAUTHENTICATED', message: 'There is no session.' });
      const session = await keys.verifySession(token);
      const entry = known.get(session.sid) ?? remember(session.sid, { askAt: 0 });
      if (!entry.ended && entry.askAt <= now().getTime()) {
        await (entry.asking ??= check(entry, { ...context, sessionToken: token }));
      }
      if (entry.ended) throw new Problem({ reason: 'SESSION_EXPIRED', message: entry.ended });
      return session;
    },
  };
}

export type Sessions = ReturnType<typeof openSessions>;
