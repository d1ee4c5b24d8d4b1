import { createHmac } from 'node:crypto';
import { seal, unseal } from '@cups/rpc';
import type { SecretKey } from '@cups/rpc';
import type { SealedPerson } from './domain/staff.ts';

/** Personal numbers of the staff: sealed by AES-256-GCM as compact JWE, and found by a keyed hash. In the clear they are nowhere. */
export interface Persons {
  /** @param id of the operator whose number it is: sealed for one, it opens for no other */
  seal(idnp: string, id: string): Promise<SealedPerson>;
  /** @throws Error when no key opens it, or it was sealed for somebody else */
  open(person: SealedPerson, id: string): Promise<string>;
  /** The same number has the same hash, as long as the key for it is the same. */
  hash(idnp: string): string;
  /** Of the key that seals now. */
  kid(): string;
}

const ENCRYPTS = 'enc';
const HASHES = 'sig';

/** @throws Error, one sentence, when the set cannot seal or cannot hash, or would hash by two keys */
export function checkPersonKeys(keys: readonly SecretKey[]): void {
  const count = (use: string) => keys.filter((key) => key.use === use).length;
  if (count(ENCRYPTS) === 0) throw new Error('The key set persons has no key that encrypts (use: enc).');
  if (count(HASHES) !== 1) throw new Error('The key set persons must have exactly one key that hashes (use: sig).');
}

/** @param keys those of now: the first that encrypts seals, all of them open */
export function openPersons(keys: () => readonly SecretKey[]): Persons {
  const sealing = () => keys().find(({ use }) => use === ENCRYPTS)!;
  function hash(idnp: string): string {
    const { secret } = keys().find(({ use }) => use === HASHES)!;
    return createHmac('sha256', secret).update(idnp).digest('base64url');
  }
  return {
    hash,
    kid: () => sealing().kid,
    async seal(idnp, id) {
      const key = sealing();
      return { sealed: await seal(idnp, key, id), kid: key.kid, hash: hash(idnp) };
    },
    open: ({ sealed }, id) => {
      const opening = keys().filter(({ use }) => use === ENCRYPTS);
      return unseal(sealed, opening, id);
    },
  };
}
