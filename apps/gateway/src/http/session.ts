import { LRUCache } from 'lru-cache';
import { Problem } from '@cups/problem';
import type { CallContext, Keys, Role, SecretKey, Session } from '@cups/rpc';
import { Checks, HAS_ENDED } from './checks.ts';
import type { ChecksParts } from './checks.ts';
import { sessionCookie } from './cookie.ts';
import type { Held } from './cookie.ts';
import type { SignOuts } from './sign-outs.ts';

/** A cookie says that its owner was seen no more often than this. */
const SEEN_SECONDS = 60;
const MAX_CHANGED = 20_000;
/** Who sees over all centres goes on only while identity says that they may. */
const NEEDS_WORD: readonly Role[] = ['supervisor', 'support'];

export interface SessionParts extends Omit<ChecksParts, 'keys'> {
  keys: Keys;
  /** Those of cookies. */
  cookieKeys: () => readonly SecretKey[];
  signOuts: Pick<SignOuts, 'add' | 'waits'>;
  /** With an https origin the cookie is Secure and carries the __Host- prefix. */
  secure: boolean;
  /** A session of which nobody has asked for anything for so long has ended. */
  idleMs: number;
}

/** A session that counts. */
export interface SignedIn {
  session: Session;
  /** To pass on to the services behind. */
  assertion: string;
  /** Set-Cookie for the answer; undefined where the browser's cookie may stay as it is. */
  renewed: () => string | undefined;
}

export interface Asked {
  /** Whether identity is asked when it is time; signing out needs no word of it. */
  ask: boolean;
  /** Whether it is the page that asks, by itself: it shows nobody at the desk. */
  isBackground: boolean;
}

/** The sessions of browsers: the cookie, its verification by keys, and identity's word on them. */
export class Sessions {
  readonly #parts: SessionParts;
  readonly #cookie: ReturnType<typeof sessionCookie>;
  readonly #checks: Checks;
  /** How often the cookie of a session was changed here by what its owner did; an answer on its way does not undo that. */
  readonly #changed = new LRUCache<string, number>({ max: MAX_CHANGED });

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#cookie = sessionCookie({ secure: parts.secure, keys: parts.cookieKeys });
    this.#checks = new Checks(parts);
  }

  /** Set-Cookie that clears the session. */
  get cleared(): string {
    return this.#cookie.cleared;
  }

  /** Set-Cookie for a session that begins, or goes on elsewhere. */
  begin(sid: string, assertion: string, expires: Date): Promise<string> {
    this.#checks.begin(assertion);
    this.#change(sid);
    return this.#cookie.set({ assertion, seen: this.#seconds() }, expires);
  }

  /** Ends the session, at once in this process, whatever has become of identity; identity is told until it has heard. */
  async end({ sid, expires }: Session, context: CallContext): Promise<void> {
    this.hasEnded(sid);
    await this.#parts.signOuts.add(sid, { context, expires });
  }

  /** From now on a session does not count here: identity has ended it. */
  hasEnded(sid: string): void {
    this.#checks.end(sid);
    this.#change(sid);
  }

  /** The cookie in the header of a request; undefined without one. */
  cookieOf(header: string | undefined): string | undefined {
    return this.#cookie.read(header);
  }

  /**
   * The session of a cookie, as identity knows it by now.
   * @throws Problem UNAUTHENTICATED, SESSION_EXPIRED or SESSION_INVALID; NEIGHBOUR_UNAVAILABLE for who needs identity's word and
   *   cannot have it
   */
  async authenticate(cookie: string | undefined, context: CallContext, asked: Asked): Promise<SignedIn> {
    if (!cookie) throw new Problem({ reason: 'UNAUTHENTICATED', message: 'There is no session.' });
    const held = await this.#cookie.open(cookie);
    this.#mustBeInUse(held);
    const { session, assertion } = await this.#current(held, context, asked);
    this.#mustCount(session);
    if (asked.ask && session.roles.some((role) => NEEDS_WORD.includes(role)) && !this.#checks.isGood(assertion)) {
      const message = 'Whether the roles of the operator still hold cannot be asked now.';
      throw new Problem({ reason: 'NEIGHBOUR_UNAVAILABLE', message });
    }
    const renewed = await this.#renewed(held, { session, assertion }, asked);
    const changed = this.#changed.get(session.sid);
    return { session, assertion, renewed: () => (this.#changed.get(session.sid) === changed ? renewed : undefined) };
  }

  /** When the session ends, unless somebody asks for something before. */
  #idleAt({ seen }: Pick<Held, 'seen'>): Date {
    return new Date(seen * 1000 + this.#parts.idleMs);
  }

  /** @throws Problem SESSION_EXPIRED when nobody has asked for anything for too long */
  #mustBeInUse(held: Held): void {
    if (this.#idleAt(held) >= this.#parts.now()) return;
    const message = 'The session has ended: nobody has worked in it for a while.';
    throw new Problem({ reason: 'SESSION_EXPIRED', message });
  }

  /** The session as the newest assertion says it that is known here, when identity was asked if it was time. */
  async #current({ assertion: held, seen }: Held, context: CallContext, { ask, isBackground }: Asked) {
    const before = this.#checks.newest(held);
    const session = await this.#parts.keys.verifySession(before);
    const idleAt = this.#idleAt({ seen: isBackground ? seen : this.#seconds() });
    const mayAsk = ask && this.#checks.endingOf(session.sid) === undefined;
    if (mayAsk) await this.#checks.ask(before, { sid: session.sid, idleAt }, context);
    const assertion = this.#checks.newest(before);
    if (assertion === before) return { session, assertion };
    return { session: await this.#parts.keys.verifySession(assertion), assertion };
  }

  /** @throws Problem SESSION_EXPIRED when it was ended */
  #mustCount({ sid }: Session): void {
    const message = this.#checks.endingOf(sid) ?? (this.#parts.signOuts.waits(sid) ? HAS_ENDED : undefined);
    if (message !== undefined) throw new Problem({ reason: 'SESSION_EXPIRED', message });
  }

  async #renewed(
    { assertion: before, seen }: Held,
    { session, assertion }: Pick<SignedIn, 'session' | 'assertion'>,
    { isBackground }: Asked,
  ): Promise<string | undefined> {
    const now = this.#seconds();
    const seenNow = isBackground || now - seen < SEEN_SECONDS ? seen : now;
    if (assertion === before && seenNow === seen) return undefined;
    return this.#cookie.set({ assertion, seen: seenNow }, session.expires);
  }

  #change(sid: string): void {
    this.#changed.set(sid, (this.#changed.get(sid) ?? 0) + 1);
  }

  #seconds(): number {
    return Math.floor(this.#parts.now().getTime() / 1000);
  }
}
