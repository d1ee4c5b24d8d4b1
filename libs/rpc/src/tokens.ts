import { createHash, sign } from 'node:crypto';
import type { Log, Metrics } from '@cups/contracts';
import { Problem } from '@cups/problem';
import { JWTExpired } from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import type { JWTPayload, JWTVerifyOptions } from 'jose';
import type { Role, ServiceName, Session } from './context.ts';
import { followKeys } from './keys.ts';
import { openSkew } from './skew.ts';

const SERVICE_TYP = 'cups-service+jwt';
const SESSION_TYP = 'cups-session+jwt';
const SESSION_AUDIENCE = 'cups';
const ISSUER_OF_SESSIONS = 'identity';
const SERVICE_SECONDS = 300;
const SESSION_SECONDS = 8 * 3600;
/** Our own token is renewed this long before it ends. */
const RENEW_SECONDS = 60;
/** How far clocks may be apart: machines whose time is kept badly must still reach each other. */
const CLOCK_TOLERANCE_SECONDS = 60;
const MAX_TOKEN_LENGTH = 4096;
const MAX_CACHED = 20_000;
const ROLES: readonly string[] = [
  'specialist',
  'centre-manager',
  'supervisor',
  'support',
  'agency-clerk',
] satisfies Role[];

/** The keys of one service: its own private key, and everybody's public ones. */
export interface Keys {
  readonly service: ServiceName;
  /** Our token for a call to `audience`: at most 5 minutes, cached while a minute is left. */
  serviceToken(audience: ServiceName): string;
  /** The calling service. @throws Problem TOKEN_INVALID */
  verifyService(token: string): Promise<ServiceName>;
  /** The assertion for a cookie, at most 8 h; only what identity's key signed is ever accepted. @throws RangeError when longer */
  signSession(session: Session): string;
  /** @throws Problem SESSION_EXPIRED or SESSION_INVALID */
  verifySession(token: string): Promise<Session>;
}

/** What a token said when it was verified. */
interface Verified<Value> {
  value: Value;
  /** Milliseconds. */
  expires: number;
  payload: JWTPayload;
}

/**
 * Opens the keys in `dir` (see {@link followKeys}: what becomes of files that change, vanish or are bad) and signs and verifies
 * tokens with them. What was verified is remembered only as long as the keys stay as they are.
 * @param options.clock milliseconds that only rise, for tests
 * @throws Error when our own key cannot be read
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
  const files = followKeys({ dir, service, clock, log, metrics });
  const skew = openSkew({ now, log, metrics });
  let generation = files.generation();
  const services = new Map<string, Verified<ServiceName>>();
  const sessions = new Map<string, Verified<Session>>();
  const issued = new Map<ServiceName, { token: string; renewAt: number }>();

  /** Looks at the keys; what rested on others is forgotten. */
  function refresh(): void {
    files.refresh();
    if (files.generation() === generation) return;
    generation = files.generation();
    for (const cache of [services, sessions, issued]) cache.clear();
  }

  function issue(typ: string, claims: Record<string, unknown>): string {
    refresh();
    const own = files.own();
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${part({ alg: 'EdDSA', typ, kid: own.kid })}.${part({ iss: service, ...claims })}`;
    return `${body}.${sign(null, Buffer.from(body), own.key).toString('base64url')}`;
  }

  function measure({ iss = '', iat = 0, exp = 0, aud }: JWTPayload, refused = false): void {
    // A session is used to its end, so that only a beginning in the future tells of a clock.
    const usedUntil = aud === SESSION_AUDIENCE ? Infinity : exp - RENEW_SECONDS;
    skew.observe(iss, { issued: iat, usedUntil }, refused);
  }

  async function verify(
    token: string,
    issuer: string | undefined,
    options: JWTVerifyOptions,
    seconds: number,
  ): Promise<JWTPayload> {
    // Stricter than a decoder of base64 is: one token has one text, and one hash.
    if (token.length > MAX_TOKEN_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new Error('it is no token');
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        // The issuer is read before it is verified only to choose the key that must verify it.
        const claimed = issuer ?? claimedIssuer(token);
        const found = files.find(claimed, kid);
        if (!found) throw new Error('no such key');
        return found;
      },
      {
        ...options,
        algorithms: ['EdDSA'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now()),
        requiredClaims: ['iss', 'aud', 'iat', 'exp'],
        ...(issuer && { issuer }),
      },
    ).catch((error: unknown) => {
      // Its signature was good, so that its times tell of its caller's clock.
      if (error instanceof JWTExpired) measure(error.payload, true);
      throw error;
    });
    const { iat = 0, exp = 0 } = payload;
    if (exp - iat > seconds || exp <= iat) throw new Error('it lives too long');
    const isEarly = iat > now() / 1000 + CLOCK_TOLERANCE_SECONDS;
    measure(payload, isEarly);
    if (isEarly) throw new Error('it is from the future');
    if (typeof payload.aud !== 'string' || typeof payload.iss !== 'string') throw new Error('one issuer, one audience');
    return payload;
  }

  return {
    service,
    serviceToken(audience) {
      const clock = now();
      refresh();
      const known = issued.get(audience);
      if (known && known.renewAt > clock) return known.token;
      const iat = Math.floor(clock / 1000);
      const token = issue(SERVICE_TYP, { aud: audience, iat, exp: iat + SERVICE_SECONDS });
      issued.set(audience, { token, renewAt: (iat + SERVICE_SECONDS - RENEW_SECONDS) * 1000 });
      return token;
    },
    async verifyService(token) {
      refresh();
      const hash = hashOf(token);
      const known = services.get(hash);
      if (known && known.expires > now()) {
        measure(known.payload);
        return known.value;
      }
      const trusted = generation;
      try {
        const payload = await verify(token, undefined, { typ: SERVICE_TYP, audience: service }, SERVICE_SECONDS);
        const value = payload.iss as ServiceName;
        if (trusted === files.generation()) remember(services, hash, value, payload);
        return value;
      } catch {
        throw new Problem({ reason: 'TOKEN_INVALID', message: 'The token of the calling service cannot be verified.' });
      }
    },
    signSession(session) {
      const iat = Math.floor(now() / 1000);
      const exp = Math.floor(session.expires.getTime() / 1000);
      if (exp - iat > SESSION_SECONDS || exp <= iat) throw new RangeError('a session lasts at most 8 hours');
      const { operator, roles, centre, agency, sid, language } = session;
      return issue(SESSION_TYP, {
        aud: SESSION_AUDIENCE,
        sub: operator,
        sid,
        roles,
        centre,
        agency,
        language,
        iat,
        exp,
      });
    },
    async verifySession(token) {
      refresh();
      const hash = hashOf(token);
      const known = sessions.get(hash);
      if (known && known.expires > now()) return known.value;
      const trusted = generation;
      try {
        const payload = await verify(
          token,
          ISSUER_OF_SESSIONS,
          { typ: SESSION_TYP, audience: SESSION_AUDIENCE },
          SESSION_SECONDS,
        );
        const value = sessionFrom(payload);
        if (trusted === files.generation()) remember(sessions, hash, value, payload);
        return value;
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ERR_JWT_EXPIRED') {
          throw new Problem({ reason: 'SESSION_EXPIRED', message: 'The session has ended.' });
        }
        throw new Problem({ reason: 'SESSION_INVALID', message: 'The session cannot be verified.' });
      }
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

function remember<Value>(cache: Map<string, Verified<Value>>, hash: string, value: Value, payload: JWTPayload): void {
  if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value as string);
  const { iss, iat, exp = 0, aud } = payload;
  const times = { iss, iat, exp, aud } as JWTPayload;
  cache.set(hash, { value, expires: (exp + CLOCK_TOLERANCE_SECONDS) * 1000, payload: times });
}

function claimedIssuer(token: string): string {
  const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return String((payload as { iss?: unknown } | null)?.iss);
}

function sessionFrom({ sub, sid, roles, centre, agency, language, exp }: JWTPayload): Session {
  const text = (value: unknown, form: RegExp) => {
    if (typeof value !== 'string' || !form.test(value)) throw new Error('a claim is malformed');
    return value;
  };
  if (!Array.isArray(roles) || !roles.every((role) => ROLES.includes(role as string))) throw new Error('unknown role');
  return {
    operator: text(sub, /^operators\/[a-z0-9.-]{1,80}$/),
    sid: text(sid, /^[\w-]{1,80}$/),
    roles: roles as Role[],
    expires: new Date((exp as number) * 1000),
    ...(centre !== undefined && { centre: text(centre, /^centres\/[A-Z0-9-]{1,20}$/) }),
    ...(agency !== undefined && { agency: text(agency, /^agencies\/[a-z0-9-]{1,40}$/) }),
    ...(language !== undefined && { language: text(language, /^[a-z]{2}$/) }),
  };
}
