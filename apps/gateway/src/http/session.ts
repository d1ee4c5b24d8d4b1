import { LRUCache } from 'lru-cache';
import { Problem } from '@cups/problem';
import type { CallContext, Keys, Role, SecretKey, Session } from '@cups/rpc';
import { SessionRevalidator, SESSION_ENDED_MESSAGE } from './session-revalidation.ts';
import type { SessionRevalidatorDeps } from './session-revalidation.ts';
import { createSessionCookie } from './session-cookie.ts';
import type { CookiePayload } from './session-cookie.ts';
import type { SignOuts } from './sign-outs.ts';

/** A cookie says that its owner was seen no more often than this. */
const ACTIVITY_INTERVAL_SECONDS = 60;
const MAX_TRACKED_SESSIONS = 20_000;
/** Who sees over all centres goes on only while identity says that they may. */
const REVALIDATED_ROLES: readonly Role[] = ['supervisor', 'support'];

export interface SessionDeps extends Omit<SessionRevalidatorDeps, 'keys'> {
  keys: Keys;
  /** Those of cookies. */
  cookieKeys: () => readonly SecretKey[];
  signOuts: Pick<SignOuts, 'add' | 'isPending'>;
  /** With an https origin the cookie is Secure and carries the __Host- prefix. */
  secure: boolean;
  /** A session of which nobody has asked for anything for so long has ended. */
  idleMs: number;
}

/** A session that counts. */
export interface AuthenticatedSession {
  session: Session;
  /** To pass on to the services behind. */
  assertion: string;
  /** Set-Cookie for the answer; undefined where the browser's cookie may stay as it is. */
  renewedCookie: () => string | undefined;
}

export interface AuthenticateOptions {
  /** Whether identity is asked when it is time; signing out needs no word of it. */
  canRevalidate: boolean;
  /** Whether it is the page that asks, by itself: it shows nobody at the desk. */
  isBackground: boolean;
}

/** The sessions of browsers: the cookie, its verification by keys, and identity's word on them. */
export class Sessions {
  readonly #deps: SessionDeps;
  readonly #cookie: ReturnType<typeof createSessionCookie>;
  readonly #revalidator: SessionRevalidator;
  /** How often the cookie of a session was changed here by what its owner did; an answer on its way does not undo that. */
  readonly #changeCounts = new LRUCache<string, number>({ max: MAX_TRACKED_SESSIONS });

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.#cookie = createSessionCookie({ secure: deps.secure, keys: deps.cookieKeys });
    this.#revalidator = new SessionRevalidator(deps);
  }

  /** Set-Cookie that clears the session. */
  get clearHeader(): string {
    return this.#cookie.clearHeader;
  }

  /** Set-Cookie for a session that begins, or goes on elsewhere. */
  begin(sid: string, assertion: string, expires: Date): Promise<string> {
    this.#revalidator.markFresh(assertion);
    this.#recordChange(sid);
    return this.#cookie.set({ assertion, seen: this.#nowSeconds() }, expires);
  }

  /** Ends the session, at once in this process, whatever has become of identity; identity is told until it has heard. */
  async end({ sid, expires }: Session, context: CallContext): Promise<void> {
    this.markEnded(sid);
    await this.#deps.signOuts.add(sid, { context, expires });
  }

  /** From now on a session does not count here: identity has ended it. */
  markEnded(sid: string): void {
    this.#revalidator.markEnded(sid);
    this.#recordChange(sid);
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
  async authenticate(
    cookie: string | undefined,
    context: CallContext,
    options: AuthenticateOptions,
  ): Promise<AuthenticatedSession> {
    if (!cookie) throw new Problem({ reason: 'UNAUTHENTICATED', message: 'There is no session.' });
    const payload = await this.#cookie.open(cookie);
    this.#assertNotIdle(payload);
    const { session, assertion } = await this.#resolveCurrent(payload, context, options);
    this.#assertNotEnded(session);
    if (
      options.canRevalidate &&
      session.roles.some((role) => REVALIDATED_ROLES.includes(role)) &&
      !this.#revalidator.isFresh(assertion)
    ) {
      const message = 'Whether the roles of the operator still hold cannot be asked now.';
      throw new Problem({ reason: 'NEIGHBOUR_UNAVAILABLE', message });
    }
    const renewed = await this.#renewCookie(payload, { session, assertion }, options);
    const changed = this.#changeCounts.get(session.sid);
    return {
      session,
      assertion,
      renewedCookie: () => (this.#changeCounts.get(session.sid) === changed ? renewed : undefined),
    };
  }

  /** When the session ends, unless somebody asks for something before. */
  #idleExpireTime({ seen }: Pick<CookiePayload, 'seen'>): Date {
    return new Date(seen * 1000 + this.#deps.idleMs);
  }

  /** @throws Problem SESSION_EXPIRED when nobody has asked for anything for too long */
  #assertNotIdle(payload: CookiePayload): void {
    if (this.#idleExpireTime(payload) >= this.#deps.now()) return;
    const message = 'The session has ended: nobody has worked in it for a while.';
    throw new Problem({ reason: 'SESSION_EXPIRED', message });
  }

  /** The session as the newest assertion says it that is known here, when identity was asked if it was time. */
  async #resolveCurrent(
    { assertion: held, seen }: CookiePayload,
    context: CallContext,
    { canRevalidate, isBackground }: AuthenticateOptions,
  ) {
    const previous = this.#revalidator.resolveLatest(held);
    const session = await this.#deps.keys.verifySession(previous);
    const idleExpireTime = this.#idleExpireTime({ seen: isBackground ? seen : this.#nowSeconds() });
    const shouldRevalidate = canRevalidate && this.#revalidator.getEndedMessage(session.sid) === undefined;
    if (shouldRevalidate) await this.#revalidator.revalidate(previous, { sid: session.sid, idleExpireTime }, context);
    const assertion = this.#revalidator.resolveLatest(previous);
    if (assertion === previous) return { session, assertion };
    return { session: await this.#deps.keys.verifySession(assertion), assertion };
  }

  /** @throws Problem SESSION_EXPIRED when it was ended */
  #assertNotEnded({ sid }: Session): void {
    const message =
      this.#revalidator.getEndedMessage(sid) ??
      (this.#deps.signOuts.isPending(sid) ? SESSION_ENDED_MESSAGE : undefined);
    if (message !== undefined) throw new Problem({ reason: 'SESSION_EXPIRED', message });
  }

  async #renewCookie(
    { assertion: before, seen }: CookiePayload,
    { session, assertion }: Pick<AuthenticatedSession, 'session' | 'assertion'>,
    { isBackground }: AuthenticateOptions,
  ): Promise<string | undefined> {
    const now = this.#nowSeconds();
    const seenNow = isBackground || now - seen < ACTIVITY_INTERVAL_SECONDS ? seen : now;
    if (assertion === before && seenNow === seen) return undefined;
    return this.#cookie.set({ assertion, seen: seenNow }, session.expires);
  }

  #recordChange(sid: string): void {
    this.#changeCounts.set(sid, (this.#changeCounts.get(sid) ?? 0) + 1);
  }

  #nowSeconds(): number {
    return Math.floor(this.#deps.now().getTime() / 1000);
  }
}
