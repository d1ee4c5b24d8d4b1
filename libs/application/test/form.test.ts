import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FORMATS, formCheck, formFaults } from '../src/index.ts';

/** Forms: which words they may use, and how answers are told what is wrong. */

type Form = Record<string, unknown>;

/** Every word of JSON Schema 2020-12 that a form may not use, because answers would not be checked by it. */
const FOREIGN = [
  ...['$ref', '$id', '$defs', '$anchor', '$dynamicRef', '$dynamicAnchor', '$vocabulary', 'definitions'],
  ...['patternProperties', 'propertyNames', 'minProperties', 'maxProperties', 'dependentSchemas', 'dependencies'],
  ...['prefixItems', 'contains', 'minContains', 'maxContains', 'unevaluatedItems', 'unevaluatedProperties'],
  ...['contentEncoding', 'contentMediaType', 'contentSchema', 'readOnly', 'writeOnly', 'deprecated', 'patern', ''],
];
/** Places in a form where a schema may stand. */
const PLACES: [string, (inner: Form) => Form][] = [
  ['at its head', (inner) => inner],
  ['in a member', (inner) => ({ properties: { a: inner } })],
  ['in the items of a list', (inner) => ({ items: inner })],
  ['in what must not be', (inner) => ({ not: inner })],
  ...['if', 'then', 'else'].map((word): [string, (inner: Form) => Form] => [
    `in ${word}`,
    (inner) => ({ [word]: inner }),
  ]),
  ...['oneOf', 'anyOf', 'allOf'].map((word): [string, (inner: Form) => Form] => [
    `in a branch of ${word}`,
    (inner) => ({ [word]: [{ type: 'string' }, inner] }),
  ]),
];

describe('words that no check knows', () => {
  test.each(PLACES)('are found %s, each of them', (_name, put) => {
    for (const word of FOREIGN) {
      expect(formFaults(put({ [word]: {} }))).toEqual([`unknown keyword: "${word}"`]);
      expect(() => formCheck(put({ [word]: {} }))).toThrow('unknown keyword');
    }
  });

  test('are found however deep they stand, and all of them', () => {
    const deep = fc.array(fc.constantFrom(...PLACES.map(([, put]) => put)), { maxLength: 12 });
    fc.assert(
      fc.property(deep, fc.uniqueArray(fc.constantFrom(...FOREIGN), { minLength: 1, maxLength: 3 }), (puts, words) => {
        const inner = Object.fromEntries(words.map((word) => [word, true])) as Form;
        const form = puts.reduce((made, put) => put(made), inner);
        expect(formFaults(form).sort()).toEqual(words.map((word) => `unknown keyword: "${word}"`).sort());
      }),
    );
  });

  test('are found in the branches of all places of one form at once', () => {
    const form = Object.assign({}, ...PLACES.slice(1).map(([, put]) => put({ format: 'ipv4' }))) as Form;
    expect(formFaults(form)).toEqual(Array(PLACES.length - 1).fill('unknown format: "ipv4"'));
  });

  test('a format without a check is one, and what further members may be beyond yes and no', () => {
    expect(formFaults({ format: 'iban' })).toEqual(['unknown format: "iban"']);
    expect(formFaults({ format: 'constructor' })).toEqual(['unknown format: "constructor"']);
    expect(formFaults({ additionalProperties: { type: 'string' } })).toEqual(['additionalProperties: true or false']);
    for (const format of Object.keys(FORMATS)) expect(formFaults({ format })).toEqual([]);
  });

  test('names of members and values are no words', () => {
    const named = {
      properties: { $ref: {}, contains: { const: { $ref: '#' } } },
      required: ['patern'],
      default: { x: 1 },
    };
    expect(formFaults(named)).toEqual([]);
  });

  test('what stands open or shut is a schema too', () => {
    expect(formFaults({ items: true, properties: { a: false }, then: false })).toEqual([]);
  });
});

/** A value that breaks the word, and the words of the violation. */
const WRONG: Record<string, { form: Form; right: unknown; wrong: unknown; says: RegExp }> = {
  type: { form: { type: ['string', 'null'] }, right: null, wrong: 1, says: /of type string or null/ },
  const: { form: { const: 'zz' }, right: 'zz', wrong: 'zy', says: /the one value/ },
  enum: { form: { enum: ['zz'] }, right: 'zz', wrong: 'zy', says: /one of the choices/ },
  oneOf: { form: { oneOf: [{ const: 'zz' }, { const: 1 }] }, right: 1, wrong: 'zy', says: /one of the choices/ },
  anyOf: { form: { anyOf: [{ type: 'string' }, { minimum: 3 }] }, right: 'zz', wrong: 2, says: /one of the choices/ },
  not: { form: { not: { const: 'zy' } }, right: 'zz', wrong: 'zy', says: /must not be what it is/ },
  additionalProperties: {
    form: { properties: {}, additionalProperties: false },
    right: {},
    wrong: { zy: 1 },
    says: /no other members/,
  },
  minItems: { form: { minItems: 2 }, right: [1, 2], wrong: [1], says: /at least 2 items/ },
  maxItems: { form: { maxItems: 2 }, right: [1, 2], wrong: [1, 2, 3], says: /at most 2 items/ },
  uniqueItems: { form: { uniqueItems: true }, right: [1, '1'], wrong: [{ a: 1 }, { a: 1 }], says: /one thing twice/ },
  minLength: { form: { minLength: 2 }, right: 'ăî', wrong: '𝒜', says: /at least 2 characters/ },
  maxLength: { form: { maxLength: 2 }, right: '𝒜𝒜', wrong: 'zyx', says: /at most 2 characters/ },
  pattern: { form: { pattern: '^z{2}$' }, right: 'zz', wrong: 'zy', says: /in the form that is wanted/ },
  format: { form: { format: 'date' }, right: '2024-02-29', wrong: '2023-02-29', says: /must be a date/ },
  minimum: { form: { minimum: 2 }, right: 2, wrong: 1.9, says: /at least 2/ },
  maximum: { form: { maximum: 2 }, right: 2, wrong: 2.1, says: /at most 2/ },
  exclusiveMinimum: { form: { exclusiveMinimum: 2 }, right: 2.1, wrong: 2, says: /over 2/ },
  exclusiveMaximum: { form: { exclusiveMaximum: 2 }, right: 1.9, wrong: 2, says: /under 2/ },
  multipleOf: { form: { multipleOf: 0.01 }, right: 45.07, wrong: 45.075, says: /multiple of 0.01/ },
  false: { form: false as never, right: undefined, wrong: 'zy', says: /left out here/ },
};

describe('answers that break a form', () => {
  test.each(Object.entries(WRONG))(
    '%s: the field and the rule are told, not the value',
    (word, { form, right, wrong, says }) => {
      const check = formCheck({ properties: { list: { items: { properties: { a: form } } } } });
      expect(check({ list: [{}, right === undefined ? {} : { a: right }] })).toEqual([]);
      const [told, ...more] = check({ list: [{}, { a: wrong }] });
      expect(more).toEqual([]);
      expect(told).toMatchObject({ field: 'answers.list[1].a', rule: word.toUpperCase() });
      expect(told!.message).toMatch(says);
      expect(JSON.stringify(told)).not.toMatch(/zy|2023/);
    },
  );

  test('what is missing is told by its own name, in a list and beside another answer as well', () => {
    const child = { required: ['name', 'a "b"'] };
    const form = { required: ['act'], properties: { child, iban: {} }, dependentRequired: { iban: ['bank', 'act'] } };
    const told = formCheck(form)({ child: {}, iban: 'zy' });
    expect(told.map(({ field, rule }) => [field, rule])).toEqual([
      ['answers.act', 'REQUIRED'],
      ['answers.bank', 'DEPENDENTREQUIRED'],
      ['answers.act', 'DEPENDENTREQUIRED'],
      ['answers.child.name', 'REQUIRED'],
      ['answers.child.a "b"', 'REQUIRED'],
    ]);
    expect(told[0]!.message).toBe('Needed to submit.');
  });

  test('at most 100 are told, those of the whole before those of its parts', () => {
    const names = Array.from({ length: 150 }, (_, n) => `f${n}`);
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
    const told = formCheck({ properties, additionalProperties: false })(
      Object.fromEntries([...names, 'zy'].map((name) => [name, 1])),
    );
    expect(told).toHaveLength(100);
    expect(told[0]).toMatchObject({ field: 'answers', rule: 'ADDITIONALPROPERTIES' });
  });

  test('a form is made into a check once, for as long as somebody holds it', () => {
    const form = { type: 'object' };
    expect(formCheck(form)).toBe(formCheck(form));
    expect(formCheck({ type: 'object' })).not.toBe(formCheck(form));
  });

  test('the form that was given is not changed', () => {
    const form = Object.freeze({ properties: Object.freeze({ a: Object.freeze({ type: 'string' }) }) });
    const before = JSON.stringify(form);
    expect(formCheck(form)({ a: 1 })).toHaveLength(1);
    expect(JSON.stringify(form)).toBe(before);
  });
});
