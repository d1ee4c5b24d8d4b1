import { checkOf } from './check.ts';
import type { Finding, Schema } from './keywords.ts';

/**
 * Fields that count only sometimes. A form says it in JSON Schema alone: where `if` holds, `then` counts, otherwise `else`;
 * what the one that counts sets to `false` has no place among the answers. A desk does not show it, and it is not sent.
 */

/** One `if` of a form, with the fields that its branches shut. */
interface Condition {
  if: Schema;
  shut: { then: string[]; else: string[] };
}

type Test = (answers: Record<string, unknown>) => string[];

/** The conditions at the head of a form and in its `allOf`. */
export function conditionsOf(form: Schema): Condition[] {
  const places = [form, ...((form['allOf'] ?? []) as Schema[])];
  return places
    .filter((place) => typeof place['if'] === 'object')
    .map((place) => ({
      if: place['if'] as Schema,
      shut: { then: shutBy(place['then'] as Schema | undefined), else: shutBy(place['else'] as Schema | undefined) },
    }));
}

function shutBy(branch: Schema | undefined): string[] {
  const fields = (branch?.['properties'] ?? {}) as Record<string, unknown>;
  return Object.keys(fields).filter((name) => fields[name] === false);
}

/** What finds the shut fields, by the form that it was made of. */
const made = new WeakMap<Schema, Test>();

/**
 * Names of the fields that do not count with these answers, in the order of the form: a desk leaves them out.
 * @param form is not changed afterwards
 */
export function fieldsLeftOut(form: Schema, answers: Record<string, unknown>): string[] {
  const shut = made.get(form) ?? testOf(form);
  made.set(form, shut);
  // An answer that does not count decides nothing, so that what hung on it may not count either.
  let left = answers;
  for (;;) {
    const names = shut(left);
    if (!names.some((name) => Object.hasOwn(left, name))) return names;
    left = without(left, names);
  }
}

/**
 * The answers that count: those that are filed and that the agency gets.
 * @param form is not changed afterwards
 */
export function countingAnswers(form: Schema, answers: Record<string, unknown>): Record<string, unknown> {
  return without(answers, fieldsLeftOut(form, answers));
}

function without(answers: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answers).filter(([name]) => !names.includes(name)));
}

function testOf(form: Schema): Test {
  const tests = conditionsOf(form).map(({ if: asked, shut }): Test => {
    const findings: (answers: unknown) => Finding[] = checkOf(asked);
    return (answers) => (findings(answers).length === 0 ? shut.then : shut.else);
  });
  const order = Object.keys((form['properties'] ?? {}) as object);
  return (answers) => {
    const names = new Set(tests.flatMap((test) => test(answers)));
    return order.filter((name) => names.has(name));
  };
}
