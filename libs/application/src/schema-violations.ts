import { pointer, violation } from '@cups/problem';
import type { PlainRule, Violation } from '@cups/problem';
import { FORMAT_RULES } from './formats.ts';

/** Converts JSON Schema errors to violations, with one table for content, forms and the public API. */

/** A JSON Schema as data. */
export type Schema = { readonly [keyword: string]: unknown };

export interface SchemaError {
  /** Member names and item indexes from the root of the value. A missing or unknown member comes last. */
  path: string[];
  keyword: string;
  /** The schema with the keyword. Its `x-rule` is the rule for a broken pattern. */
  schema: Schema;
  /** The member that requires it, under `dependentRequired`. */
  other?: string;
}

/** Names that are safe to report; any other name could be personal data. */
const SAFE_NAME = /^(?:[A-Za-z_$][\w$-]{0,40}|[0-9]{1,5})$/;

/** Returns the JSON pointer of a field, or of its nearest parent if a name on the path is unsafe. */
export function toSafePointer(path: readonly string[]): string {
  const hidden = path.findIndex((step) => !SAFE_NAME.test(step));
  return pointer(hidden < 0 ? path : path.slice(0, hidden));
}

/**
 * Converts errors to violations, each rule of a field once. A wrong type hides other errors of the field, and a
 * wrong format hides its length.
 * @param root path of the validated value, such as `['answers']`
 */
export function toViolations(errors: readonly SchemaError[], root: readonly string[] = []): Violation[] {
  const violations = new Map<string, Violation>();
  for (const group of groupByPath(errors)) {
    for (const error of group.filter((candidate) => !group.some((other) => supersedes(other, candidate)))) {
      const path = [...root, ...error.path];
      const found = (VIOLATION_FACTORIES[error.keyword] ?? invalidValue)(
        toSafePointer(path),
        error.schema[error.keyword],
        {
          ...error,
          path,
        },
      );
      violations.set(`${found.field} ${found.rule}`, found);
    }
  }
  return [...violations.values()];
}

function groupByPath(errors: readonly SchemaError[]): SchemaError[][] {
  const groups = new Map<string, SchemaError[]>();
  for (const error of errors) {
    const path = pointer(error.path);
    const group = groups.get(path);
    if (group) group.push(error);
    else groups.set(path, [error]);
  }
  return [...groups.values()];
}

const LENGTH_KEYWORDS = ['minLength', 'maxLength'];

/** Returns whether one error makes another error of the same field redundant. */
function supersedes(one: SchemaError, other: SchemaError): boolean {
  if (one.keyword === 'type') return other.keyword !== 'type';
  const named = one.keyword === 'format' || (one.keyword === 'pattern' && one.schema['x-rule'] !== undefined);
  const unnamed = other.keyword === 'pattern' && other.schema['x-rule'] === undefined;
  return named && (unnamed || LENGTH_KEYWORDS.includes(other.keyword));
}

type ViolationFactory = (field: string, keywordValue: unknown, error: SchemaError) => Violation;

const toStrings = (list: unknown): string[] => [list].flat().map(String);
const unknownField: ViolationFactory = (field) => violation(field, 'UNKNOWN_FIELD');
const fieldNotAllowed: ViolationFactory = (field) => violation(field, 'NOT_ALLOWED');

/** Lists the constants of a choice; a choice between schemas has no short description. */
const noAlternative: ViolationFactory = (field, branches) => {
  const schemas = branches as Schema[];
  if (!schemas.every((branch) => Object.hasOwn(branch, 'const'))) return violation(field, 'NO_MATCHING_ALTERNATIVE');
  return violation(field, 'ONE_OF', { choices: schemas.map((branch) => String(branch['const'])) });
};

const invalidValue: ViolationFactory = (field) => violation(field, 'INVALID');

const VIOLATION_FACTORIES: Record<string, ViolationFactory> = {
  type: (field, types) => violation(field, 'TYPE', { types: toStrings(types) }),
  const: (field, value) => violation(field, 'ONE_OF', { choices: toStrings(value) }),
  enum: (field, values) => violation(field, 'ONE_OF', { choices: toStrings(values) }),
  oneOf: noAlternative,
  anyOf: noAlternative,
  not: (field) => violation(field, 'FORBIDDEN_VALUE'),
  false: fieldNotAllowed,
  'false schema': fieldNotAllowed,
  required: (field) => violation(field, 'REQUIRED'),
  dependentRequired: (field, _value, { path, other = '' }) =>
    violation(field, 'REQUIRED_WITH', { other: toSafePointer([...path.slice(0, -1), other]) }),
  additionalProperties: unknownField,
  minProperties: (field, min) => violation(field, 'MIN_PROPERTIES', { min: Number(min) }),
  maxProperties: (field, max) => violation(field, 'MAX_PROPERTIES', { max: Number(max) }),
  minItems: (field, min) => violation(field, 'MIN_ITEMS', { min: Number(min) }),
  maxItems: (field, max) => violation(field, 'MAX_ITEMS', { max: Number(max) }),
  uniqueItems: (field) => violation(field, 'UNIQUE_ITEMS'),
  minLength: (field, min) => violation(field, 'MIN_LENGTH', { min: Number(min) }),
  maxLength: (field, max) => violation(field, 'MAX_LENGTH', { max: Number(max) }),
  pattern: (field, _pattern, { schema }) => violation(field, (schema['x-rule'] as PlainRule | undefined) ?? 'PATTERN'),
  format: (field, format) => {
    const named = String(format);
    return violation(field, isFormat(named) ? FORMAT_RULES[named] : 'PATTERN');
  },
  minimum: (field, min) => violation(field, 'MINIMUM', { min: Number(min) }),
  maximum: (field, max) => violation(field, 'MAXIMUM', { max: Number(max) }),
  exclusiveMinimum: (field, bound) => violation(field, 'EXCLUSIVE_MINIMUM', { bound: Number(bound) }),
  exclusiveMaximum: (field, bound) => violation(field, 'EXCLUSIVE_MAXIMUM', { bound: Number(bound) }),
  multipleOf: (field, step) => violation(field, 'MULTIPLE_OF', { step: Number(step) }),
};

function isFormat(name: string): name is keyof typeof FORMAT_RULES {
  return Object.hasOwn(FORMAT_RULES, name);
}
