import { isDeepStrictEqual } from 'node:util';

/**
 * Changes the values at some paths of a document, by structural sharing: what does not change stays the same object.
 * A path is dotted, and `[]` is each element of an array: `content`, `decision.reason`, `history[].reason`.
 */

/** A tree of sealed paths. A node either is sealed itself, or leads to sealed values. */
export interface SealedPaths {
  /** The path of a sealed value, as configured. */
  sealed?: string;
  /** Nodes of array elements. */
  element?: SealedPaths;
  members: Map<string, SealedPaths>;
}

/** The value at a sealed path, as stored and as the service uses it. */
interface KnownValue {
  plain: unknown;
  stored: unknown;
}

/** Where a sealed value is. */
export interface SealedPlace {
  /** As configured: `history[].reason`. */
  path: string;
  /** The positions in the arrays of the path, from the outermost one; empty without arrays. */
  indexes: readonly number[];
}

export interface Seal {
  /** @param isUnchanged the same value is stored, in clear or by bytes that must not stay */
  seal(place: SealedPlace, value: unknown, isUnchanged: boolean): unknown;
  /** Whether the bytes of a value that has not changed stay. */
  mayStay(bytes: Uint8Array): boolean;
}

type Members = Readonly<Record<string, unknown>>;

/** @throws Error for a path at or below another one */
export function compilePaths(paths: readonly string[]): SealedPaths {
  const root: SealedPaths = { members: new Map() };
  for (const path of paths) {
    let at = root;
    for (const step of path.replaceAll('[]', '.[]').split('.')) {
      if (at.sealed !== undefined) throw new Error(`The sealed field ${path} is within ${at.sealed}.`);
      const next: SealedPaths = (step === '[]' ? at.element : at.members.get(step)) ?? { members: new Map() };
      if (step === '[]') at.element = next;
      else at.members.set(step, next);
      at = next;
    }
    if (path.endsWith('[]'))
      throw new Error(`The sealed field ${path} is an element; seal its array, or a field of it.`);
    if (at.sealed !== undefined || at.element || at.members.size > 0) {
      throw new Error(`The sealed field ${path} contains another one.`);
    }
    at.sealed = path;
  }
  return root;
}

/** Sealed values are bytes. Plain values at these paths are none. */
const isSealed = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

/** Returns the first sealed value within a stored value. */
export const findSealed = (paths: SealedPaths, value: unknown): Uint8Array | undefined =>
  findAt(paths, value, (one) => (isSealed(one) ? one : undefined));

/** Whether a value has anything to seal. */
export const hasValue = (paths: SealedPaths, value: unknown): boolean =>
  findAt(paths, value, (one) => (one === undefined || one === null ? undefined : true)) ?? false;

function findAt<Found>(
  paths: SealedPaths,
  value: unknown,
  find: (value: unknown) => Found | undefined,
): Found | undefined {
  if (paths.sealed !== undefined) return find(value);
  const { element } = paths;
  if (element) return findFirst(itemsOf(value), (item) => findAt(element, item, find));
  const members = membersOf(value);
  return members && findFirst(paths.members, ([name, inner]) => findAt(inner, members[name], find));
}

function findFirst<Item, Found>(items: Iterable<Item>, find: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Returns a stored value with its sealed values opened. Values that an earlier release stored in clear stay.
 * @param open returns undefined for a value to leave out
 */
export const openValues = (
  paths: SealedPaths,
  stored: unknown,
  open: (place: SealedPlace, bytes: Uint8Array) => unknown,
): unknown => replaceValues(paths, stored, (place, value) => (isSealed(value) ? open(place, value) : value));

/**
 * Returns a value with the values at the paths replaced.
 * @param replace returns undefined for a value to leave out
 */
export function replaceValues(
  paths: SealedPaths,
  value: unknown,
  replace: (place: SealedPlace, value: unknown) => unknown,
  indexes: readonly number[] = [],
): unknown {
  if (paths.sealed !== undefined) return value === undefined ? value : replace({ path: paths.sealed, indexes }, value);
  const { element } = paths;
  if (element) {
    if (!Array.isArray(value)) return value;
    return shareArray(value, (item, at) => replaceValues(element, item, replace, [...indexes, at]));
  }
  const members = membersOf(value);
  if (!members) return value;
  return shareMembers(members, paths, (inner, name) => replaceValues(inner, members[name], replace, indexes));
}

/**
 * Returns a value as stored. A sealed value that has not changed keeps its bytes.
 * @param known the value before, which has its bytes
 */
export function sealValues(
  paths: SealedPaths,
  value: unknown,
  known: KnownValue,
  seal: Seal,
  indexes: readonly number[] = [],
): unknown {
  if (paths.sealed !== undefined) {
    const isUnchanged = isDeepStrictEqual(value, known.plain);
    if (isUnchanged && isSealed(known.stored) && seal.mayStay(known.stored)) return known.stored;
    return value === undefined || value === null
      ? value
      : seal.seal({ path: paths.sealed, indexes }, value, isUnchanged);
  }
  const next = sealMembers(paths, value, known, seal, indexes);
  if (next === known.stored) return next;
  return value === known.plain && isShared(next, known.stored) ? known.stored : next;
}

function sealMembers(
  paths: SealedPaths,
  value: unknown,
  known: KnownValue,
  seal: Seal,
  indexes: readonly number[],
): unknown {
  const { element } = paths;
  if (element) {
    if (!Array.isArray(value)) return value;
    const [plain, stored] = [itemsOf(known.plain), itemsOf(known.stored)];
    return shareArray(value, (item, at) =>
      sealValues(element, item, { plain: plain[at], stored: stored[at] }, seal, [...indexes, at]),
    );
  }
  const members = membersOf(value);
  if (!members) return value;
  const [plain, stored] = [membersOf(known.plain), membersOf(known.stored)];
  return shareMembers(members, paths, (inner, name) =>
    sealValues(inner, members[name], { plain: plain?.[name], stored: stored?.[name] }, seal, indexes),
  );
}

/** Whether two objects have identical values. */
function isShared(one: unknown, other: unknown): boolean {
  const [a, b] = [membersOf(one), membersOf(other)];
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => item === other[at]);
  }
  if (!a || !b) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const membersOf = (value: unknown): Members | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined;

function shareArray(items: readonly unknown[], change: (item: unknown, at: number) => unknown): readonly unknown[] {
  const changed = items.map(change);
  return changed.some((item, at) => item !== items[at]) ? changed : items;
}

function shareMembers(
  members: Members,
  { members: nodes }: SealedPaths,
  change: (inner: SealedPaths, name: string) => unknown,
): Members {
  let shared: Record<string, unknown> | undefined;
  for (const [name, inner] of nodes) {
    const value = change(inner, name);
    if (value === members[name]) continue;
    shared ??= { ...members };
    if (value === undefined) delete shared[name];
    else shared[name] = value;
  }
  return shared ?? members;
}
