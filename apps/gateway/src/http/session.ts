import { LRUCache } from 'lru-cache';
import { Problem } from '@cups/problem';
import type { CallContext, Keys, Role, SecretKey, Session } from '@cups/rpc';
import { SessionRevalidator, SESSION_ENDED } from './session-revalidation.ts';
import type { SessionRevalidatorDeps } from './session-revalidation.ts';
import { createSessionCookie, hashSessionKey } from './session-cookie.ts';
import type { CookiePayload } from './session-cookie.ts';
import type { SignOuts } from './sign-outs.ts';

/** Minimum interval between updates of the activity time in a cookie. */
const ACTIVITY_INTERVAL_SECONDS = 60;
const MAX_TRACKED_SESSIONS = 20_000;
/** Roles with access to all centres need a current response of identity. */
const REVALIDATED_ROLES: readonly Role[] = ['supervisor', 'support'];

export interface SessionDeps extends Omit<SessionRevalidatorDeps, 'keys'> {
  keys: Keys;
  /** Keys of session cookies. */
  cookieKeys: () => readonly SecretKey[];
  signOuts: Pick<SignOuts, 'add' | 'isPending'>;
  /** Whether the origin is https; the cookie is then Secure and has the __Host- prefix. */
  secure: boolean;
  /** A session ends after this time without user activity. */
  idleMs: number;
}

export interface AuthenticatedSession {
  session: Session;
  /** To forward to upstream services. */
  assertion: string;
  /** Returns Set-Cookie for the response, or undefined when the cookie is up to date. */
  renewedCookie: () => string | undefined;
}

export interface AuthenticateOptions {
  /** Whether the request ends the session. It does so without identity, and without the key of the page. */
  endsSession: boolean;
  /** The key of the page, from the request. */
  sessionKey: string | undefined;
  /** Whether the page sent the request without user activity. */
  isBackground: boolean;
}

/** Browser sessions: the cookie, its verification, and revalidation by identity. */
export class Sessions {
  readonly #deps: SessionDeps;
  readonly #cookie: ReturnType<typeof createSessionCookie>;
  readonly #revalidator: SessionRevalidator;
  /** Changes of each session's cookie by its owner. A response under way must not undo them. */
  readonly #changeCounts = new LRUCache<string, number>({ max: MAX_TRACKED_SESSIONS });

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.#cookie = createSessionCookie({ secure: deps.secure, keys: deps.cookieKeys });
    this.#revalidator = new SessionRevalidator(deps);
  }

  get clearHeader(): string {
    return this.#cookie.clearHeader;
  }

  /** Returns Set-Cookie for a new session, or one that switched its centre. @param sessionKey key of the page */
  begin(
    { sid, expires }: Pick<Session, 'sid' | 'expires'>,
    assertion: string,
    sessionKey?: string | undefined,
  ): Promise<string> {
    this.#revalidator.markFresh(assertion);
    this.#recordChange(sid);
    return this.#cookie.set({ assertion, seen: this.#nowSeconds(), keyHash: hashSessionKey(sessionKey) }, expires);
  }

  /** Ends the session immediately in this process. Reports it to identity, with retries. */
  async end({ sid, expires }: Session, context: CallContext): Promise<void> {
    this.markEnded(sid);
    await this.#deps.signOuts.add(sid, { context, expires });
  }

  /** Marks a session that identity has ended. */
  markEnded(sid: string): void {
    this.#revalidator.markEnded(sid);
    this.#recordChange(sid);
  }

  /** Returns the session cookie of a Cookie header, or undefined. */
  cookieOf(header: string | undefined): string | undefined {
    return this.#cookie.read(header);
  }

  /**
   * Returns the session of a cookie, as identity last reported it.
   * @throws Problem UNAUTHENTICATED, SESSION_EXPIRED, SESSION_INVALID or SESSION_KEY_REQUIRED; UPSTREAM_UNAVAILABLE
   *   when identity must confirm the session and is unavailable
   */
  async authenticate(
    cookie: string | undefined,
    context: CallContext,
    options: AuthenticateOptions,
  ): Promise<AuthenticatedSession> {
    if (!cookie) throw new Problem({ reason: 'UNAUTHENTICATED', message: 'The request has no session.' });
    const payload = await this.#cookie.open(cookie);
    this.#assertNotIdle(payload);
    assertHasKey(payload, options);
    const { session, assertion } = await this.#resolveCurrent(payload, context, options);
    this.#assertNotEnded(session);
    if (
      !options.endsSession &&
      session.roles.some((role) => REVALIDATED_ROLES.includes(role)) &&
      !this.#revalidator.isFresh(assertion)
    ) {
      const message = "The operator's roles cannot be verified because identity is unavailable.";
      throw new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message });
    }
    const renewed = await this.#renewCookie(payload, { session, assertion }, options);
    const changeCount = this.#changeCounts.get(session.sid);
    return {
      session,
      assertion,
      renewedCookie: () => (this.#changeCounts.get(session.sid) === changeCount ? renewed : undefined),
    };
  }

  /** Returns when the session ends without further user activity. */
  #idleExpireTime({ seen }: Pick<CookiePayload, 'seen'>): Date {
    return new Date(seen * 1000 + this.#deps.idleMs);
  }

  /** @throws Problem SESSION_EXPIRED after too long without user activity */
  #assertNotIdle(payload: CookiePayload): void {
    if (this.#idleExpireTime(payload) >= this.#deps.now()) return;
    const message = 'The session has ended because it was idle.';
    throw new Problem({ reason: 'SESSION_EXPIRED', message });
  }

  /** Returns the session of the newest known assertion, revalidated when due. */
  async #resolveCurrent(
    { assertion: storedAssertion, seen }: CookiePayload,
    context: CallContext,
    { endsSession, isBackground }: AuthenticateOptions,
  ) {
    const previous = this.#revalidator.resolveLatest(storedAssertion);
    const session = await this.#deps.keys.verifySession(previous);
    const idleExpireTime = this.#idleExpireTime({ seen: isBackground ? seen : this.#nowSeconds() });
    const shouldRevalidate = !endsSession && this.#revalidator.getEnd(session.sid) === undefined;
    if (shouldRevalidate) await this.#revalidator.revalidate(previous, { sid: session.sid, idleExpireTime }, context);
    const assertion = this.#revalidator.resolveLatest(previous);
    if (assertion === previous) return { session, assertion };
    return { session: await this.#deps.keys.verifySession(assertion), assertion };
  }

  /** @throws Problem SESSION_EXPIRED or OPERATOR_SUSPENDED for an ended session */
  #assertNotEnded({ sid }: Session): void {
    const end = this.#revalidator.getEnd(sid) ?? (this.#deps.signOuts.isPending(sid) ? SESSION_ENDED : undefined);
    if (end) throw new Problem({ ...end });
  }

  async #renewCookie(
    { assertion: before, seen, keyHash: keyHashBefore }: CookiePayload,
    { session, assertion }: Pick<AuthenticatedSession, 'session' | 'assertion'>,
    { isBackground, sessionKey }: AuthenticateOptions,
  ): Promise<string | undefined> {
    const now = this.#nowSeconds();
    const seenNow = isBackground || now - seen < ACTIVITY_INTERVAL_SECONDS ? seen : now;
    // A provider returns the browser without a key: the first request of its page binds the session.
    const keyHash = keyHashBefore ?? hashSessionKey(sessionKey);
    if (assertion === before && seenNow === seen && keyHash === keyHashBefore) return undefined;
    return this.#cookie.set({ assertion, seen: seenNow, keyHash }, session.expires);
  }

  #recordChange(sid: string): void {
    this.#changeCounts.set(sid, (this.#changeCounts.get(sid) ?? 0) + 1);
  }

  #nowSeconds(): number {
    return Math.floor(this.#deps.now().getTime() / 1000);
  }
}

/**
 * A locked page has destroyed its key, perhaps while it was unable to end the session: the cookie alone is worthless.
 * @throws Problem SESSION_KEY_REQUIRED
 */
function assertHasKey({ keyHash }: CookiePayload, { endsSession, sessionKey }: AuthenticateOptions): void {
  if (endsSession || keyHash === undefined || keyHash === hashSessionKey(sessionKey)) return;
  throw new Problem({ reason: 'SESSION_KEY_REQUIRED', message: 'The request does not have the key of the session.' });
}
