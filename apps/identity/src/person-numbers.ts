import { createHmac } from 'node:crypto';
import { seal, unseal } from '@cups/rpc';
import type { SecretKey } from '@cups/rpc';
import type { SealedPersonNumber } from './domain/staff.ts';

/**
 * Personal numbers of the staff: sealed by AES-256-GCM as compact JWE, and found by keyed hashes. In the clear they are nowhere.
 * While keys are changed, a number is hashed by each key that counts, so that processes that know the old keys and such that know
 * the new ones find the same people, and make nobody twice.
 */
export interface PersonNumbers {
  /** @param id of the operator whose number it is: sealed for one, it opens for no other */
  seal(idnp: string, id: string): Promise<SealedPersonNumber>;
  /** @throws Error when no key opens it, or it was sealed for somebody else */
  open(person: SealedPersonNumber, id: string): Promise<string>;
  /** By the first key that hashes: the same number has the same hash, as long as that key is the same. */
  hash(idnp: string): string;
  /** By all keys that hash: who is stored has one of them at least. */
  hashes(idnp: string): string[];
  /** The keys of now, as they stand with what they have sealed and hashed. */
  keys(): string;
  /** Their kids, in the order of the file. */
  kids(): string[];
}

const USE_ENCRYPTION = 'enc';
const USE_HASHING = 'sig';
/** One of now, and one of before or to come. */
const MAX_HASH_KEYS = 2;

/** @throws Error, one sentence, when the set cannot seal or cannot hash, or would hash by too many keys */
export function validatePersonKeys(keys: readonly SecretKey[]): void {
  const count = (use: string) => keys.filter((key) => key.use === use).length;
  if (count(USE_ENCRYPTION) === 0) throw new Error('The key set persons has no key that encrypts (use: enc).');
  if (count(USE_HASHING) === 0 || count(USE_HASHING) > MAX_HASH_KEYS) {
    throw new Error(
      `The key set persons must have one key that hashes (use: sig), or ${MAX_HASH_KEYS} while it changes.`,
    );
  }
}

/** @param keys those of now: the first that encrypts seals, all of them open */
export function createPersonNumbers(keys: () => readonly SecretKey[]): PersonNumbers {
  const keysFor = (use: string) => keys().filter((key) => key.use === use);
  const hashWith = ({ secret }: SecretKey, idnp: string) =>
    createHmac('sha256', secret).update(idnp).digest('base64url');
  const hashes = (idnp: string) => keysFor(USE_HASHING).map((key) => hashWith(key, idnp));
  const keyNames = () => [keysFor(USE_ENCRYPTION)[0]!, ...keysFor(USE_HASHING)].map(({ kid }) => kid).join(' ');
  return {
    hash: (idnp) => hashWith(keysFor(USE_HASHING)[0]!, idnp),
    hashes,
    keys: keyNames,
    kids: () => keys().map(({ kid }) => kid),
    async seal(idnp, id) {
      const key = keysFor(USE_ENCRYPTION)[0]!;
      const by = { kid: key.kid, keys: keyNames(), hash: hashes(idnp) };
      return Object.assign(by, { sealed: await seal(idnp, key, id) });
    },
    open: ({ sealed }, id) => unseal(sealed, keysFor(USE_ENCRYPTION), id),
  };
}
