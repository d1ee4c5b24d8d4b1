import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceName } from './context.ts';

/** Secret keys of identity that encrypt and index personal numbers of staff. */
export const PERSON_KEY_SET = 'identity-persons.jwks';
/** Secret keys of the gateway that encrypt session cookies. */
export const COOKIE_KEY_SET = 'gateway-cookie.jwks';
/** Secret keys of identity and intake, with which intake recognises a person by a hash. */
export const PERSON_HASH_KEY_SET = 'person-hash.jwks';
/** Services that encrypt personal data under data keys. */
export const DATA_KEY_SERVICES = ['documents', 'identity', 'intake', 'notifications'] as const;
/** Returns the file of the secret keys that wrap the data keys of a service. */
export const dataKeySetFile = (service: string): string => `${service}.jwks`;
/** Private keys of journal that sign checkpoints. The first signs; checkpoints of a later one are not accepted. */
export const CHECKPOINT_KEY_SET = 'journal-checkpoints.jwks';

/** Creates missing keys for local use and tests; existing ones stay. Only the owner can read private keys. */
export function generateKeys(dir: string, services: readonly ServiceName[]): void {
  mkdirSync(join(dir, 'public'), { recursive: true, mode: 0o700 });
  for (const service of services) {
    const file = join(dir, `${service}.key.jwk`);
    let jwk: JsonWebKey;
    try {
      jwk = JSON.parse(readFileSync(file, 'utf8')) as JsonWebKey;
    } catch {
      jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
      writeAtomically(file, JSON.stringify(jwk), 0o600);
    }
    chmodSync(file, 0o600);
    const publicFile = join(dir, 'public', `${service}.jwk`);
    const text = JSON.stringify({ kty: jwk.kty, crv: jwk.crv, x: jwk.x });
    let present = '';
    try {
      present = readFileSync(publicFile, 'utf8');
    } catch {
      // The file does not exist.
    }
    if (!present.includes(String(jwk.x))) writeAtomically(publicFile, text, 0o644);
  }
  if (services.includes('identity')) generateKeySet(join(dir, PERSON_KEY_SET), ['enc', 'sig']);
  if (services.includes('identity')) generateKeySet(join(dir, PERSON_HASH_KEY_SET), ['sig']);
  if (services.includes('gateway')) generateKeySet(join(dir, COOKIE_KEY_SET), ['enc']);
  for (const service of DATA_KEY_SERVICES) {
    if (services.includes(service)) generateKeySet(join(dir, dataKeySetFile(service)), ['enc']);
  }
  if (services.includes('journal')) writeMissingKeySet(join(dir, CHECKPOINT_KEY_SET), () => [generateSigningJwk()]);
}

/** Returns the folder of simulated agencies in a folder of keys; its private keys are `<code>.key.jwk`. */
export const agencyKeysPath = (dir: string): string => join(dir, 'agencies');
/** Returns the folder of their public keys, for the setting AGENCY_KEYS_DIR. */
export const publicAgencyKeysPath = (dir: string): string => join(agencyKeysPath(dir), 'public');

/** Creates missing key pairs of simulated agencies; existing ones stay. Only the owner can read private keys. */
export function generateAgencyKeys(dir: string, codes: readonly string[]): void {
  mkdirSync(publicAgencyKeysPath(dir), { recursive: true, mode: 0o700 });
  for (const code of codes) {
    const file = join(agencyKeysPath(dir), `${code}.key.jwk`);
    if (!existsSync(file)) {
      const pair = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
      const jwk = Object.assign({}, pair, { kid: `${code}-${randomUUID().slice(0, 8)}`, alg: 'EdDSA' });
      writeAtomically(file, JSON.stringify(jwk), 0o600);
    }
    const publicFile = join(publicAgencyKeysPath(dir), `${code}.jwks.json`);
    if (existsSync(publicFile)) continue;
    const { kty, crv, x, kid, alg } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    writeAtomically(publicFile, JSON.stringify({ keys: [{ kty, crv, x, kid, alg }] }), 0o644);
  }
}

/** Creates a JWK set with a new key per use, unless the file exists. */
const generateKeySet = (file: string, uses: readonly string[]): void =>
  writeMissingKeySet(file, () => uses.map(generateSecretJwk));

function writeMissingKeySet(file: string, generate: () => object[]): void {
  if (existsSync(file)) return;
  writeAtomically(file, JSON.stringify({ keys: generate() }), 0o600);
}

/** Returns a new secret key of 256 bits for a JWK set (RFC 7517). */
export const generateSecretJwk = (use: string) => ({
  kty: 'oct',
  kid: randomUUID(),
  use,
  k: randomBytes(32).toString('base64url'),
});

/** Returns a new Ed25519 private key for a JWK set (RFC 8037). */
export function generateSigningJwk() {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { x: string; d: string };
  return { kty: 'OKP', crv: 'Ed25519', kid: randomUUID(), use: 'sig', x, d };
}

function writeAtomically(file: string, text: string, mode: number): void {
  const next = `${file}.${process.pid}.next`;
  writeFileSync(next, text, { mode });
  renameSync(next, file);
}
