import type { StaffRepository } from '../staff.ts';
import type { StoredOperator } from '../store.ts';

/** Maps personal numbers that a provider asserts to operators. */
export interface OperatorDirectory {
  /** Returns the operator of an IDNP, or undefined if they were never invited or are a former operator. */
  findByIdnp(idnp: string): Promise<StoredOperator | undefined>;
  /** Returns the IDNP of an operator, by ID. */
  findIdnp(operator: string): Promise<string | undefined>;
}

/** Creates the directory of the stored staff. In production it ignores synthetic operators. */
export function createOperatorDirectory(staff: StaffRepository, production: boolean): OperatorDirectory {
  return {
    async findByIdnp(idnp) {
      const found = await staff.findByIdnp(idnp);
      return found?.status === 'former' || (production && found?.synthetic) ? undefined : found;
    },
    async findIdnp(operator) {
      const found = await staff.get(operator);
      return found?.person && staff.persons.open(found.person, operator);
    },
  };
}
