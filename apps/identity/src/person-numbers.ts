import { createHmac } from 'node:crypto';
import { seal, unseal } from '@cups/rpc';
import type { SecretKey } from '@cups/rpc';
import type { SealedPersonNumber } from './domain/staff.ts';

/**
 * Seals personal numbers with AES-256-GCM (compact JWE) and finds them by keyed hash. No plain number is stored.
 * During a key change every active key hashes, so processes with old and new keys find the same people.
 */
export interface PersonNumbers {
  /**
   * Seals a personal number, or a longer text about a person.
   * @param id of the operator or name of the mandate; the sealed text opens with the same ID only
   * @param number by which the person is found; the text itself by default
   */
  seal(text: string, id: string, number?: string): Promise<SealedPersonNumber>;
  /** @throws Error if no key opens it, or it was sealed for another ID */
  open(person: Pick<SealedPersonNumber, 'sealed'>, id: string): Promise<string>;
  /** Returns the hash by the first hash key. It is stable while that key stays first. */
  hash(idnp: string): string;
  /** Returns the hashes by all hash keys. Every stored person has at least one of them. */
  hashes(idnp: string): string[];
  /** Returns the names of the current keys, in the form that is stored with a sealed number. */
  keys(): string;
  /** Returns the key IDs in file order. */
  kids(): string[];
}

const USE_ENCRYPTION = 'enc';
const USE_HASHING = 'sig';
/** The current key, and its predecessor or successor. */
const MAX_HASH_KEYS = 2;

/** @throws Error if the set has no encryption key, no hash key, or too many hash keys */
export function validatePersonKeys(keys: readonly SecretKey[]): void {
  const count = (use: string) => keys.filter((key) => key.use === use).length;
  if (count(USE_ENCRYPTION) === 0) throw new Error('The key set persons has no encryption key (use: enc).');
  if (count(USE_HASHING) === 0 || count(USE_HASHING) > MAX_HASH_KEYS) {
    throw new Error(`The key set persons must have one hash key (use: sig), or ${MAX_HASH_KEYS} during a key change.`);
  }
}

/** @param keys the current keys: the first encryption key seals, all of them open */
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
    async seal(text, id, number = text) {
      const key = keysFor(USE_ENCRYPTION)[0]!;
      const by = { kid: key.kid, keys: keyNames(), hash: hashes(number) };
      return Object.assign(by, { sealed: await seal(text, key, id) });
    },
    open: ({ sealed }, id) => unseal(sealed, keysFor(USE_ENCRYPTION), id),
  };
}
