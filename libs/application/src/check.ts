import { Validator } from '@cfworker/json-schema';
import type { OutputUnit } from '@cfworker/json-schema';
import type { Violation } from '@cups/problem';
import './formats.ts';
import { violationsOf } from './keywords.ts';
import type { Finding, Schema } from './keywords.ts';

/**
 * The one check of values against JSON Schema 2020-12 that a desk and intake share. It reads the schema each time instead
 * of making code of it: a page under a strict content security policy may not run code that was made at run time.
 */

/** Keywords that only say that something inside them is wrong, which is told by itself. */
const WRAPPERS = new Set(['properties', 'items', 'allOf', 'if']);
/** Of a choice it is told that none was made: why each of its branches does not fit helps nobody. */
const CHOICES = new Set(['oneOf', 'anyOf']);
/** The member that a keyword speaks of, which stands in its sentence alone. */
const MEMBER: Record<string, RegExp> = {
  required: /^Instance does not have required property "(?<member>.*)"\.$/s,
  dependentRequired: /^Instance has "(?<other>.*)" but does not have "(?<member>.*)"\.$/s,
  additionalProperties: /^Property "(?<member>.*)" does not match additional properties schema\.$/s,
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
  const { member, other } = MEMBER[keyword]?.exec(error)?.groups ?? {};
  const path = stepsOf(instanceLocation);
  if (member !== undefined) path.push(member);
  const finding: Finding = { path, keyword, schema: schemaAt(root, stepsOf(keywordLocation).slice(0, -1)) };
  return other === undefined ? finding : Object.assign(finding, { other });
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

/** What checks values against a schema of the house; see {@link violationsOf}. */
export function shapeCheck(schema: Schema): (value: unknown) => Violation[] {
  const check = checkOf(schema);
  return (value) => violationsOf(check(value));
}
