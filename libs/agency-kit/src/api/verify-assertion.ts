import { constants, createPublicKey, verify } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';

/** The public key that an agency registered, as the platform has it. */
export interface RegisteredKey {
  kid: string;
  publicKey: KeyObject;
}

/** Returns the public key in a JWK or in the first entry of a JWK set. @throws Error without the content of the file */
export function parseRegisteredKey(text: string): RegisteredKey {
  try {
    const parsed = JSON.parse(text) as JsonWebKey & { kid?: string; keys?: (JsonWebKey & { kid?: string })[] };
    const { kid = '', ...jwk } = parsed.keys?.[0] ?? parsed;
    return { kid, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) };
  } catch {
    throw new Error('The key is not a public JWK.');
  }
}

const MAX_LIFETIME_SECONDS = 300;

type Claims = { iss?: string; sub?: string; aud?: string; exp?: number; jti?: string };

/** What the assertion of one token request must be. */
export interface ExpectedAssertion {
  agency: string;
  audience: string;
  key: RegisteredKey;
  now: Date;
}

/**
 * Verifies a client assertion (RFC 7523).
 * @returns its `jti`, or what is wrong with it
 */
export function verifyAssertion(
  assertion: string,
  { agency, audience, key, now }: ExpectedAssertion,
): { jti: string } | { problem: string } {
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  const { alg, kid } = decodePart<{ alg?: string; kid?: string }>(header);
  const claims = decodePart<Claims>(payload);
  if (kid !== key.kid) return { problem: 'kid is not that of the registered key' };
  if (!isSigned(`${header}.${payload}`, signature, alg, key.publicKey))
    return { problem: 'the signature does not match the registered key' };
  if (claims.iss !== agency || claims.sub !== agency) return { problem: 'iss and sub are not the code of the agency' };
  if (claims.aud !== audience) return { problem: `aud is not ${audience}` };
  const rest = (claims.exp ?? 0) - now.getTime() / 1000;
  if (rest <= 0 || rest > MAX_LIFETIME_SECONDS) return { problem: 'exp is not within the next five minutes' };
  return claims.jti ? { jti: claims.jti } : { problem: 'jti is missing' };
}

function decodePart<T extends object>(part: string): Partial<T> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Partial<T>;
  } catch {
    return {};
  }
}

/** The type of the key selects the algorithm; the header must name the same. */
function isSigned(input: string, signature: string, alg: string | undefined, key: KeyObject): boolean {
  const [bytes, signed] = [Buffer.from(input), Buffer.from(signature, 'base64url')];
  if (key.asymmetricKeyType === 'ed25519') return alg === 'EdDSA' && verify(null, bytes, key, signed);
  if (key.asymmetricKeyType === 'ec') {
    const size = key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 384 : 256;
    return alg === `ES${size}` && verify(`sha${size}`, bytes, { key, dsaEncoding: 'ieee-p1363' }, signed);
  }
  if (alg === 'RS256') return verify('sha256', bytes, key, signed);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return alg === 'PS256' && verify('sha256', bytes, { key, padding, saltLength: 32 }, signed);
}
