import type { Violation } from '@cups/problem';
import { checkOf } from './check.ts';
import { FORMATS } from './formats.ts';
import { violationsOf } from './keywords.ts';
import type { Schema } from './keywords.ts';

/** Forms: what the answers of an application are checked against, at the desk while they are written and at submit. */

/** Words that say what answers must be; a form that uses another one would be checked by less than it says. */
const RULES = new Set([
  ...['type', 'const', 'enum', 'required', 'properties', 'additionalProperties', 'dependentRequired'],
  ...['items', 'minItems', 'maxItems', 'uniqueItems'],
  ...['minLength', 'maxLength', 'pattern', 'format'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else'],
]);
/** Words for people and editors: they check nothing, and are known. */
const NOTES = new Set(['$schema', '$comment', 'title', 'x-title', 'description', 'examples', 'default']);
/** Words under which further schemas stand: one, or a list of them; under properties one by name. */
const ONE = ['items', 'not', 'if', 'then', 'else'];
const LISTS = ['oneOf', 'anyOf', 'allOf'];

const MOST_VIOLATIONS = 100;

/** What is wrong with answers; empty when they fit. */
export type AnswersCheck = (answers: Record<string, unknown>) => Violation[];

/**
 * What keeps a form from being one: words and formats that no check knows. Empty when there is nothing. That it is a valid
 * JSON Schema is asked of it where it comes in, in the catalog.
 */
export function formFaults(form: Schema): string[] {
  const faults: string[] = [];
  for (const [word, value] of Object.entries(form)) {
    if (!RULES.has(word) && !NOTES.has(word)) faults.push(`unknown keyword: "${word}"`);
    if (word === 'format' && !Object.hasOwn(FORMATS, String(value))) faults.push(`unknown format: "${String(value)}"`);
    if (word === 'additionalProperties' && typeof value !== 'boolean')
      faults.push('additionalProperties: true or false');
  }
  return [...faults, ...innerSchemas(form).flatMap(formFaults)];
}

function innerSchemas(form: Schema): Schema[] {
  return [
    ...ONE.flatMap((word) => form[word] ?? []),
    ...LISTS.flatMap((word) => form[word] ?? []),
    ...Object.values(form['properties'] ?? {}),
  ] as Schema[];
}

/** A check by the form that it was made of, for as long as somebody holds the form. */
const made = new WeakMap<Schema, AnswersCheck>();

/**
 * What checks answers against a form; violations name fields and rules, never values. At most 100 are told.
 * @param form is not changed afterwards
 * @throws Error for a form with a word that no check knows
 */
export function formCheck(form: Schema): AnswersCheck {
  const before = made.get(form);
  if (before) return before;
  const [fault] = formFaults(form);
  if (fault !== undefined) throw new Error(`The form has an ${fault}.`);
  const check = checkOf(form);
  const answersCheck: AnswersCheck = (answers) => violationsOf(check(answers), ['answers']).slice(0, MOST_VIOLATIONS);
  made.set(form, answersCheck);
  return answersCheck;
}
