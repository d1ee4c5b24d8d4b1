import type { OperatorRole } from '../../domain/operators.ts';
import type { AssertedRole } from '../provider.ts';

const ROLES: readonly OperatorRole[] = ['specialist', 'centre-manager'];

/**
 * Rights that an identity provider asserts, as `CU-001:specialist`, under any of the names that the attribute has. What says
 * something else gives no right.
 */
export function rolesOf(attributes: ReadonlyMap<string, readonly string[]>, names: readonly string[]): AssertedRole[] {
  const values = names.flatMap((name) => attributes.get(name) ?? []);
  return values.flatMap((value) => {
    const [, centre, word] = /^([A-Z]+-[0-9]{2,6}):([a-z-]+)$/.exec(value.trim()) ?? [];
    const role = ROLES.find((one) => one === word);
    return centre !== undefined && role !== undefined ? [{ centre, role }] : [];
  });
}
