import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';

/** A key and its ID, the thumbprint of RFC 7638. */
export interface IdentifiedKey {
  key: KeyObject;
  kid: string;
}

/** Parses the private key of one JWK. @throws Error if it is invalid */
export function parsePrivateJwk(text: string): IdentifiedKey {
  const key = createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: 'jwk' });
  return { key, kid: thumbprint(createPublicKey(key)) };
}

/**
 * Parses the public keys of a JWK, or of a JWK set during a rotation.
 * @throws Error if a key is invalid or none exists
 */
export function parsePublicJwks(text: string): IdentifiedKey[] {
  const parsed = JSON.parse(text) as JsonWebKey & { keys?: JsonWebKey[] };
  const jwks = parsed.keys ?? [parsed];
  if (jwks.length === 0) throw new Error('no key');
  return jwks.map((jwk) => {
    const key = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x } as JsonWebKey, format: 'jwk' });
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key');
    return { key, kid: thumbprint(key) };
  });
}

/** Returns the RFC 7638 thumbprint of an OKP key. */
function thumbprint(key: KeyObject): string {
  const { crv, kty, x } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}
