import { constants, createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { parseAgencyKey } from '@cups/registry';
import type { AgencyJwk, AgencyKey } from '@cups/registry';

/** Assertions of agencies, valid and forged, written without the library that verifies them. */

export const TOKEN_URL = 'https://cups.example/agency/v1/token';
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface TestKey {
  privateKey: KeyObject;
  jwk: AgencyJwk;
  /** As the service reads it. */
  key: AgencyKey;
  alg: string;
}

const PAIRS = {
  EdDSA: () => generateKeyPairSync('ed25519').privateKey,
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
} as const;
export const ALGORITHMS = Object.keys(PAIRS) as (keyof typeof PAIRS)[];

export function createTestKey(kid: string, alg: keyof typeof PAIRS = 'EdDSA'): TestKey {
  const privateKey = PAIRS[alg]();
  const jwk = { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid } as AgencyJwk;
  return { privateKey, jwk, key: parseAgencyKey(jwk), alg };
}

/** Signs bytes as a JWS algorithm says (RFC 7518, RFC 8037). */
export function signWith(alg: string, key: KeyObject | string, input: string): string {
  const bytes = Buffer.from(input);
  if (alg.startsWith('HS'))
    return createHmac(`sha${alg.slice(2)}`, key)
      .update(bytes)
      .digest('base64url');
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
  const padding = alg.startsWith('PS') ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {};
  const signed = sign(hash, bytes, { key: key as KeyObject, dsaEncoding: 'ieee-p1363', ...padding });
  return signed.toString('base64url');
}

export const encodePart = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export interface Changes {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  /** Another signature over the input. */
  signature?: (input: string) => string;
}

/** Returns an assertion that is valid except for the given changes. A member `undefined` is left out. */
export function createAssertion(
  code: string,
  { privateKey, jwk, alg }: TestKey,
  now: Date,
  { header, claims, signature }: Changes = {},
): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const times = { iat: seconds, exp: seconds + 60 };
  const input = `${encodePart({ alg, kid: jwk.kid, ...header })}.${encodePart({
    iss: code,
    sub: code,
    aud: TOKEN_URL,
    jti: randomUUID(),
    ...times,
    ...claims,
  })}`;
  return `${input}.${signature ? signature(input) : signWith(alg, privateKey, input)}`;
}
