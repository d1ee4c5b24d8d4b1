/** The MongoDB update operators that a difference of two documents needs. */
export interface UpdateOperators {
  $set: Record<string, unknown>;
  $unset: Record<string, ''>;
  $push: Record<string, { $each: unknown[] }>;
}
type PlainObject = Record<string, unknown>;

const isPlainObject = (value: unknown): value is PlainObject =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** Whether a key cannot be part of a dotted path. */
const isUnsafe = (key: string) => key === '' || key.includes('.') || key.startsWith('$') || key === '__proto__';

/** Whether two values are identical, the same instant or the same bytes. */
function isSameValue(before: unknown, after: unknown): boolean {
  if (Object.is(before, after)) return true;
  if (before instanceof Date && after instanceof Date) return before.getTime() === after.getTime();
  return before instanceof Uint8Array && after instanceof Uint8Array && Buffer.compare(before, after) === 0;
}

/**
 * Adds to `out` the operators that turn `before` into `after`. Structural sharing keeps this cheap: only changed
 * branches are visited. A longer array with an identical head becomes a `$push`.
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

/** Returns true if an array change needs less than the whole array. */
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
