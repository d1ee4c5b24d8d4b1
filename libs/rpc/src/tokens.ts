import { sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Log, Metrics } from '@cups/contracts';
import { Problem } from '@cups/problem';
import { JWTExpired } from 'jose/errors';
import type { JWTPayload } from 'jose';
import type { ServiceName, Session } from './context.ts';
import { OFFLINE_GRANT_RULE, parseGrant, toGrantClaims } from './offline-grant.ts';
import type { OfflineGrant } from './offline-grant.ts';
import { watchKeys } from './key-files.ts';
import type { KeyFiles } from './key-files.ts';
import { assertSessionOwner, toClaims, parseSession } from './session-claims.ts';
import { createClockSkewMonitor } from './clock-skew.ts';
import type { ClockSkewMonitor } from './clock-skew.ts';
import { VerifiedTokens } from './verified-tokens.ts';
import type { TokenTimes } from './verified-tokens.ts';
import { TokenNotYetValidError, verifyToken } from './verify-token.ts';
import type { TokenRule, VerifiedPayload } from './verify-token.ts';

const SERVICE_TYP = 'cups-service+jwt';
const SERVICE_SECONDS = 300;
/** How long before expiry a service token is renewed. */
const RENEW_BEFORE_SECONDS = 60;
/** Only identity may sign sessions. */
const SESSION_RULE: TokenRule = { typ: 'cups-session+jwt', audience: 'cups', issuer: 'identity', seconds: 8 * 3600 };

/** The keys of one service: its own private key and all public keys. */
export interface Keys {
  readonly service: ServiceName;
  /** Returns a token for a call to `audience`, valid 5 minutes, cached until one minute is left. */
  serviceToken(audience: ServiceName): string;
  /** Returns the calling service. @throws Problem TOKEN_INVALID */
  verifyService(token: string): Promise<ServiceName>;
  /**
   * Signs a session assertion, valid at most 8 h, of an agency's machine at most 5 minutes. Only identity's signature
   * is accepted.
   * @throws RangeError if longer
   * @throws Error if a person has the role or the name of an agency's machine, or the reverse
   */
  signSession(session: Session): string;
  /** @throws Problem SESSION_EXPIRED or SESSION_INVALID */
  verifySession(token: string): Promise<Session>;
  /**
   * Signs an offline grant that expires 72 h after its anchor time. Only identity's signature is accepted.
   * @throws Error if a field is malformed
   */
  signOfflineGrant(grant: Omit<OfflineGrant, 'expireTime'>): string;
  /**
   * Returns the grant, also after its expiry: the caller compares the times. A grant opens nothing alone; the caller
   * compares its operator with the session.
   * @throws Problem OFFLINE_CLAIM_INVALID
   */
  verifyOfflineGrant(token: string): Promise<OfflineGrant>;
  /**
   * Signs a message of a webhook with the own key.
   * @param message `<id>.<seconds>.<JSON>`, which is no token: no part of it is an encoded header
   * @returns base64
   * @throws Error for another form
   */
  signWebhook(message: string): string;
  /** Returns the public keys with which webhooks of this service can be signed: two during a rotation. */
  webhookKeys(): { kid: string; publicKey: KeyObject }[];
}

/**
 * Opens the keys in `dir` and signs and verifies tokens with them; {@link watchKeys} handles changed files. A key
 * change clears the cache of verified tokens.
 * @param options.clock monotonic clock, ms, for tests
 * @throws Error if the own key is unreadable
 */
export function openKeys(options: {
  dir: string;
  service: ServiceName;
  now?: () => Date;
  clock?: () => number;
  log?: Log;
  metrics?: Metrics;
}): Keys {
  const { dir, service, log, metrics, clock = () => performance.now() } = options;
  const now = () => (options.now ? options.now().getTime() : Date.now());
  return new TokenKeys(
    service,
    now,
    watchKeys({ dir, service, clock, log, metrics }),
    createClockSkewMonitor({ now, log, metrics }),
  );
}

class TokenKeys implements Keys {
  readonly service: ServiceName;
  readonly #now: () => number;
  readonly #files: KeyFiles;
  readonly #skew: ClockSkewMonitor;
  readonly #services = new VerifiedTokens<ServiceName>();
  readonly #sessions = new VerifiedTokens<Session>();
  readonly #issued = new Map<ServiceName, { token: string; renewAt: number }>();
  /** Key generation of the caches. */
  #generation: number;

  constructor(service: ServiceName, now: () => number, files: KeyFiles, skew: ClockSkewMonitor) {
    this.service = service;
    this.#now = now;
    this.#files = files;
    this.#skew = skew;
    this.#generation = files.generation();
  }

  serviceToken(audience: ServiceName): string {
    this.#refresh();
    const known = this.#issued.get(audience);
    if (known && known.renewAt > this.#now()) return known.token;
    const iat = Math.floor(this.#now() / 1000);
    const token = this.#sign(SERVICE_TYP, { aud: audience, iat, exp: iat + SERVICE_SECONDS });
    this.#issued.set(audience, { token, renewAt: (iat + SERVICE_SECONDS - RENEW_BEFORE_SECONDS) * 1000 });
    return token;
  }

  async verifyService(token: string): Promise<ServiceName> {
    const rule = { typ: SERVICE_TYP, audience: this.service, seconds: SERVICE_SECONDS };
    try {
      return await this.#resolveToken(this.#services, token, rule, ({ iss }) => iss as ServiceName);
    } catch {
      throw new Problem({ reason: 'TOKEN_INVALID', message: 'The token of the calling service cannot be verified.' });
    }
  }

  signSession(session: Session): string {
    const iat = Math.floor(this.#now() / 1000);
    const exp = Math.floor(session.expires.getTime() / 1000);
    if (exp - iat > SESSION_RULE.seconds || exp <= iat) throw new RangeError('a session must last at most 8 hours');
    assertSessionOwner(session, iat);
    this.#refresh();
    return this.#sign(SESSION_RULE.typ, { ...toClaims(session), aud: SESSION_RULE.audience, iat, exp });
  }

  async verifySession(token: string): Promise<Session> {
    try {
      return await this.#resolveToken(this.#sessions, token, SESSION_RULE, parseSession);
    } catch (error) {
      if (error instanceof JWTExpired) {
        throw new Problem({ reason: 'SESSION_EXPIRED', message: 'The session has ended.' });
      }
      throw new Problem({ reason: 'SESSION_INVALID', message: 'The session cannot be verified.' });
    }
  }

  signOfflineGrant(grant: Omit<OfflineGrant, 'expireTime'>): string {
    this.#refresh();
    return this.#sign(OFFLINE_GRANT_RULE.typ, toGrantClaims(grant));
  }

  async verifyOfflineGrant(token: string): Promise<OfflineGrant> {
    this.#refresh();
    try {
      return parseGrant(await this.#verify(token, OFFLINE_GRANT_RULE));
    } catch {
      throw new Problem({ reason: 'OFFLINE_CLAIM_INVALID', message: 'The offline grant cannot be verified.' });
    }
  }

  signWebhook(message: string): string {
    // A token starts with a header in base64url and has no brace.
    if (!/^msg_[0-9A-Z]{26}\.\d{1,12}\.\{/.test(message)) throw new Error('the message is not one of a webhook');
    this.#refresh();
    return sign(null, Buffer.from(message), this.#files.own().key).toString('base64');
  }

  webhookKeys(): { kid: string; publicKey: KeyObject }[] {
    this.#refresh();
    return this.#files.findAll(this.service).map(({ kid, key }) => ({ kid, publicKey: key }));
  }

  /** Returns a token's value, from the cache if possible. */
  async #resolveToken<Value>(
    tokens: VerifiedTokens<Value>,
    token: string,
    rule: TokenRule,
    valueOf: (payload: VerifiedPayload) => Value,
  ): Promise<Value> {
    this.#refresh();
    const known = tokens.get(token, this.#now());
    if (known) {
      this.#observeClock(known.times);
      return known.value;
    }
    const generation = this.#generation;
    const payload = await this.#verify(token, rule);
    const value = valueOf(payload);
    // The key may have lost trust during the verification.
    if (generation === this.#files.generation()) tokens.add(token, value, payload);
    return value;
  }

  async #verify(token: string, rule: TokenRule): Promise<VerifiedPayload> {
    const find: KeyFiles['find'] = (issuer, kid) => this.#files.find(issuer, kid);
    try {
      const payload = await verifyToken(token, rule, { find, now: this.#now() });
      this.#observeClock(payload);
      return payload;
    } catch (error) {
      if (error instanceof JWTExpired || error instanceof TokenNotYetValidError)
        this.#observeClock(error.payload, true);
      throw error;
    }
  }

  /** The times of a validly signed token reveal its issuer's clock. */
  #observeClock({ iss = '', iat = 0, exp = 0, aud }: JWTPayload | TokenTimes, refused = false): void {
    // A session or grant is used without renewal, so only a future start reveals a clock difference.
    const isReused = aud === SESSION_RULE.audience || aud === OFFLINE_GRANT_RULE.audience;
    const usedUntil = isReused ? Infinity : exp - RENEW_BEFORE_SECONDS;
    this.#skew.observe(iss, { issued: iat, usedUntil }, refused);
  }

  /** Reloads the keys; clears the caches after a change. */
  #refresh(): void {
    this.#files.refresh();
    if (this.#files.generation() === this.#generation) return;
    this.#generation = this.#files.generation();
    for (const cache of [this.#services, this.#sessions, this.#issued]) cache.clear();
  }

  #sign(typ: string, claims: Record<string, unknown>): string {
    const own = this.#files.own();
    const body = `${encodePart({ alg: 'EdDSA', typ, kid: own.kid })}.${encodePart({ iss: this.service, ...claims })}`;
    return `${body}.${sign(null, Buffer.from(body), own.key).toString('base64url')}`;
  }
}

function encodePart(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
