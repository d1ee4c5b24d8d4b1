import { createHmac } from 'node:crypto';
import { seal, unseal } from '@cups/rpc';
import type { SecretKey } from '@cups/rpc';
import type { SealedPerson } from './domain/staff.ts';

/**
 * Personal numbers of the staff: sealed by AES-256-GCM as compact JWE, and found by keyed hashes. In the clear they are nowhere.
 * While keys are changed, a number is hashed by each key that counts, so that processes that know the old keys and such that know
 * the new ones find the same people, and make nobody twice.
 */
export interface Persons {
  /** @param id of the operator whose number it is: sealed for one, it opens for no other */
  seal(idnp: string, id: string): Promise<SealedPerson>;
  /** @throws Error when no key opens it, or it was sealed for somebody else */
  open(person: SealedPerson, id: string): Promise<string>;
  /** By the first key that hashes: the same number has the same hash, as long as that key is the same. */
  hash(idnp: string): string;
  /** By all keys that hash: who is stored has one of them at least. */
  hashes(idnp: string): string[];
  /** The keys of now, as they stand with what they have sealed and hashed. */
  keys(): string;
  /** Their kids, in the order of the file. */
  kids(): string[];
}

const ENCRYPTS = 'enc';
const HASHES = 'sig';
/** One of now, and one of before or to come. */
const MOST_HASHING = 2;

/** @throws Error, one sentence, when the set cannot seal or cannot hash, or would hash by too many keys */
export function checkPersonKeys(keys: readonly SecretKey[]): void {
  const count = (use: string) => keys.filter((key) => key.use === use).length;
  if (count(ENCRYPTS) === 0) throw new Error('The key set persons has no key that encrypts (use: enc).');
  if (count(HASHES) === 0 || count(HASHES) > MOST_HASHING) {
    throw new Error(
      `The key set persons must have one key that hashes (use: sig), or ${MOST_HASHING} while it changes.`,
    );
  }
}

/** @param keys those of now: the first that encrypts seals, all of them open */
export function openPersons(keys: () => readonly SecretKey[]): Persons {
  const of = (use: string) => keys().filter((key) => key.use === use);
  const hashBy = ({ secret }: SecretKey, idnp: string) => createHmac('sha256', secret).update(idnp).digest('base64url');
  const hashes = (idnp: string) => of(HASHES).map((key) => hashBy(key, idnp));
  const named = () => [of(ENCRYPTS)[0]!, ...of(HASHES)].map(({ kid }) => kid).join(' ');
  return {
    hash: (idnp) => hashBy(of(HASHES)[0]!, idnp),
    hashes,
    keys: named,
    kids: () => keys().map(({ kid }) => kid),
    async seal(idnp, id) {
      const key = of(ENCRYPTS)[0]!;
      const by = { kid: key.kid, keys: named(), hash: hashes(idnp) };
      return Object.assign(by, { sealed: await seal(idnp, key, id) });
    },
    open: ({ sealed }, id) => unseal(sealed, of(ENCRYPTS), id),
  };
}
