import { createValidator } from './validator.ts';
import type { SchemaError, Schema } from './schema-violations.ts';

/**
 * Conditional fields of a form, in plain JSON Schema: if `if` holds, `then` applies, otherwise `else`. A field that
 * the applicable branch sets to `false` is inapplicable: the desk hides it and it is not submitted.
 */

/** One `if` of a form, with the fields that each branch makes inapplicable. */
interface Condition {
  if: Schema;
  inapplicable: { then: string[]; else: string[] };
}

type ApplicabilityTest = (answers: Record<string, unknown>) => string[];

/** Returns the conditions at the root of a form and in its `allOf`. */
export function parseConditions(form: Schema): Condition[] {
  const schemas = [form, ...((form['allOf'] ?? []) as Schema[])];
  return schemas
    .filter((schema) => typeof schema['if'] === 'object')
    .map((schema) => ({
      if: schema['if'] as Schema,
      inapplicable: {
        then: findFalseFields(schema['then'] as Schema | undefined),
        else: findFalseFields(schema['else'] as Schema | undefined),
      },
    }));
}

function findFalseFields(branch: Schema | undefined): string[] {
  const fields = (branch?.['properties'] ?? {}) as Record<string, unknown>;
  return Object.keys(fields).filter((name) => fields[name] === false);
}

const testsByForm = new WeakMap<Schema, ApplicabilityTest>();

/**
 * Returns the names of inapplicable fields for these answers, in the order of the form.
 * @param form must not change afterwards
 */
export function inapplicableFields(form: Schema, answers: Record<string, unknown>): string[] {
  const findInapplicable = testsByForm.get(form) ?? createApplicabilityTest(form);
  testsByForm.set(form, findInapplicable);
  // An inapplicable answer decides nothing, so fields that depend on it may become inapplicable too.
  let applicable = answers;
  for (;;) {
    const names = findInapplicable(applicable);
    if (!names.some((name) => Object.hasOwn(applicable, name))) return names;
    applicable = omitFields(applicable, names);
  }
}

/**
 * Returns the applicable answers, which are submitted to the agency.
 * @param form must not change afterwards
 */
export function applicableAnswers(form: Schema, answers: Record<string, unknown>): Record<string, unknown> {
  return omitFields(answers, inapplicableFields(form, answers));
}

function omitFields(answers: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answers).filter(([name]) => !names.includes(name)));
}

function createApplicabilityTest(form: Schema): ApplicabilityTest {
  const tests = parseConditions(form).map(({ if: condition, inapplicable }): ApplicabilityTest => {
    const validate: (answers: unknown) => SchemaError[] = createValidator(condition);
    return (answers) => (validate(answers).length === 0 ? inapplicable.then : inapplicable.else);
  });
  const order = Object.keys((form['properties'] ?? {}) as object);
  return (answers) => {
    const names = new Set(tests.flatMap((test) => test(answers)));
    return order.filter((name) => names.has(name));
  };
}
