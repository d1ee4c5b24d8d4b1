import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject, JsonWebKey } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '@cups/problem';
import { jwtVerify } from 'jose/jwt/verify';
import type { JWTPayload, JWTVerifyOptions } from 'jose';
import type { Role, ServiceName, Session } from './context.ts';

const SERVICE_TYP = 'cups-service+jwt';
const SESSION_TYP = 'cups-session+jwt';
const SESSION_AUDIENCE = 'cups';
const ISSUER_OF_SESSIONS = 'identity';
const SERVICE_SECONDS = 300;
const SESSION_SECONDS = 8 * 3600;
const CLOCK_TOLERANCE_SECONDS = 5;
const MAX_TOKEN_LENGTH = 4096;
const MAX_CACHED = 20_000;
const REREAD_MS = 1000;
const ROLES: readonly string[] = [
  'specialist',
  'centre-manager',
  'supervisor',
  'support',
  'agency-clerk',
] satisfies Role[];

/** The keys of one service: its own private key, and everybody's public ones (design.md section 2). */
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

interface PublicKey {
  key: KeyObject;
  kid: string;
}

/**
 * Opens `dir/<service>.key.jwk` (ours) and `dir/public/<service>.jwk` (everybody's; one JWK, or a JWK set while a key is being
 * changed). Files are looked at again at most once a second, when a token is verified or signed: a new key counts without a
 * restart, a removed one is trusted no longer.
 * @throws Error when our own key cannot be read
 */
export function openKeys(options: { dir: string; service: ServiceName; now?: () => Date }): Keys {
  const { dir, service } = options;
  const now = () => (options.now ? options.now().getTime() : Date.now());
  let publicKeys = new Map<string, PublicKey[]>();
  let own: { key: KeyObject; kid: string };
  let seen = '';
  let readAt = -Infinity;
  const services = new Map<string, { value: ServiceName; expires: number }>();
  const sessions = new Map<string, { value: Session; expires: number }>();
  const issued = new Map<ServiceName, { token: string; renewAt: number }>();

  function reread(): void {
    const clock = performance.now();
    if (clock - readAt < REREAD_MS) return;
    readAt = clock;
    const ownText = readFileSync(join(dir, `${service}.key.jwk`), 'utf8');
    const texts = readdirSync(join(dir, 'public'))
      .filter((file) => /^[a-z-]+\.jwk$/.test(file))
      .map((file): [string, string] => [
        file.slice(0, -'.jwk'.length),
        readFileSync(join(dir, 'public', file), 'utf8'),
      ]);
    const content = JSON.stringify([ownText, texts]);
    if (content === seen) return;
    const next = new Map<string, PublicKey[]>();
    for (const [name, text] of texts) {
      try {
        next.set(name, parsePublic(text));
      } catch {
        // A file caught half-written: the last good keys of that service stay until it is whole.
        next.set(name, publicKeys.get(name) ?? []);
      }
    }
    const key = createPrivateKey({ key: JSON.parse(ownText) as JsonWebKey, format: 'jwk' });
    own = { key, kid: thumbprint(createPublicKey(key)) };
    publicKeys = next;
    seen = content;
    for (const cache of [services, sessions, issued]) cache.clear();
  }

  function refresh(): void {
    try {
      reread();
    } catch (error) {
      // A mount that is being swapped: go on with the keys we have.
      if (!seen) throw new Error(`The keys of ${service} cannot be read in ${dir}.`, { cause: error });
    }
  }

  function issue(typ: string, claims: Record<string, unknown>): string {
    refresh();
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${part({ alg: 'EdDSA', typ, kid: own.kid })}.${part({ iss: service, ...claims })}`;
    return `${body}.${sign(null, Buffer.from(body), own.key).toString('base64url')}`;
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
        const found = publicKeys.get(claimed)?.find((key) => key.kid === kid);
        if (!found) throw new Error('no such key');
        return found.key;
      },
      {
        ...options,
        algorithms: ['EdDSA'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now()),
        requiredClaims: ['iss', 'aud', 'iat', 'exp'],
        ...(issuer && { issuer }),
      },
    );
    const { iat = 0, exp = 0 } = payload;
    if (exp - iat > seconds || exp <= iat) throw new Error('it lives too long');
    if (iat > now() / 1000 + CLOCK_TOLERANCE_SECONDS) throw new Error('it is from the future');
    if (typeof payload.aud !== 'string' || typeof payload.iss !== 'string') throw new Error('one issuer, one audience');
    return payload;
  }

  refresh();
  return {
    service,
    serviceToken(audience) {
      const clock = now();
      refresh();
      const known = issued.get(audience);
      if (known && known.renewAt > clock) return known.token;
      const iat = Math.floor(clock / 1000);
      const token = issue(SERVICE_TYP, { aud: audience, iat, exp: iat + SERVICE_SECONDS });
      issued.set(audience, { token, renewAt: (iat + SERVICE_SECONDS - 60) * 1000 });
      return token;
    },
    async verifyService(token) {
      refresh();
      const hash = hashOf(token);
      const known = services.get(hash);
      if (known && known.expires > now()) return known.value;
      const trusted = publicKeys;
      try {
        const payload = await verify(token, undefined, { typ: SERVICE_TYP, audience: service }, SERVICE_SECONDS);
        const value = payload.iss as ServiceName;
        if (trusted === publicKeys) remember(services, hash, value, payload.exp as number);
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
      const trusted = publicKeys;
      try {
        const payload = await verify(
          token,
          ISSUER_OF_SESSIONS,
          { typ: SESSION_TYP, audience: SESSION_AUDIENCE },
          SESSION_SECONDS,
        );
        const value = sessionFrom(payload);
        if (trusted === publicKeys) remember(sessions, hash, value, payload.exp as number);
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

function remember<Value>(
  cache: Map<string, { value: Value; expires: number }>,
  hash: string,
  value: Value,
  exp: number,
): void {
  if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value as string);
  cache.set(hash, { value, expires: exp * 1000 });
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

function parsePublic(text: string): PublicKey[] {
  const parsed = JSON.parse(text) as JsonWebKey & { keys?: JsonWebKey[] };
  return (parsed.keys ?? [parsed]).map((jwk) => {
    const key = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x } as JsonWebKey, format: 'jwk' });
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key');
    return { key, kid: thumbprint(key) };
  });
}

/** RFC 7638, for an OKP key. */
function thumbprint(key: KeyObject): string {
  const { crv, kty, x } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}

/** Creates the key pairs that are missing, for the local default and tests; existing ones stay. Private keys are for their owner only. */
export function makeKeys(dir: string, services: readonly ServiceName[]): void {
  mkdirSync(join(dir, 'public'), { recursive: true });
  for (const service of services) {
    const file = join(dir, `${service}.key.jwk`);
    let jwk: JsonWebKey;
    try {
      jwk = JSON.parse(readFileSync(file, 'utf8')) as JsonWebKey;
    } catch {
      jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
      writeWhole(file, JSON.stringify(jwk), 0o600);
    }
    const publicFile = join(dir, 'public', `${service}.jwk`);
    const text = JSON.stringify({ kty: jwk.kty, crv: jwk.crv, x: jwk.x });
    let present = '';
    try {
      present = readFileSync(publicFile, 'utf8');
    } catch {
      // It is missing.
    }
    if (!present.includes(String(jwk.x))) writeWhole(publicFile, text, 0o644);
  }
}

function writeWhole(file: string, text: string, mode: number): void {
  const next = `${file}.${process.pid}.next`;
  writeFileSync(next, text, { mode });
  renameSync(next, file);
}
