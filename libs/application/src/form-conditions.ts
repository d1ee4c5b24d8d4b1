import { createValidator } from './validator.ts';
import type { SchemaError, Schema } from './schema-violations.ts';

/**
 * Fields that count only sometimes. A form says it in JSON Schema alone: where `if` holds, `then` counts, otherwise `else`;
 * what the one that counts sets to `false` has no place among the answers. A desk does not show it, and it is not sent.
 */

/** One `if` of a form, with the fields that its branches shut. */
interface Condition {
  if: Schema;
  shut: { then: string[]; else: string[] };
}

type ApplicabilityTest = (answers: Record<string, unknown>) => string[];

/** The conditions at the head of a form and in its `allOf`. */
export function parseConditions(form: Schema): Condition[] {
  const schemas = [form, ...((form['allOf'] ?? []) as Schema[])];
  return schemas
    .filter((schema) => typeof schema['if'] === 'object')
    .map((schema) => ({
      if: schema['if'] as Schema,
      shut: {
        then: findFalseFields(schema['then'] as Schema | undefined),
        else: findFalseFields(schema['else'] as Schema | undefined),
      },
    }));
}

function findFalseFields(branch: Schema | undefined): string[] {
  const fields = (branch?.['properties'] ?? {}) as Record<string, unknown>;
  return Object.keys(fields).filter((name) => fields[name] === false);
}

/** What finds the shut fields, by the form that it was made of. */
const testsByForm = new WeakMap<Schema, ApplicabilityTest>();

/**
 * Names of the fields that do not count with these answers, in the order of the form: a desk leaves them out.
 * @param form is not changed afterwards
 */
export function inapplicableFields(form: Schema, answers: Record<string, unknown>): string[] {
  const findInapplicable = testsByForm.get(form) ?? createApplicabilityTest(form);
  testsByForm.set(form, findInapplicable);
  // An answer that does not count decides nothing, so that what hung on it may not count either.
  let applicable = answers;
  for (;;) {
    const names = findInapplicable(applicable);
    if (!names.some((name) => Object.hasOwn(applicable, name))) return names;
    applicable = omitFields(applicable, names);
  }
}

/**
 * The answers that count: those that are filed and that the agency gets.
 * @param form is not changed afterwards
 */
export function applicableAnswers(form: Schema, answers: Record<string, unknown>): Record<string, unknown> {
  return omitFields(answers, inapplicableFields(form, answers));
}

function omitFields(answers: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answers).filter(([name]) => !names.includes(name)));
}

function createApplicabilityTest(form: Schema): ApplicabilityTest {
  const tests = parseConditions(form).map(({ if: asked, shut }): ApplicabilityTest => {
    const findings: (answers: unknown) => SchemaError[] = createValidator(asked);
    return (answers) => (findings(answers).length === 0 ? shut.then : shut.else);
  });
  const order = Object.keys((form['properties'] ?? {}) as object);
  return (answers) => {
    const names = new Set(tests.flatMap((test) => test(answers)));
    return order.filter((name) => names.has(name));
  };
}
