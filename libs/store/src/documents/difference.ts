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

/** The same value, the same instant, the same bytes. */
function same(before: unknown, after: unknown): boolean {
  if (Object.is(before, after)) return true;
  if (before instanceof Date && after instanceof Date) return before.getTime() === after.getTime();
  return before instanceof Uint8Array && after instanceof Uint8Array && Buffer.compare(before, after) === 0;
}

/**
 * Writes into `out` what turns `before` into `after`. By structural sharing the two share what did not change, so that
 * only the changed branches are walked. A longer array whose head is identical is a push.
 */
export function difference(before: Members, after: Members, out: Operators, skip?: ReadonlySet<string>, prefix = '') {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (skip?.has(key)) continue;
    const path = prefix + key;
    if (after[key] !== undefined) {
      if (before[key] === undefined) out.$set[path] = after[key];
      else branch(before[key], after[key], path, out);
    } else if (before[key] !== undefined) out.$unset[path] = '';
  }
}

function branch(before: unknown, after: unknown, path: string, out: Operators): void {
  if (same(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    if (array(before, after, path, out)) return;
  } else if (isMembers(before) && isMembers(after)) {
    if (![...Object.keys(before), ...Object.keys(after)].some(isUnsafe))
      return difference(before, after, out, undefined, `${path}.`);
  }
  out.$set[path] = after;
}

/** True when the change of an array could be said shorter than by the whole array. */
function array(before: unknown[], after: unknown[], path: string, out: Operators): boolean {
  const changed = before.flatMap((item, index) => (same(item, after[index]) ? [] : [index]));
  if (after.length > before.length && changed.length === 0) {
    out.$push[path] = { $each: after.slice(before.length) };
    return true;
  }
  if (after.length !== before.length || changed.length > before.length / 2) return false;
  for (const index of changed) {
    if (after[index] === undefined) return false;
    branch(before[index], after[index], `${path}.${index}`, out);
  }
  return true;
}
