import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Log, Metrics } from '@cups/contracts';
import { watchKeySet } from './key-set.ts';
import type { SecretKey } from './key-set.ts';

/**
 * Identifies a person without the personal number. Identity writes a keyed hash into the session assertion, and
 * intake compares it with the people of an application. Only these two hold the keys.
 */
export interface PersonHasher {
  /** Hashes with the current key; undefined without keys. */
  hash(idnp: string): string | undefined;
  /** Whether a hash is of this person, by any of the keys. False without keys or without a hash. */
  matches(hash: string | undefined, idnp: string): boolean;
}

export interface PersonHasherOptions {
  /** A JWK set of keys with `use: sig`, reloaded on change. The first one hashes; all compare. */
  file: string;
  /** Whether the keys are mandatory. */
  required: boolean;
  log: Log;
  metrics?: Metrics | undefined;
}

const HASH_KEY_USE = 'sig';
const DISABLED_HASHER: PersonHasher = { hash: () => undefined, matches: () => false };

/** @throws Error, one sentence, if the file is unusable, or missing although required */
export function watchPersonHasher({ file, required, log, metrics }: PersonHasherOptions): PersonHasher {
  if (!existsSync(file)) {
    if (required)
      throw new Error('PERSON_HASH_KEYS_FILE must name a file that can be read: production compares people.');
    log.warn({ event: 'own-application-check-disabled', reason: 'there is no file of PERSON_HASH_KEYS_FILE' });
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

/** Cached key objects: creating one per hash costs six times as much, and a page of a list needs hundreds. */
const keyObjects = new WeakMap<SecretKey, KeyObject>();

function computeHash(key: SecretKey, idnp: string): Buffer {
  let ready = keyObjects.get(key);
  if (!ready) keyObjects.set(key, (ready = createSecretKey(key.secret)));
  return createHmac('sha256', ready).update(idnp).digest();
}

const isEqualHash = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);
