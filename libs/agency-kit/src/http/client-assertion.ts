import { constants, createPrivateKey, randomUUID, sign } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';

/** Client assertions: `private_key_jwt` (RFC 7523; OpenID Connect Core 1.0, section 9). */

/** The private key of an agency's system. */
export interface AgencyKey {
  /** Key ID that the platform administrator registered. */
  kid: string;
  privateKey: KeyObject;
}

/** The platform accepts at most 300; the assertion is used at once. */
const LIFETIME_SECONDS = 60;

/**
 * Parses a private JWK (RFC 7517) with a `kid`.
 * @throws Error, one sentence without key material
 */
export function parseAgencyKey(text: string): AgencyKey {
  let kid: unknown;
  let privateKey: KeyObject;
  try {
    const jwk = JSON.parse(text) as JsonWebKey & { kid?: unknown };
    kid = jwk.kid;
    privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  } catch {
    // The error of the parser could quote the key.
    throw new Error('The key of the agency is not a private JWK.');
  }
  if (typeof kid !== 'string' || kid === '') throw new Error('The key of the agency has no kid.');
  algorithmOf(privateKey);
  return { kid, privateKey };
}

/** Returns an assertion for one token request. @param request.audience full address of the token endpoint */
export function createClientAssertion(
  { kid, privateKey }: AgencyKey,
  { code, audience, now }: { code: string; audience: string; now: Date },
): string {
  const iat = Math.floor(now.getTime() / 1000);
  const claims = { iss: code, sub: code, aud: audience, jti: randomUUID(), iat, exp: iat + LIFETIME_SECONDS };
  const alg = algorithmOf(privateKey);
  const input = `${encodePart({ alg, kid, typ: 'JWT' })}.${encodePart(claims)}`;
  return `${input}.${signInput(alg, privateKey, input)}`;
}

type Algorithm = 'EdDSA' | 'ES256' | 'ES384' | 'PS256';

/** Returns the JWS algorithm of a key (RFC 7518, RFC 8037). @throws Error if the platform does not accept its type */
function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject): Algorithm {
  const { namedCurve, modulusLength = 0 } = asymmetricKeyDetails ?? {};
  if (type === 'ed25519') return 'EdDSA';
  if (type === 'ec' && namedCurve === 'prime256v1') return 'ES256';
  if (type === 'ec' && namedCurve === 'secp384r1') return 'ES384';
  if (type === 'rsa' && modulusLength >= 2048) return 'PS256';
  throw new Error('The key of the agency must be Ed25519, P-256, P-384, or RSA of at least 2048 bits.');
}

function signInput(alg: Algorithm, key: KeyObject, input: string): string {
  const bytes = Buffer.from(input);
  if (alg === 'EdDSA') return sign(null, bytes, key).toString('base64url');
  const hash = `sha${alg.slice(2)}`;
  const form =
    alg === 'PS256'
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { key, dsaEncoding: 'ieee-p1363' as const };
  return sign(hash, bytes, form).toString('base64url');
}

const encodePart = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
