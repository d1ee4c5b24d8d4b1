import { isDeepStrictEqual } from 'node:util';

/** Declarative changes of a stored document, each with its way back. Pure: no I/O, and documents are not modified. */

/**
 * A dotted path, by the names before the migration at every step. `[]` is each element of an array, and `*` each value
 * of a map: `history[].by`, `limits.*.amount`.
 */
type FieldPath = string;

/** Renames a field. `to` is the last name only. If a document has both, the former field wins. */
export interface RenameField {
  op: 'rename-field';
  path: FieldPath;
  to: string;
}

/** Copies a field beside itself, for readers of either name. `to` is the last name only. */
export interface CopyField {
  op: 'copy-field';
  path: FieldPath;
  to: string;
}

/** Removes the former field of a copy, once no release reads it. `to` is the copy, which wins. */
export interface DropCopied {
  op: 'drop-copied';
  path: FieldPath;
  to: string;
}

/** Replaces stored values. Values that are not in the map stay. */
export interface MapValue {
  op: 'map-value';
  path: FieldPath;
  map: Readonly<Record<string, string | number>>;
}

export type FieldOperation = RenameField | CopyField | DropCopied | MapValue;
export type Direction = 'up' | 'down';

type PlainObject = Record<string, unknown>;

const isPlainObject = (value: unknown): value is PlainObject =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Splits `history[].by` into `history`, `[]`, `by`. */
const parsePath = (path: FieldPath): string[] => path.replaceAll('[]', '.[]').split('.');

/**
 * Returns the change that the operations make to a document. It returns a document that already has the new form as it
 * is, so that a repeat changes nothing. Order and paths are worked out once, for all documents.
 */
export function compileOperations(
  operations: readonly FieldOperation[],
  direction: Direction,
): <Document extends object>(document: Document) => Document {
  const steps = sortOperations(operations, direction).map((operation) => ({
    operation,
    path: parsePath(operation.path),
  }));
  return <Document extends object>(document: Document) =>
    steps.reduce<unknown>(
      (changed, { operation, path }) => applyAt(changed, path, operation, direction),
      document,
    ) as Document;
}

/**
 * Upwards, the deepest fields come first, so that the names above them are still the former ones, and values come
 * before the name of their field. Downwards is the exact reverse.
 */
function sortOperations(operations: readonly FieldOperation[], direction: Direction): FieldOperation[] {
  const depthOf = ({ path }: FieldOperation) => parsePath(path).filter((step) => step !== '[]').length;
  const rankOf = ({ op }: FieldOperation) => (op === 'map-value' ? 0 : 1);
  const sorted = [...operations].sort(
    (one, other) => depthOf(other) - depthOf(one) || rankOf(one) - rankOf(other) || (one.path < other.path ? -1 : 1),
  );
  return direction === 'up' ? sorted : sorted.reverse();
}

function applyAt(value: unknown, steps: readonly string[], operation: FieldOperation, direction: Direction): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return operation.op === 'map-value' ? mapValue(value, operation.map, direction) : value;
  if (step === '[]') {
    return Array.isArray(value) ? shareArray(value, (item) => applyAt(item, rest, operation, direction)) : value;
  }
  if (!isPlainObject(value)) return value;
  if (step === '*') return shareMembers(value, (inner) => applyAt(inner, rest, operation, direction));
  if (rest.length > 0 || operation.op === 'map-value') {
    if (!Object.hasOwn(value, step)) return value;
    const inner = applyAt(value[step], rest, operation, direction);
    return inner === value[step] ? value : { ...value, [step]: inner };
  }
  if (operation.op === 'copy-field') return copyMember(value, step, operation.to, direction);
  if (operation.op === 'drop-copied') return dropCopiedMember(value, step, operation.to, direction);
  return direction === 'up' ? renameMember(value, step, operation.to) : renameMember(value, operation.to, step);
}

function shareArray(items: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  const changed = items.map(change);
  return changed.some((item, at) => item !== items[at]) ? changed : items;
}

function shareMembers(members: PlainObject, change: (value: unknown) => unknown): PlainObject {
  const changed = Object.entries(members).map(([name, value]) => [name, change(value)] as const);
  return changed.some(([name, value]) => value !== members[name]) ? Object.fromEntries(changed) : members;
}

/** Keeps the order of the members. */
function renameMember(members: PlainObject, from: string, to: string): PlainObject {
  if (!Object.hasOwn(members, from)) return members;
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => {
      if (name === from) return [[to, value]];
      return name === to ? [] : [[name, value]];
    }),
  );
}

function copyMember(members: PlainObject, from: string, to: string, direction: Direction): PlainObject {
  if (direction === 'up') {
    const isCurrent = !Object.hasOwn(members, from) || isDeepStrictEqual(members[to], members[from]);
    return isCurrent ? members : { ...members, [to]: members[from] };
  }
  if (!Object.hasOwn(members, to) || !Object.hasOwn(members, from)) return members;
  const { [to]: _copy, ...others } = members;
  return others;
}

function dropCopiedMember(members: PlainObject, from: string, to: string, direction: Direction): PlainObject {
  if (direction === 'down') return copyMember(members, to, from, 'up');
  if (!Object.hasOwn(members, from)) return members;
  if (!Object.hasOwn(members, to)) return renameMember(members, from, to);
  const { [from]: _former, ...others } = members;
  return others;
}

function mapValue(value: unknown, map: MapValue['map'], direction: Direction): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  if (direction === 'up') return Object.hasOwn(map, value) ? map[value] : value;
  const found = Object.entries(map).find(([, mapped]) => mapped === value)?.[0];
  if (found === undefined) return value;
  return typeof value === 'number' ? Number(found) : found;
}

/**
 * Checks that a second run changes nothing and that `down` restores what `up` changed: a migration that was interrupted
 * runs again over documents that it has changed.
 * @throws Error that names the operations which depend on each other
 */
export function assertRepeatable(operations: readonly FieldOperation[]): void {
  const targets = new Set<string>();
  const sources = new Set<string>();
  for (const operation of operations) {
    if (operation.op === 'map-value') assertRepeatableMap(operation);
    else {
      const parent = operation.path.slice(0, operation.path.lastIndexOf('.') + 1);
      if (operation.to === '' || /[.*[\]$]/.test(operation.to)) {
        throw new Error(`The new name of ${operation.path} is not one field name: ${operation.to}.`);
      }
      if (targets.has(parent + operation.to)) throw new Error(`Two fields would be named ${parent}${operation.to}.`);
      if (sources.has(operation.path)) throw new Error(`The field ${operation.path} is renamed twice.`);
      targets.add(parent + operation.to);
      sources.add(operation.path);
    }
  }
  const both = [...targets].find((name) => sources.has(name));
  if (both !== undefined) throw new Error(`${both} is the former name of one field and the new name of another.`);
}

function assertRepeatableMap({ path, map }: MapValue): void {
  const values = Object.values(map);
  if (new Set(values).size < values.length) throw new Error(`Two values of ${path} would become the same.`);
  const both = values.find((value) => Object.hasOwn(map, value));
  if (both !== undefined) throw new Error(`${both} of ${path} is a former and a new value.`);
}
