import { format, Validator } from '@cfworker/json-schema';
import type { OutputUnit } from '@cfworker/json-schema';
import type { Violation } from '@cups/problem';
import { isCivilDate } from './dates.ts';
import { checkIdnp } from './idnp.ts';

/**
 * The one check of values against JSON Schema 2020-12 that a desk and intake share. It reads the schema each time instead
 * of making code of it: a page under a strict content security policy may not run code that was made at run time.
 */

/** A JSON Schema as data. */
export type Schema = { readonly [keyword: string]: unknown };

/** One rule that a value breaks, without the value. */
export interface Finding {
  /** Names of members and numbers of items, from the root of the value; a missing member is named last. */
  path: string[];
  /** The keyword of the schema that it breaks. */
  keyword: string;
  /** The schema that holds the keyword. */
  schema: Schema;
}

/** The formats that schemas of ours may name, each with its check. One that is not here would check nothing. */
export const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isCivilDate,
  'date-time': format['date-time'] as (text: string) => boolean,
  time: format['time'] as (text: string) => boolean,
  email: format['email'] as (text: string) => boolean,
  uri: format['uri'] as (text: string) => boolean,
  uuid: format['uuid'] as (text: string) => boolean,
  idnp: checkIdnp,
};
Object.assign(format, FORMATS);

/** Keywords that only say that something inside them is wrong, which is told by itself. */
const WRAPPERS = new Set(['properties', 'items', 'allOf', 'if']);
/** Of a choice it is told that none was made: why each of its branches does not fit helps nobody. */
const CHOICES = new Set(['oneOf', 'anyOf']);
/** What is missing, by the keyword that misses it. */
const MISSING: Record<string, RegExp> = {
  required: /^Instance does not have required property "(.*)"\.$/s,
  dependentRequired: /^Instance has ".*" but does not have "(.*)"\.$/s,
};

/**
 * @param schema without references
 * @returns what finds everything that is wrong with a value; empty when it fits
 */
export function checkOf(schema: Schema): (value: unknown) => Finding[] {
  // The validator writes into what it is given.
  const own = structuredClone(schema);
  const validator = new Validator(own, '2020-12', false);
  return (value) => {
    const { valid, errors } = validator.validate(value);
    if (valid) return [];
    const found = withoutBranches(placed(errors)).filter(({ keyword }) => !WRAPPERS.has(keyword));
    return distinct(found.map((error) => findingOf(error, schema)));
  };
}

/**
 * A schema that is `false` refuses without saying where it stands in the whole: it stands where the error before it does.
 * Under additionalProperties it is not told, which says as much, and without the name that somebody gave to the member.
 */
function placed(errors: OutputUnit[]): OutputUnit[] {
  return errors.flatMap((error, at) => {
    const before = errors[at - 1];
    if (error.keyword !== 'false' || !before) return [error];
    if (before.keyword === 'additionalProperties') return [];
    return [Object.assign({}, error, { keywordLocation: `${before.keywordLocation}/false` })];
  });
}

/** One of each kind, what concerns the whole before what concerns its parts. */
function distinct(findings: Finding[]): Finding[] {
  const byPlace = new Map(findings.map((finding) => [JSON.stringify([finding.path, finding.keyword]), finding]));
  return [...byPlace.values()].sort((a, b) => a.path.length - b.path.length);
}

function withoutBranches(errors: OutputUnit[]): OutputUnit[] {
  const choices = errors.filter(({ keyword }) => CHOICES.has(keyword));
  const inBranch = (at: string) => choices.some(({ keywordLocation }) => at.startsWith(`${keywordLocation}/`));
  return choices.length === 0 ? errors : errors.filter(({ keywordLocation }) => !inBranch(keywordLocation));
}

function findingOf({ keyword, keywordLocation, instanceLocation, error }: OutputUnit, root: Schema): Finding {
  const path = stepsOf(instanceLocation);
  const missing = MISSING[keyword]?.exec(error)?.[1];
  if (missing !== undefined) path.push(missing);
  return { path, keyword, schema: schemaAt(root, stepsOf(keywordLocation).slice(0, -1)) };
}

/** The steps of a JSON pointer in a fragment: `#/a~1b/0` is `['a/b', '0']`. */
function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function schemaAt(root: Schema, steps: string[]): Schema {
  return steps.reduce((at, step) => (at[step] as Schema | undefined) ?? {}, root);
}

/** A path as violations name it: `evidence[0].kind`. */
export function fieldOf(path: readonly string[], root = ''): string {
  return path.reduce((field, step) => {
    if (/^\d+$/.test(step)) return `${field}[${step}]`;
    return field === '' ? step : `${field}.${step}`;
  }, root);
}

/**
 * What checks values against a schema of the house, which says under `x-wrong` how a broken rule beside it is told. Each
 * field is told of each rule once.
 */
export function shapeCheck(schema: Schema): (value: unknown) => Violation[] {
  const check = checkOf(schema);
  return (value) => {
    const told = new Map(
      check(value)
        .map(shapeViolation)
        .map((one) => [`${one.field} ${one.rule}`, one]),
    );
    return [...told.values()];
  };
}

function shapeViolation({ path, keyword, schema }: Finding): Violation {
  const field = fieldOf(path);
  const wrong = schema['x-wrong'] as { rule: string; message: string } | undefined;
  if (keyword === 'required') return { field, rule: 'REQUIRED', message: 'Is missing.' };
  if (keyword === 'additionalProperties') return { field, rule: 'UNKNOWN_FIELD', message: 'Has a member too many.' };
  if (keyword === 'type' || !wrong) return { field, rule: 'TYPE', message: 'Is of another type.' };
  return { field, rule: wrong.rule, message: wrong.message };
}
