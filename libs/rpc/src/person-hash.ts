import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Log, Metrics } from '@cups/contracts';
import { watchKeySet } from './key-set.ts';
import type { SecretKey } from './key-set.ts';

/**
 * Who somebody is, without the number: a keyed hash of it, which identity writes into the assertion of a session and intake compares
 * with the people of an application. Nobody else holds the keys, so to whoever hears the hash it tells nothing.
 */
export interface PersonHasher {
  /** By the key of now; undefined where there are no keys. */
  hash(idnp: string): string | undefined;
  /** Whether a hash is of this person, by any of the keys. Without keys, or without a hash, nothing is compared. */
  matches(hash: string | undefined, idnp: string): boolean;
}

export interface PersonHasherOptions {
  /** A JWK set of keys of `use: sig`: the first hashes, all are compared by; read again when it changes. */
  file: string;
  /** Whether the process may not start without them. */
  required: boolean;
  log: Log;
  metrics?: Metrics | undefined;
}

const HASH_KEY_USE = 'sig';
const DISABLED_HASHER: PersonHasher = { hash: () => undefined, matches: () => false };

/** @throws Error, one sentence, when the file cannot be used, or is missing where it is required */
export function watchPersonHasher({ file, required, log, metrics }: PersonHasherOptions): PersonHasher {
  if (!existsSync(file)) {
    if (required)
      throw new Error('PERSON_HASH_KEYS_FILE must name a file that can be read: production compares people.');
    log.warn({ event: 'people-not-compared', reason: 'there is no file of PERSON_HASH_KEYS_FILE' });
    return DISABLED_HASHER;
  }
  const keys = watchKeySet({ file, name: 'person-hash', check: assertHashKeys, log, metrics });
  return {
    hash: (idnp) => computeHash(keys()[0]!, idnp).toString('base64url'),
    matches(hash, idnp) {
      if (hash === undefined) return false;
      const given = Buffer.from(hash, 'base64url');
      return keys().some((key) => isEqualHash(given, computeHash(key, idnp)));
    },
  };
}

function assertHashKeys(keys: readonly SecretKey[]): void {
  if (!keys.every(({ use }) => use === HASH_KEY_USE))
    throw new Error('The key set person-hash has a key that is not use: sig.');
}

/** Keys as Node takes them: made anew for each hash they would cost six times as much, and a page of a list takes hundreds. */
const keyObjects = new WeakMap<SecretKey, KeyObject>();

function computeHash(key: SecretKey, idnp: string): Buffer {
  let ready = keyObjects.get(key);
  if (!ready) keyObjects.set(key, (ready = createSecretKey(key.secret)));
  return createHmac('sha256', ready).update(idnp).digest();
}

const isEqualHash = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);
