import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Log, Metrics } from '@cups/contracts';
import { followKeySet } from './key-set.ts';
import type { SecretKey } from './key-set.ts';

/**
 * Who somebody is, without the number: a keyed hash of it, which identity writes into the assertion of a session and intake compares
 * with the people of an application. Nobody else holds the keys, so to whoever hears the hash it tells nothing.
 */
export interface PersonHashes {
  /** By the key of now; undefined where there are no keys. */
  of(idnp: string): string | undefined;
  /** Whether a hash is of this person, by any of the keys. Without keys, or without a hash, nothing is compared. */
  isOf(hash: string | undefined, idnp: string): boolean;
}

export interface PersonHashOptions {
  /** A JWK set of keys of `use: sig`: the first hashes, all are compared by; read again when it changes. */
  file: string;
  /** Whether the process may not start without them. */
  required: boolean;
  log: Log;
  metrics?: Metrics | undefined;
}

const HASHES = 'sig';
const NONE: PersonHashes = { of: () => undefined, isOf: () => false };

/** @throws Error, one sentence, when the file cannot be used, or is missing where it is required */
export function followPersonHashes({ file, required, log, metrics }: PersonHashOptions): PersonHashes {
  if (!existsSync(file)) {
    if (required)
      throw new Error('PERSON_HASH_KEYS_FILE must name a file that can be read: production compares people.');
    log.warn({ event: 'people-not-compared', reason: 'there is no file of PERSON_HASH_KEYS_FILE' });
    return NONE;
  }
  const keys = followKeySet({ file, name: 'person-hash', check: mustHash, log, metrics });
  return {
    of: (idnp) => hashBy(keys()[0]!, idnp).toString('base64url'),
    isOf(hash, idnp) {
      if (hash === undefined) return false;
      const given = Buffer.from(hash, 'base64url');
      return keys().some((key) => isSame(given, hashBy(key, idnp)));
    },
  };
}

function mustHash(keys: readonly SecretKey[]): void {
  if (!keys.every(({ use }) => use === HASHES))
    throw new Error('The key set person-hash has a key that is not use: sig.');
}

/** Keys as Node takes them: made anew for each hash they would cost six times as much, and a page of a list takes hundreds. */
const prepared = new WeakMap<SecretKey, KeyObject>();

function hashBy(key: SecretKey, idnp: string): Buffer {
  let ready = prepared.get(key);
  if (!ready) prepared.set(key, (ready = createSecretKey(key.secret)));
  return createHmac('sha256', ready).update(idnp).digest();
}

const isSame = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);
