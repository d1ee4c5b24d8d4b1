import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { compileCheck } from '../src/schema-check.ts';
import type { Schema } from '../src/schema-violations.ts';

/** Compares the compiled check with the interpreter, which lists the errors. `corpus.test.ts` compares both with Ajv. */

const NAMES = ['a', 'b', 'constructor'];
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -0,
      1,
      1.5,
      2,
      -3,
      '',
      'a',
      'ab',
      'ă',
      '𝒜',
      '𝒜𝒜',
      '2024-02-29',
      'a\n',
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 3 }),
  ),
})).value;

const schemas = fc.letrec<{ schema: Schema | boolean; object: Schema }>((tie) => {
  const list = fc.array(tie('schema'), { minLength: 1, maxLength: 3 });
  const names = fc.subarray(NAMES);
  const small = fc.integer({ min: 0, max: 3 });
  const keywords = {
    type: fc.oneof(
      fc.constantFrom('object', 'array', 'string', 'number', 'integer', 'boolean', 'null'),
      fc.constant(['string', 'integer']),
    ),
    const: fc.constantFrom<unknown>(1, 'a', true, null),
    enum: fc.constant([1, 'ab', false]),
    required: names,
    dependentRequired: fc.dictionary(fc.constantFrom(...NAMES), names, { maxKeys: 2 }),
    properties: fc.dictionary(fc.constantFrom(...NAMES), tie('schema'), { maxKeys: 3 }),
    additionalProperties: fc.boolean(),
    maxProperties: small,
    items: tie('schema'),
    minItems: small,
    maxItems: small,
    minLength: small,
    maxLength: small,
    pattern: fc.constantFrom('^a', '^.$', '^[^\\x00-\\x1F]*$'),
    format: fc.constantFrom('date', 'email', 'idnp'),
    minimum: small,
    maximum: small,
    exclusiveMinimum: small,
    exclusiveMaximum: small,
    allOf: list,
    anyOf: list,
    oneOf: list,
    not: tie('schema'),
    if: tie('schema'),
    then: tie('schema'),
    else: tie('schema'),
    title: fc.constant('ignored'),
  };
  const some = fc
    .subarray(Object.keys(keywords) as (keyof typeof keywords)[], { minLength: 1, maxLength: 4 })
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map((keyword) => [keyword, keywords[keyword]]))));
  return {
    object: some as fc.Arbitrary<Schema>,
    schema: fc.oneof({ maxDepth: 2, depthSize: 'small' }, fc.boolean(), tie('object')),
  };
}).object;

const interpret = (schema: Schema, value: unknown): boolean =>
  new Validator(structuredClone(schema), '2020-12', false).validate(value).valid;

test('accepts what the interpreter accepts, for random schemas and values', () => {
  let accepted = 0;
  fc.assert(
    fc.property(schemas, fc.array(values, { minLength: 1, maxLength: 8 }), (schema, list) => {
      const isValid = compileCheck(schema)!;
      for (const value of list) {
        const result = isValid(value);
        if (result) accepted += 1;
        expect({ value, result }).toEqual({ value, result: interpret(schema, value) });
      }
    }),
    { numRuns: 500 },
  );
  expect(accepted).toBeGreaterThan(100);
});

test('compiles every form of the catalog', () => {
  const folder = join(process.cwd(), '../../data/public-services');
  const versions = readdirSync(folder).flatMap(
    (file) =>
      (parse(readFileSync(join(folder, file), 'utf8')) as { versions: { form?: Schema; example?: object }[] }).versions,
  );
  const forms = versions.filter(({ form }) => form !== undefined);
  expect(forms.length).toBeGreaterThan(25);
  for (const { form, example } of forms) expect(compileCheck(form!)?.(example)).toBe(true);
});

describe('compiled check', () => {
  test('treats an undefined member as absent', () => {
    const isValid = compileCheck({
      required: ['a'],
      additionalProperties: false,
      properties: { a: { type: 'string' } },
    })!;
    expect([{ a: 'x', b: undefined }, { a: undefined }, {}].map(isValid)).toEqual([true, false, false]);
  });

  test('compares unique items', () => {
    const isValid = compileCheck({ uniqueItems: true, items: { type: 'string' } })!;
    expect([['a', 'b'], ['a', 'a'], [], 'aa'].map(isValid)).toEqual([true, false, true, true]);
  });

  test.each<[string, Schema]>([
    ['a reference', { $ref: '#/$defs/Line' }],
    ['a keyword that it does not know', { multipleOf: 2 }],
    ['an unknown format', { format: 'regex' }],
    ['unique items of any type', { uniqueItems: true }],
    ['a constant object', { const: { a: 1 } }],
    ['an enumerated list', { enum: [[1]] }],
    ['a schema of additional members', { additionalProperties: { type: 'string' } }],
    ['one of them deep inside', { properties: { a: { items: { anyOf: [{ not: { multipleOf: 2 } }] } } } }],
  ])('leaves a schema to the interpreter with %s', (_name, schema) => expect(compileCheck(schema)).toBeUndefined());
});
