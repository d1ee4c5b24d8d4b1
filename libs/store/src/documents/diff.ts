/** Update operators of MongoDB, as far as the difference of two documents needs them. */
export interface UpdateOperators {
  $set: Record<string, unknown>;
  $unset: Record<string, ''>;
  $push: Record<string, { $each: unknown[] }>;
}
type PlainObject = Record<string, unknown>;

const isPlainObject = (value: unknown): value is PlainObject =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** A key that cannot be a step of a dotted path. */
const isUnsafe = (key: string) => key === '' || key.includes('.') || key.startsWith('$') || key === '__proto__';

/** The same value, the same instant, the same bytes. */
function isSameValue(before: unknown, after: unknown): boolean {
  if (Object.is(before, after)) return true;
  if (before instanceof Date && after instanceof Date) return before.getTime() === after.getTime();
  return before instanceof Uint8Array && after instanceof Uint8Array && Buffer.compare(before, after) === 0;
}

/**
 * Writes into `out` what turns `before` into `after`. By structural sharing the two share what did not change, so that
 * only the changed branches are walked. A longer array whose head is identical is a push.
 */
export function diffFields(
  before: PlainObject,
  after: PlainObject,
  out: UpdateOperators,
  skip?: ReadonlySet<string>,
  prefix = '',
) {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (skip?.has(key)) continue;
    const path = prefix + key;
    if (after[key] !== undefined) {
      if (before[key] === undefined) out.$set[path] = after[key];
      else diffValue(before[key], after[key], path, out);
    } else if (before[key] !== undefined) out.$unset[path] = '';
  }
}

function diffValue(before: unknown, after: unknown, path: string, out: UpdateOperators): void {
  if (isSameValue(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    if (diffArray(before, after, path, out)) return;
  } else if (isPlainObject(before) && isPlainObject(after)) {
    if (![...Object.keys(before), ...Object.keys(after)].some(isUnsafe))
      return diffFields(before, after, out, undefined, `${path}.`);
  }
  out.$set[path] = after;
}

/** True when the change of an array could be said shorter than by the whole array. */
function diffArray(before: unknown[], after: unknown[], path: string, out: UpdateOperators): boolean {
  const changed = before.flatMap((item, index) => (isSameValue(item, after[index]) ? [] : [index]));
  if (after.length > before.length && changed.length === 0) {
    out.$push[path] = { $each: after.slice(before.length) };
    return true;
  }
  if (after.length !== before.length || changed.length > before.length / 2) return false;
  for (const index of changed) {
    if (after[index] === undefined) return false;
    diffValue(before[index], after[index], `${path}.${index}`, out);
  }
  return true;
}
