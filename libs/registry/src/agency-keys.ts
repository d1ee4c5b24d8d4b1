import { createPublicKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { Log, Metrics } from '@cups/contracts';
import type { RegistryParser } from './files.ts';
import { watchRegistry } from './registry.ts';
import type { Registry } from './registry.ts';

/** A public key of an agency, as its file holds it: a JWK (RFC 7517) with `kty` and `kid`. */
export type AgencyJwk = JsonWebKey & { kty: string; kid: string; use?: string; alg?: string; key_ops?: string[] };

/** A usable key of an agency. */
export interface AgencyKey {
  kid: string;
  key: KeyObject;
  /** The JWS algorithms of the key's own type; a token cannot choose another one. */
  algorithms: readonly string[];
}

const COMMON_MEMBERS = ['kty', 'kid', 'use', 'alg', 'key_ops'];
const PUBLIC_MEMBERS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
  ['RSA', ['n', 'e']],
]);
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const KID_PATTERN = /^[A-Za-z0-9._-]{1,80}$/;
/** Two during a rotation, and two for a second system. */
const MAX_KEYS = 4;
const MIN_RSA_BITS = 2048;
/** Larger keys make each verification slow. */
const MAX_RSA_BITS = 4096;

/** Returns the errors of an agency's keys, one sentence each, without key material. */
export function validateAgencyKeys(keys: readonly AgencyJwk[]): string[] {
  const errors: string[] = [];
  if (keys.length > MAX_KEYS) errors.push(`more than ${MAX_KEYS} keys`);
  for (const jwk of keys.slice(0, MAX_KEYS)) {
    try {
      parseAgencyKey(jwk);
    } catch (error) {
      errors.push((error as Error).message);
    }
  }
  const kids = new Set(keys.map(({ kid }) => kid));
  if (kids.size < keys.length) errors.push('two keys have the same kid');
  return errors;
}

/**
 * Returns a usable key.
 * @throws Error, one sentence without key material, if it is private, weak, of another type or not for signatures
 */
export function parseAgencyKey(jwk: AgencyJwk): AgencyKey {
  const { kty, kid, use, alg, key_ops: operations } = jwk;
  if (typeof kid !== 'string' || !KID_PATTERN.test(kid)) throw new Error('a key has no kid, or an invalid one');
  if (PRIVATE_MEMBERS.some((member) => member in jwk))
    throw new Error(`key ${kid} is not public: replace it, and publish the public part of the new one only`);
  const members = PUBLIC_MEMBERS.get(kty);
  if (!members) throw new Error(`key ${kid}: kty must be EC, OKP or RSA`);
  const other = Object.keys(jwk).find((member) => !COMMON_MEMBERS.includes(member) && !members.includes(member));
  if (other !== undefined) throw new Error(`key ${kid} has the unknown member ${other.slice(0, 20)}`);
  if (use !== undefined && use !== 'sig') throw new Error(`key ${kid}: use must be sig`);
  if (operations !== undefined && String(operations) !== 'verify')
    throw new Error(`key ${kid}: key_ops must be verify`);
  const key = importKey(jwk);
  const algorithms = algorithmsOf(key, kid);
  if (alg !== undefined && !algorithms.includes(alg)) throw new Error(`key ${kid}: its alg does not fit its type`);
  return { kid, key, algorithms: alg === undefined ? algorithms : [alg] };
}

function importKey(jwk: AgencyJwk): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    throw new Error(`key ${jwk.kid} is not a valid key`, { cause });
  }
}

/** Returns the JWS algorithms of a key (RFC 7518, RFC 8037). @throws Error if the key is not accepted */
function algorithmsOf({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject, kid: string): string[] {
  const { namedCurve, modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  if (type === 'ed25519') return ['EdDSA'];
  if (type === 'ec' && namedCurve === 'prime256v1') return ['ES256'];
  if (type === 'ec' && namedCurve === 'secp384r1') return ['ES384'];
  if (type !== 'rsa') throw new Error(`key ${kid}: crv must be P-256, P-384 or Ed25519`);
  if (modulusLength < MIN_RSA_BITS || modulusLength > MAX_RSA_BITS || publicExponent !== 65537n)
    throw new Error(`key ${kid}: an RSA key has ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits and the exponent 65537`);
  return ['PS256', 'RS256'];
}

/** Parses files `<code>.jwks.json`, each a JWK set. */
const parseKeyFiles: RegistryParser<AgencyJwk[]> = (files) => {
  const entries = new Map<string, AgencyJwk[]>();
  const problems: { file: string; message: string }[] = [];
  for (const { path, text } of files) {
    const keys = parseKeySet(text);
    const errors = keys ? validateAgencyKeys(keys) : ['it is not a JWK set'];
    if (keys && errors.length === 0) entries.set(path.slice(0, -KEY_FILE_EXTENSION.length), keys);
    else problems.push({ file: path, message: errors.join('; ') });
  }
  return { entries, problems };
};

const KEY_FILE_EXTENSION = '.jwks.json';

function parseKeySet(text: string): AgencyJwk[] | undefined {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    const isList = Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null);
    return isList ? (keys as AgencyJwk[]) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Watches a folder of further public keys of agencies, `<code>.jwks.json`. An invalid file keeps its last valid keys, is
 * logged, and is counted by the gauge `agency_key_file_problems`. The keys of a deleted file end.
 * @throws Error if the folder cannot be read at the start
 */
export function watchAgencyKeys(options: { dir: string; log: Log; metrics: Metrics }): Promise<Registry<AgencyJwk[]>> {
  const { dir, log, metrics } = options;
  const gauge = metrics.gauge('agency_key_file_problems', 'Files with keys of agencies that are invalid.');
  return watchRegistry<AgencyJwk[]>({
    dir,
    extension: KEY_FILE_EXTENSION,
    endsDeleted: true,
    parse: parseKeyFiles,
    onChange(_keys, problems) {
      gauge.set(problems.length);
      for (const { file, message } of problems) log.error({ event: 'agency-key-file-refused', file, reason: message });
    },
  });
}
