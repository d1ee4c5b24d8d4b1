import { pointer, violation } from '@cups/problem';
import type { PlainRule, Violation } from '@cups/problem';
import { FORMAT_RULES } from './formats.ts';

/** Broken keywords of JSON Schema as violations: one table for the content, for forms and for the public interface. */

/** A JSON Schema as data. */
export type Schema = { readonly [keyword: string]: unknown };

/** One rule that a value breaks, without the value. */
export interface Finding {
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
const PLAIN = /^(?:[A-Za-z_$][\w$-]{0,40}|[0-9]{1,5})$/;

/** The JSON pointer of a field, or of what holds it where a name on the way is not one that may be shown. */
export function fieldOf(path: readonly string[]): string {
  const hidden = path.findIndex((step) => !PLAIN.test(step));
  return pointer(hidden < 0 ? path : path.slice(0, hidden));
}

/**
 * What findings are as violations, each rule of a field once. Of a field of another type nothing else is told, and of a text
 * that is written in another form not how long it is.
 * @param root the way to the value that was checked, such as `['answers']`
 */
export function violationsOf(findings: readonly Finding[], root: readonly string[] = []): Violation[] {
  const told = new Map<string, Violation>();
  for (const here of byPlace(findings)) {
    for (const finding of here.filter((one) => !here.some((other) => covers(other, one)))) {
      const path = [...root, ...finding.path];
      const one = (TELLS[finding.keyword] ?? tellsNothing)(fieldOf(path), finding.schema[finding.keyword], {
        ...finding,
        path,
      });
      told.set(`${one.field} ${one.rule}`, one);
    }
  }
  return [...told.values()];
}

function byPlace(findings: readonly Finding[]): Finding[][] {
  const places = new Map<string, Finding[]>();
  for (const finding of findings) {
    const place = pointer(finding.path);
    const here = places.get(place);
    if (here) here.push(finding);
    else places.set(place, [finding]);
  }
  return [...places.values()];
}

const LENGTHS = ['minLength', 'maxLength'];

/** Whether one finding makes another of the same place not worth telling. */
function covers(one: Finding, other: Finding): boolean {
  if (one.keyword === 'type') return other.keyword !== 'type';
  const named = one.keyword === 'format' || (one.keyword === 'pattern' && one.schema['x-rule'] !== undefined);
  const unnamed = other.keyword === 'pattern' && other.schema['x-rule'] === undefined;
  return named && (unnamed || LENGTHS.includes(other.keyword));
}

type Tell = (field: string, wanted: unknown, finding: Finding) => Violation;

const words = (list: unknown): string[] => [list].flat().map(String);
const unknownMember: Tell = (field) => violation(field, 'UNKNOWN_FIELD');
const leftOut: Tell = (field) => violation(field, 'NOT_HERE');

/** A choice between constants names them; between schemas there is nothing short to say. */
const choice: Tell = (field, branches) => {
  const schemas = branches as Schema[];
  if (!schemas.every((branch) => Object.hasOwn(branch, 'const'))) return violation(field, 'NO_ALTERNATIVE');
  return violation(field, 'ONE_OF', { choices: schemas.map((branch) => String(branch['const'])) });
};

const tellsNothing: Tell = (field) => violation(field, 'INVALID');

const TELLS: Record<string, Tell> = {
  type: (field, types) => violation(field, 'TYPE', { types: words(types) }),
  const: (field, value) => violation(field, 'ONE_OF', { choices: words(value) }),
  enum: (field, values) => violation(field, 'ONE_OF', { choices: words(values) }),
  oneOf: choice,
  anyOf: choice,
  not: (field) => violation(field, 'EXCLUDED'),
  false: leftOut,
  'false schema': leftOut,
  required: (field) => violation(field, 'REQUIRED'),
  dependentRequired: (field, _wanted, { path, other = '' }) =>
    violation(field, 'NEEDED_WITH', { other: fieldOf([...path.slice(0, -1), other]) }),
  additionalProperties: unknownMember,
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
