/** Update operators of MongoDB, as far as the difference of two documents needs them. */
export interface Operators {
  $set: Record<string, unknown>;
  $unset: Record<string, ''>;
  $push: Record<string, { $each: unknown[] }>;
}

type Members = Record<string, unknown>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** A key that cannot be a step of a dotted path. */
const isUnsafe = (key: string) => key === '' || key.includes('.') || key.startsWith('$') || key === '__proto__';

/** Equal leaves: the same value, the same instant, the same bytes. */
function sameLeaf(before: unknown, after: unknown): boolean {
  if (Object.is(before, after)) return true;
  if (before instanceof Date && after instanceof Date) return before.getTime() === after.getTime();
  if (before instanceof Uint8Array && after instanceof Uint8Array) return Buffer.compare(before, after) === 0;
  return false;
}

/**
 * Writes into `operators` what turns `before` into `after`. Built by structural sharing, the two share what did not
 * change, so that only the changed branches are walked. A longer array whose head is identical is a push.
 */
export function difference(before: Members, after: Members, skip: ReadonlySet<string>, operators: Operators): void {
  members(before, after, '', operators, skip);
}

function members(before: Members, after: Members, prefix: string, out: Operators, skip?: ReadonlySet<string>): void {
  for (const key of Object.keys(after)) {
    if (skip?.has(key)) continue;
    const path = prefix + key;
    if (after[key] === undefined) {
      if (before[key] !== undefined) out.$unset[path] = '';
    } else if (!Object.hasOwn(before, key)) out.$set[path] = after[key];
    else branch(before[key], after[key], path, out);
  }
  for (const key of Object.keys(before)) {
    if (!skip?.has(key) && before[key] !== undefined && !Object.hasOwn(after, key)) out.$unset[prefix + key] = '';
  }
}

function branch(before: unknown, after: unknown, path: string, out: Operators): void {
  if (sameLeaf(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    if (array(before, after, path, out)) return;
  } else if (isMembers(before) && isMembers(after)) {
    if (![...Object.keys(before), ...Object.keys(after)].some(isUnsafe)) return members(before, after, `${path}.`, out);
  }
  out.$set[path] = after;
}

/** True when the change of an array could be said shorter than by the whole array. */
function array(before: unknown[], after: unknown[], path: string, out: Operators): boolean {
  if (after.length < before.length || before.length === 0) return after.length === before.length;
  const changed: number[] = [];
  for (let index = 0; index < before.length; index += 1) {
    if (!sameLeaf(before[index], after[index])) changed.push(index);
  }
  if (after.length > before.length) {
    if (changed.length > 0) return false;
    out.$push[path] = { $each: after.slice(before.length) };
    return true;
  }
  if (changed.length > before.length / 2) return false;
  for (const index of changed) branch(before[index], after[index], `${path}.${index}`, out);
  return true;
}
