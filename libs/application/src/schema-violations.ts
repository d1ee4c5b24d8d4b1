import { pointer, violation } from '@cups/problem';
import type { PlainRule, Violation } from '@cups/problem';
import { FORMAT_RULES } from './formats.ts';

/** Broken keywords of JSON Schema as violations: one table for the content, for forms and for the public interface. */

/** A JSON Schema as data. */
export type Schema = { readonly [keyword: string]: unknown };

/** One rule that a value breaks, without the value. */
export interface SchemaError {
  /** Names of members and numbers of items, from the root of the value; a missing or unknown member is named last. */
  path: string[];
  /** The keyword of the schema that it breaks. */
  keyword: string;
  /** The schema that holds the keyword; its `x-rule` names the rule that its pattern stands for. */
  schema: Schema;
  /** The member beside it that makes it needed, under `dependentRequired`. */
  other?: string;
}

/** A name that may be shown: anything else could be a person's data in the place of a name. */
const SAFE_NAME = /^(?:[A-Za-z_$][\w$-]{0,40}|[0-9]{1,5})$/;

/** The JSON pointer of a field, or of what holds it where a name on the way is not one that may be shown. */
export function toSafePointer(path: readonly string[]): string {
  const hidden = path.findIndex((step) => !SAFE_NAME.test(step));
  return pointer(hidden < 0 ? path : path.slice(0, hidden));
}

/**
 * What findings are as violations, each rule of a field once. Of a field of another type nothing else is told, and of a text
 * that is written in another form not how long it is.
 * @param root the way to the value that was checked, such as `['answers']`
 */
export function toViolations(errors: readonly SchemaError[], root: readonly string[] = []): Violation[] {
  const violations = new Map<string, Violation>();
  for (const group of groupByPath(errors)) {
    for (const error of group.filter((one) => !group.some((other) => supersedes(other, one)))) {
      const path = [...root, ...error.path];
      const one = (VIOLATION_FACTORIES[error.keyword] ?? invalidValue)(
        toSafePointer(path),
        error.schema[error.keyword],
        {
          ...error,
          path,
        },
      );
      violations.set(`${one.field} ${one.rule}`, one);
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

/** Whether one finding makes another of the same place not worth telling. */
function supersedes(one: SchemaError, other: SchemaError): boolean {
  if (one.keyword === 'type') return other.keyword !== 'type';
  const named = one.keyword === 'format' || (one.keyword === 'pattern' && one.schema['x-rule'] !== undefined);
  const unnamed = other.keyword === 'pattern' && other.schema['x-rule'] === undefined;
  return named && (unnamed || LENGTH_KEYWORDS.includes(other.keyword));
}

type ViolationFactory = (field: string, wanted: unknown, finding: SchemaError) => Violation;

const toStrings = (list: unknown): string[] => [list].flat().map(String);
const unknownField: ViolationFactory = (field) => violation(field, 'UNKNOWN_FIELD');
const fieldNotAllowed: ViolationFactory = (field) => violation(field, 'NOT_HERE');

/** A choice between constants names them; between schemas there is nothing short to say. */
const noAlternative: ViolationFactory = (field, branches) => {
  const schemas = branches as Schema[];
  if (!schemas.every((branch) => Object.hasOwn(branch, 'const'))) return violation(field, 'NO_ALTERNATIVE');
  return violation(field, 'ONE_OF', { choices: schemas.map((branch) => String(branch['const'])) });
};

const invalidValue: ViolationFactory = (field) => violation(field, 'INVALID');

const VIOLATION_FACTORIES: Record<string, ViolationFactory> = {
  type: (field, types) => violation(field, 'TYPE', { types: toStrings(types) }),
  const: (field, value) => violation(field, 'ONE_OF', { choices: toStrings(value) }),
  enum: (field, values) => violation(field, 'ONE_OF', { choices: toStrings(values) }),
  oneOf: noAlternative,
  anyOf: noAlternative,
  not: (field) => violation(field, 'EXCLUDED'),
  false: fieldNotAllowed,
  'false schema': fieldNotAllowed,
  required: (field) => violation(field, 'REQUIRED'),
  dependentRequired: (field, _wanted, { path, other = '' }) =>
    violation(field, 'NEEDED_WITH', { other: toSafePointer([...path.slice(0, -1), other]) }),
  additionalProperties: unknownField,
  minProperties: (field, least) => violation(field, 'MIN_MEMBERS', { least: Number(least) }),
  maxProperties: (field, most) => violation(field, 'MAX_MEMBERS', { most: Number(most) }),
  minItems: (field, least) => violation(field, 'MIN_ITEMS', { least: Number(least) }),
  maxItems: (field, most) => violation(field, 'MAX_ITEMS', { most: Number(most) }),
  uniqueItems: (field) => violation(field, 'UNIQUE_ITEMS'),
  minLength: (field, least) => violation(field, 'MIN_LENGTH', { least: Number(least) }),
  maxLength: (field, most) => violation(field, 'MAX_LENGTH', { most: Number(most) }),
  pattern: (field, _pattern, { schema }) => violation(field, (schema['x-rule'] as PlainRule | undefined) ?? 'PATTERN'),
  format: (field, format) => {
    const named = String(format);
    return violation(field, isFormat(named) ? FORMAT_RULES[named] : 'PATTERN');
  },
  minimum: (field, least) => violation(field, 'MINIMUM', { least: Number(least) }),
  maximum: (field, most) => violation(field, 'MAXIMUM', { most: Number(most) }),
  exclusiveMinimum: (field, bound) => violation(field, 'ABOVE', { bound: Number(bound) }),
  exclusiveMaximum: (field, bound) => violation(field, 'BELOW', { bound: Number(bound) }),
  multipleOf: (field, step) => violation(field, 'MULTIPLE_OF', { step: Number(step) }),
};

function isFormat(name: string): name is keyof typeof FORMAT_RULES {
  return Object.hasOwn(FORMAT_RULES, name);
}
