import type { Log } from '@cups/contracts';
import type { PersonHasher } from '@cups/rpc';
import type { PersonNumbers } from './person-numbers.ts';
import type { StoredOperator } from './store.ts';

/** Returns the hashed personal number of an operator, by which intake detects their own applications. */
export type PersonClaim = (operator: StoredOperator) => Promise<string | undefined>;

/** Creates the person claim. It is undefined without a number, and if no key opens it, which is logged. */
export function createPersonClaim(persons: PersonNumbers, hashes: PersonHasher, log: Log): PersonClaim {
  return async ({ _id, person }) => {
    if (!person) return undefined;
    try {
      return hashes.hash(await persons.open(person, _id));
    } catch (error) {
      log.error({ event: 'person-number-decryption-failed', operator: `operators/${_id}`, error });
      return undefined;
    }
  };
}
