import type { CallContext, Keys, Session } from '@cups/service';
import { isProblem, Problem } from '@cups/problem';

/** The cookie, its verification by keys, and identity's word on the session, asked for now and then. */
export interface Sessions {
  /** @throws Problem UNAUTHENTICATED, SESSION_EXPIRED or SESSION_INVALID */
  authenticate(cookieHeader: string | undefined, context: CallContext): Promise<{ session: Session; token: string }>;
  /** Set-Cookie for a new session. */
  begin(sid: string, token: string, expires: Date): string;
  /** Marks the session as ended, at once on this replica. */
  end(sid: string): void;
  /** Set-Cookie that clears it. */
  cleared: string;
  /** Whether the request carries the cookie at all. */
  present(cookieHeader: string | undefined): boolean;
}

/** A suspension takes effect within this time while identity is up. */
const CHECK_MS = 120_000;
/** While identity is away it is asked at most this often about one session. */
const AWAY_MS = 15_000;
const ASK_MS = 1000;
const MAX_KNOWN = 20_000;
const ENDING = ['UNAUTHENTICATED', 'SESSION_EXPIRED', 'SESSION_INVALID', 'OPERATOR_SUSPENDED', 'NOT_FOUND'];

interface Known {
  askAt: number;
  ended?: string;
  asking?: Promise<void>;
}

/** @param ask asks identity about the session of a context; it rejects with a Problem when the session has ended */
export function openSessions(options: {
  keys: Keys;
  ask: (context: CallContext) => Promise<unknown>;
  /** With an https origin the cookie is Secure and carries the __Host- prefix. */
  secure: boolean;
  now: () => Date;
}): Sessions {
  const { keys, ask, secure, now } = options;
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
      if (isProblem(error) && ENDING.includes(error.reason)) {
        const suspended = error.reason === 'OPERATOR_SUSPENDED';
        entry.ended = suspended ? 'The operator is suspended; the session has ended.' : 'The session has ended.';
      }
      entry.askAt = now().getTime() + AWAY_MS;
    } finally {
      delete entry.asking;
    }
  }

  return {
    cleared: `${name}=; ${flags}; Max-Age=0`,
    present: (header) => cookieOf(header, name) !== undefined,
    begin(sid, token, expires) {
      remember(sid, { askAt: now().getTime() + CHECK_MS });
      return `${name}=${token}; ${flags}; Expires=${expires.toUTCString()}`;
    },
    end(sid) {
      remember(sid, { askAt: Infinity, ended: 'The session has ended.' });
    },
    async authenticate(header, context) {
      const token = cookieOf(header, name);
      if (!token) throw new Problem({ reason: 'UNAUTHENTICATED', message: 'There is no session.' });
      const session = await keys.verifySession(token);
      const entry = known.get(session.sid) ?? remember(session.sid, { askAt: 0 });
      if (!entry.ended && entry.askAt <= now().getTime()) {
        await (entry.asking ??= check(entry, { ...context, sessionToken: token }));
      }
      if (entry.ended) throw new Problem({ reason: 'SESSION_EXPIRED', message: entry.ended });
      return { session, token };
    },
  };
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || undefined;
  }
  return undefined;
}
