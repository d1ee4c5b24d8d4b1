import type { StaffBook } from '../staff.ts';
import type { StoredOperator } from '../store.ts';

/** Who the people are whom a provider recognises. */
export interface People {
  /** The operator of an IDNP; undefined when nobody invited that person, or they are gone. */
  find(person: string): Promise<StoredOperator | undefined>;
  /** The IDNP of an operator, by id. */
  personOf(operator: string): Promise<string | undefined>;
}

/** The staff as the store has it. In production nobody is synthetic, whatever the store still holds. */
export function peopleOf(staff: StaffBook, production: boolean): People {
  return {
    async find(person) {
      const found = await staff.byPerson(person);
      return found?.status === 'gone' || (production && found?.synthetic) ? undefined : found;
    },
    async personOf(operator) {
      const found = await staff.get(operator);
      return found?.person && staff.persons.open(found.person, operator);
    },
  };
}
