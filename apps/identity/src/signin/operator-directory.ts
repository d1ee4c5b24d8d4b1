import type { StaffRepository } from '../staff.ts';
import type { StoredOperator } from '../store.ts';

/** Who the people are whom a provider recognises. */
export interface OperatorDirectory {
  /** The operator of an IDNP; undefined when nobody invited that person, or they are gone. */
  findByIdnp(idnp: string): Promise<StoredOperator | undefined>;
  /** The IDNP of an operator, by id. */
  findIdnp(operator: string): Promise<string | undefined>;
}

/** The staff as the store has it. In production nobody is synthetic, whatever the store still holds. */
export function createOperatorDirectory(staff: StaffRepository, production: boolean): OperatorDirectory {
  return {
    async findByIdnp(idnp) {
      const found = await staff.findByIdnp(idnp);
      return found?.status === 'gone' || (production && found?.synthetic) ? undefined : found;
    },
    async findIdnp(operator) {
      const found = await staff.get(operator);
      return found?.person && staff.persons.open(found.person, operator);
    },
  };
}
