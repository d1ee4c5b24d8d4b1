import { Validator } from '@cfworker/json-schema';
import type { OutputUnit } from '@cfworker/json-schema';
import type { Violation } from '@cups/problem';
import { compileCheck } from './schema-check.ts';
import { toViolations } from './schema-violations.ts';
import type { SchemaError, Schema } from './schema-violations.ts';

/**
 * The JSON Schema 2020-12 validator that the desk and intake share. It lists errors by interpreting schemas, because a strict
 * content security policy forbids generated code. A faster check of the same schema accepts valid values before that.
 */

/** Keywords that only report an error inside them, which is reported separately. */
const WRAPPER_KEYWORDS = new Set(['properties', 'items', 'allOf', 'if']);
/** Choices are reported once, without the errors of each branch. */
const CHOICE_KEYWORDS = new Set(['oneOf', 'anyOf']);
/** Extracts the member name, which only the error text contains. */
const MEMBER_PATTERNS: Record<string, RegExp> = {
  required: /^Instance does not have required property "(?<member>.*)"\.$/s,
  dependentRequired: /^Instance has "(?<other>.*)" but does not have "(?<member>.*)"\.$/s,
  additionalProperties: /^Property "(?<member>.*)" does not match additional properties schema\.$/s,
};

/**
 * Creates a validator for a schema without references.
 * @returns a function that lists every error of a value; empty if it is valid
 */
export function createValidator(schema: Schema): (value: unknown) => SchemaError[] {
  const isValid = compileCheck(schema);
  let validator: Validator | undefined;
  return (value) => {
    if (isValid?.(value)) return [];
    // Created at the first invalid value. It modifies its schema.
    validator ??= new Validator(structuredClone(schema), '2020-12', false);
    const { valid, errors } = validator.validate(withoutUndefined(value));
    if (valid) return [];
    const found = omitBranchErrors(locateFalseSchemas(errors)).filter(({ keyword }) => !WRAPPER_KEYWORDS.has(keyword));
    return deduplicate(found.map((error) => toSchemaError(error, schema)));
  };
}

/** The interpreter throws for an undefined member. */
const withoutUndefined = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/**
 * Locates the error of a `false` schema, which lacks its own location, by the error before it. Under
 * additionalProperties it is dropped, because that error already says the same.
 */
function locateFalseSchemas(errors: OutputUnit[]): OutputUnit[] {
  return errors.flatMap((error, at) => {
    const before = errors[at - 1];
    if (error.keyword !== 'false' || !before) return [error];
    if (before.keyword === 'additionalProperties') return [];
    return [Object.assign({}, error, { keywordLocation: `${before.keywordLocation}/false` })];
  });
}

/** Removes duplicate errors, and sorts errors of the whole before errors of its parts. */
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

/** Parses a JSON pointer in a fragment: `#/a~1b/0` gives `['a/b', '0']`. */
function parsePointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function getSchemaAt(root: Schema, steps: string[]): Schema {
  return steps.reduce((at, step) => (at[step] as Schema | undefined) ?? {}, root);
}

/** Creates a validator for one of our own schemas, which reports violations; see {@link toViolations}. */
export function createShapeValidator(schema: Schema): (value: unknown) => Violation[] {
  const validate = createValidator(schema);
  return (value) => toViolations(validate(value));
}
