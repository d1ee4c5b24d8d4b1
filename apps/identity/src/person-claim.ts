import type { Log } from '@cups/contracts';
import type { PersonHasher } from '@cups/rpc';
import type { PersonNumbers } from './person-numbers.ts';
import type { StoredOperator } from './store.ts';

/** What an assertion says of the personal number of whose session it is, by which intake knows their own applications. */
export type PersonClaim = (operator: StoredOperator) => Promise<string | undefined>;

/** Nothing is said of somebody without a number, nor of one whose number no key opens: they work on, and the log tells. */
export function createPersonClaim(persons: PersonNumbers, hashes: PersonHasher, log: Log): PersonClaim {
  return async ({ _id, person }) => {
    if (!person) return undefined;
    try {
      return hashes.hash(await persons.open(person, _id));
    } catch (error) {
      log.error({ event: 'person-not-opened', operator: `operators/${_id}`, error });
      return undefined;
    }
  };
}
