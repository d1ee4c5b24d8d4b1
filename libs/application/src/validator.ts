import { Validator } from '@cfworker/json-schema';
import type { OutputUnit } from '@cfworker/json-schema';
import type { Violation } from '@cups/problem';
import './formats.ts';
import { toViolations } from './schema-violations.ts';
import type { SchemaError, Schema } from './schema-violations.ts';

/**
 * The one check of values against JSON Schema 2020-12 that a desk and intake share. It reads the schema each time instead
 * of making code of it: a page under a strict content security policy may not run code that was made at run time.
 */

/** Keywords that only say that something inside them is wrong, which is told by itself. */
const WRAPPER_KEYWORDS = new Set(['properties', 'items', 'allOf', 'if']);
/** Of a choice it is told that none was made: why each of its branches does not fit helps nobody. */
const CHOICE_KEYWORDS = new Set(['oneOf', 'anyOf']);
/** The member that a keyword speaks of, which stands in its sentence alone. */
const MEMBER_PATTERNS: Record<string, RegExp> = {
  required: /^Instance does not have required property "(?<member>.*)"\.$/s,
  dependentRequired: /^Instance has "(?<other>.*)" but does not have "(?<member>.*)"\.$/s,
  additionalProperties: /^Property "(?<member>.*)" does not match additional properties schema\.$/s,
};

/**
 * @param schema without references
 * @returns what finds everything that is wrong with a value; empty when it fits
 */
export function createValidator(schema: Schema): (value: unknown) => SchemaError[] {
  // The validator writes into what it is given.
  const own = structuredClone(schema);
  const validator = new Validator(own, '2020-12', false);
  return (value) => {
    const { valid, errors } = validator.validate(value);
    if (valid) return [];
    const found = omitBranchErrors(locateFalseSchemas(errors)).filter(({ keyword }) => !WRAPPER_KEYWORDS.has(keyword));
    return deduplicate(found.map((error) => toSchemaError(error, schema)));
  };
}

/**
 * A schema that is `false` refuses without saying where it stands in the whole: it stands where the error before it does.
 * Under additionalProperties it is not told, which says as much, and without the name that somebody gave to the member.
 */
function locateFalseSchemas(errors: OutputUnit[]): OutputUnit[] {
  return errors.flatMap((error, at) => {
    const before = errors[at - 1];
    if (error.keyword !== 'false' || !before) return [error];
    if (before.keyword === 'additionalProperties') return [];
    return [Object.assign({}, error, { keywordLocation: `${before.keywordLocation}/false` })];
  });
}

/** One of each kind, what concerns the whole before what concerns its parts. */
function deduplicate(errors: SchemaError[]): SchemaError[] {
  const byPath = new Map(errors.map((error) => [JSON.stringify([error.path, error.keyword]), error]));
  return [...byPath.values()].sort((a, b) => a.path.length - b.path.length);
}

function omitBranchErrors(errors: OutputUnit[]): OutputUnit[] {
  const choices = errors.filter(({ keyword }) => CHOICE_KEYWORDS.has(keyword));
  const inBranch = (at: string) => choices.some(({ keywordLocation }) => at.startsWith(`${keywordLocation}/`));
  return choices.length === 0 ? errors : errors.filter(({ keywordLocation }) => !inBranch(keywordLocation));
}

function toSchemaError({ keyword, keywordLocation, instanceLocation, error }: OutputUnit, root: Schema): SchemaError {
  const { member, other } = MEMBER_PATTERNS[keyword]?.exec(error)?.groups ?? {};
  const path = parsePointer(instanceLocation);
  if (member !== undefined) path.push(member);
  const result: SchemaError = { path, keyword, schema: getSchemaAt(root, parsePointer(keywordLocation).slice(0, -1)) };
  return other === undefined ? result : Object.assign(result, { other });
}

/** The steps of a JSON pointer in a fragment: `#/a~1b/0` is `['a/b', '0']`. */
function parsePointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function getSchemaAt(root: Schema, steps: string[]): Schema {
  return steps.reduce((at, step) => (at[step] as Schema | undefined) ?? {}, root);
}

/** What checks values against a schema of the house; see {@link toViolations}. */
export function createShapeValidator(schema: Schema): (value: unknown) => Violation[] {
  const check = createValidator(schema);
  return (value) => toViolations(check(value));
}
