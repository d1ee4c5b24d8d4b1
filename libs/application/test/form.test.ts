import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FORMATS, createAnswersValidator, validateFormSchema } from '../src/index.ts';

type Form = Record<string, unknown>;

/** Keywords of JSON Schema 2020-12 that the validator does not support. */
const UNSUPPORTED_KEYWORDS = [
  ...['$ref', '$id', '$defs', '$anchor', '$dynamicRef', '$dynamicAnchor', '$vocabulary', 'definitions'],
  ...['patternProperties', 'propertyNames', 'minProperties', 'maxProperties', 'dependentSchemas', 'dependencies'],
  ...['prefixItems', 'contains', 'minContains', 'maxContains', 'unevaluatedItems', 'unevaluatedProperties'],
  ...['contentEncoding', 'contentMediaType', 'contentSchema', 'readOnly', 'writeOnly', 'deprecated', 'patern', ''],
];
/** Positions of subschemas in a form. */
const SCHEMA_POSITIONS: [string, (inner: Form) => Form][] = [
  ['at the root', (inner) => inner],
  ['in a member', (inner) => ({ properties: { a: inner } })],
  ['in the items of a list', (inner) => ({ items: inner })],
  ['in not', (inner) => ({ not: inner })],
  ...['if', 'then', 'else'].map((word): [string, (inner: Form) => Form] => [
    `in ${word}`,
    (inner) => ({ [word]: inner }),
  ]),
  ...['oneOf', 'anyOf', 'allOf'].map((word): [string, (inner: Form) => Form] => [
    `in a branch of ${word}`,
    (inner) => ({ [word]: [{ type: 'string' }, inner] }),
  ]),
];

describe('unknown keywords', () => {
  test.each(SCHEMA_POSITIONS)('are reported %s', (_name, put) => {
    for (const word of UNSUPPORTED_KEYWORDS) {
      expect(validateFormSchema(put({ [word]: {} }))).toEqual([`unknown keyword: "${word}"`]);
      expect(() => createAnswersValidator(put({ [word]: {} }))).toThrow('unknown keyword');
    }
  });

  test('are reported at any depth', () => {
    const deep = fc.array(fc.constantFrom(...SCHEMA_POSITIONS.map(([, put]) => put)), { maxLength: 12 });
    fc.assert(
      fc.property(
        deep,
        fc.uniqueArray(fc.constantFrom(...UNSUPPORTED_KEYWORDS), { minLength: 1, maxLength: 3 }),
        (puts, words) => {
          const inner = Object.fromEntries(words.map((word) => [word, true])) as Form;
          const form = puts.reduce((made, put) => put(made), inner);
          expect(validateFormSchema(form).sort()).toEqual(words.map((word) => `unknown keyword: "${word}"`).sort());
        },
      ),
    );
  });

  test('are reported in all positions of one form', () => {
    const form = Object.assign({}, ...SCHEMA_POSITIONS.slice(1).map(([, put]) => put({ format: 'ipv4' }))) as Form;
    expect(validateFormSchema(form)).toEqual(Array(SCHEMA_POSITIONS.length - 1).fill('unknown format: "ipv4"'));
  });

  test('include unknown formats and schemas in additionalProperties', () => {
    expect(validateFormSchema({ format: 'ipv6' })).toEqual(['unknown format: "ipv6"']);
    expect(validateFormSchema({ format: 'constructor' })).toEqual(['unknown format: "constructor"']);
    expect(validateFormSchema({ additionalProperties: { type: 'string' } })).toEqual([
      'additionalProperties: must be true or false',
    ]);
    for (const format of Object.keys(FORMATS)) expect(validateFormSchema({ format })).toEqual([]);
  });

  test('do not include names and values of members', () => {
    const named = {
      properties: { $ref: {}, contains: { const: { $ref: '#' } } },
      required: ['patern'],
      default: { x: 1 },
    };
    expect(validateFormSchema(named)).toEqual([]);
  });

  test('do not include boolean schemas', () => {
    expect(validateFormSchema({ items: true, properties: { a: false }, then: false })).toEqual([]);
  });
});

/** For each keyword, a valid and an invalid value with the violation. */
const CASES: Record<string, { form: Form; right: unknown; wrong: unknown; rule: string; params?: object }> = {
  type: {
    form: { type: ['string', 'null'] },
    right: null,
    wrong: 1,
    rule: 'TYPE',
    params: { types: ['string', 'null'] },
  },
  const: { form: { const: 'zz' }, right: 'zz', wrong: 'zy', rule: 'ONE_OF', params: { choices: ['zz'] } },
  enum: { form: { enum: ['zz', 1] }, right: 'zz', wrong: 'zy', rule: 'ONE_OF', params: { choices: ['zz', '1'] } },
  oneOf: {
    form: { oneOf: [{ const: 'zz' }, { const: 1 }] },
    right: 1,
    wrong: 'zy',
    rule: 'ONE_OF',
    params: { choices: ['zz', '1'] },
  },
  anyOf: {
    form: { anyOf: [{ type: 'string' }, { minimum: 3 }] },
    right: 'zz',
    wrong: 2,
    rule: 'NO_MATCHING_ALTERNATIVE',
  },
  not: { form: { not: { const: 'zy' } }, right: 'zz', wrong: 'zy', rule: 'FORBIDDEN_VALUE' },
  minItems: { form: { minItems: 2 }, right: [1, 2], wrong: [1], rule: 'MIN_ITEMS', params: { min: 2 } },
  maxItems: { form: { maxItems: 2 }, right: [1, 2], wrong: [1, 2, 3], rule: 'MAX_ITEMS', params: { max: 2 } },
  uniqueItems: { form: { uniqueItems: true }, right: [1, '1'], wrong: [{ a: 1 }, { a: 1 }], rule: 'UNIQUE_ITEMS' },
  minLength: { form: { minLength: 2 }, right: 'ăî', wrong: '𝒜', rule: 'MIN_LENGTH', params: { min: 2 } },
  maxLength: { form: { maxLength: 2 }, right: '𝒜𝒜', wrong: 'zyx', rule: 'MAX_LENGTH', params: { max: 2 } },
  pattern: { form: { pattern: '^z{2}$' }, right: 'zz', wrong: 'zy', rule: 'PATTERN' },
  format: { form: { format: 'date' }, right: '2024-02-29', wrong: '2023-02-29', rule: 'DATE' },
  minimum: { form: { minimum: 2 }, right: 2, wrong: 1.9, rule: 'MINIMUM', params: { min: 2 } },
  maximum: { form: { maximum: 2 }, right: 2, wrong: 2.1, rule: 'MAXIMUM', params: { max: 2 } },
  exclusiveMinimum: {
    form: { exclusiveMinimum: 2 },
    right: 2.1,
    wrong: 2,
    rule: 'EXCLUSIVE_MINIMUM',
    params: { bound: 2 },
  },
  exclusiveMaximum: {
    form: { exclusiveMaximum: 2 },
    right: 1.9,
    wrong: 2,
    rule: 'EXCLUSIVE_MAXIMUM',
    params: { bound: 2 },
  },
  multipleOf: {
    form: { multipleOf: 0.01 },
    right: 45.07,
    wrong: 45.075,
    rule: 'MULTIPLE_OF',
    params: { step: 0.01 },
  },
  false: { form: false as never, right: undefined, wrong: 'zy', rule: 'NOT_ALLOWED' },
};

describe('createAnswersValidator', () => {
  test.each(Object.entries(CASES))(
    '%s: reports field, rule and parameters, not the value',
    (_keyword, { form, right, wrong, rule, params }) => {
      const validate = createAnswersValidator({ properties: { list: { items: { properties: { a: form } } } } });
      expect(validate({ list: [{}, right === undefined ? {} : { a: right }] })).toEqual([]);
      const [first, ...rest] = validate({ list: [{}, { a: wrong }] });
      expect(rest).toEqual([]);
      expect({ field: first!.field, rule: first!.rule, params: first!.params }).toEqual({
        field: '/answers/list/1/a',
        rule,
        params,
      });
      expect(JSON.stringify(first)).not.toMatch(/zy|2023/);
    },
  );

  test('names an unknown field only if its name is safe, otherwise its parent', () => {
    const validate = createAnswersValidator({ properties: { list: { items: { additionalProperties: false } } } });
    const violations = validate({ list: [{ colour: 1 }, { 'Ana Exemplu': 1, '2900000000012': 1 }] });
    expect(violations.map(({ field, rule }) => `${field} ${rule}`)).toEqual([
      '/answers/list/0/colour UNKNOWN_FIELD',
      '/answers/list/1 UNKNOWN_FIELD',
    ]);
  });

  test('names a missing field, in nested objects and dependencies too', () => {
    const child = { required: ['name', 'birthDate'] };
    const form = { required: ['act'], properties: { child, iban: {} }, dependentRequired: { iban: ['bank', 'act'] } };
    const violations = createAnswersValidator(form)({ child: {}, iban: 'zy' });
    expect(violations.map(({ field, rule, params }) => [field, rule, params])).toEqual([
      ['/answers/act', 'REQUIRED', undefined],
      ['/answers/act', 'REQUIRED_WITH', { other: '/answers/iban' }],
      ['/answers/bank', 'REQUIRED_WITH', { other: '/answers/iban' }],
      ['/answers/child/name', 'REQUIRED', undefined],
      ['/answers/child/birthDate', 'REQUIRED', undefined],
    ]);
  });

  test('reports at most 100 violations, outer fields first', () => {
    const names = Array.from({ length: 150 }, (_, n) => `f${n}`);
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
    const form = { properties: { inner: { properties: { a: { type: 'string' } } }, ...properties } };
    const violations = createAnswersValidator(form)(
      Object.fromEntries([['inner', { a: 1 }], ...names.map((name) => [name, 1])]),
    );
    expect(violations).toHaveLength(100);
    expect(violations.every(({ field }) => field.split('/').length === 3)).toBe(true);
  });

  test('caches the validator of a form', () => {
    const form = { type: 'object' };
    expect(createAnswersValidator(form)).toBe(createAnswersValidator(form));
    expect(createAnswersValidator({ type: 'object' })).not.toBe(createAnswersValidator(form));
  });

  test('does not change the form', () => {
    const form = Object.freeze({ properties: Object.freeze({ a: Object.freeze({ type: 'string' }) }) });
    const before = JSON.stringify(form);
    expect(createAnswersValidator(form)({ a: 1 })).toHaveLength(1);
    expect(JSON.stringify(form)).toBe(before);
  });
});
