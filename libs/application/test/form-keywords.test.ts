import { describe, expect, test } from '@jest/globals';
import {
  isValidIdno,
  applicableAnswers,
  inapplicableFields,
  createAnswersValidator,
  validateFormSchema,
} from '../src/index.ts';

type Form = Record<string, unknown>;

const text = { ro: 'da', ru: 'да', en: 'yes' };
const onlyIf = (field: string, value: unknown, inapplicable: string): Form => ({
  if: { properties: { [field]: { const: value } }, required: [field] },
  then: { required: [inapplicable] },
  else: { properties: { [inapplicable]: false } },
});
const form: Form = {
  type: 'object',
  additionalProperties: false,
  required: ['born', 'payout'],
  properties: {
    born: { type: 'string', format: 'date' },
    leave: { type: 'string', format: 'date' },
    payout: { enum: ['bank', 'post'] },
    abroad: { type: 'boolean' },
    iban: { type: 'string', format: 'iban' },
    swift: { type: 'string', maxLength: 11 },
  },
  allOf: [
    // `abroad` applies to banks only, and `swift` to banks abroad only.
    onlyIf('payout', 'bank', 'abroad'),
    onlyIf('payout', 'bank', 'iban'),
    onlyIf('abroad', true, 'swift'),
  ],
  'x-dates': [
    { field: 'born', notAfter: 'today' },
    { field: 'leave', notBefore: 'born' },
  ],
};
const IBAN = 'MD24AG000225100013104168';
const violationsFor = (answers: Form, today?: string) =>
  createAnswersValidator(form)(answers, today).map(({ field, rule, params }) => [field, rule, params]);

describe('inapplicable field', () => {
  const bank = { born: '2026-01-01', payout: 'bank', abroad: true, iban: IBAN, swift: 'AGRNMD2X' };
  const post = Object.assign({}, bank, { payout: 'post' });

  test('is removed together with the fields that depend on it', () => {
    expect(inapplicableFields(form, bank)).toEqual([]);
    expect(applicableAnswers(form, bank)).toEqual(bank);
    expect(inapplicableFields(form, post)).toEqual(['abroad', 'iban', 'swift']);
    expect(applicableAnswers(form, post)).toEqual({ born: '2026-01-01', payout: 'post' });
  });

  test('is inapplicable while its condition has no answer', () =>
    expect(inapplicableFields(form, {})).toEqual(['abroad', 'iban', 'swift']));

  test('is rejected as NOT_ALLOWED without further violations', () => {
    expect(violationsFor(post).filter(([, rule]) => rule === 'NOT_ALLOWED')).toEqual([
      ['/answers/abroad', 'NOT_ALLOWED', undefined],
      ['/answers/iban', 'NOT_ALLOWED', undefined],
    ]);
    expect(violationsFor(applicableAnswers(form, post))).toEqual([]);
  });

  test('keeps the other answers in order, and all without conditions', () => {
    expect(Object.keys(applicableAnswers(form, { payout: 'post', born: 'x', iban: 'y', leave: 'z' }))).toEqual([
      'payout',
      'born',
      'leave',
    ]);
    const answers = { b: 1, a: 2 };
    expect(applicableAnswers({ properties: { a: {}, b: {} } }, answers)).toEqual(answers);
  });

  test('is removed from circular conditions too', () => {
    const circle = { properties: { a: {}, b: {} }, allOf: [onlyIf('a', 1, 'b'), onlyIf('b', 1, 'a')] };
    expect(applicableAnswers(circle, { a: 2, b: 1 })).toEqual({});
    expect(applicableAnswers(circle, { a: 1, b: 1 })).toEqual({ a: 1, b: 1 });
  });
});

describe('date rules', () => {
  const answersWith = (more: Form) => Object.assign({ payout: 'post', born: '2026-01-01' }, more);
  test('compare fields and the day of filing, inclusively', () => {
    expect(violationsFor(answersWith({ leave: '2025-12-31' }))).toEqual([
      ['/answers/leave', 'NOT_BEFORE', { other: '/answers/born' }],
    ]);
    expect(violationsFor(answersWith({ leave: '2026-01-01' }), '2026-01-01')).toEqual([]);
    expect(violationsFor(answersWith({}), '2025-12-31')).toEqual([['/answers/born', 'NOT_AFTER', { other: 'today' }]]);
  });

  test('skip missing and invalid dates', () => {
    expect(violationsFor(answersWith({ leave: '2025-02-30' }))).toEqual([['/answers/leave', 'DATE', undefined]]);
    expect(violationsFor(answersWith({ born: 5, leave: '2025-12-31' })).map(([, rule]) => rule)).toEqual(['TYPE']);
    expect(violationsFor(answersWith({}))).toEqual([]);
    // A field named today is not the day of filing.
    expect(violationsFor(answersWith({ today: '1990-01-01' }), '2026-01-02').map(([, rule]) => rule)).toEqual([
      'UNKNOWN_FIELD',
    ]);
  });
});

describe('formats', () => {
  const isRejected = (format: string, value: string) =>
    createAnswersValidator({ properties: { a: { format } } })({ a: value }).length > 0;
  test.each([
    [
      'iban',
      IBAN,
      ['MD24AG000225100013104169', 'MD24 AG00 0225 1000 1310 4168', 'md24ag000225100013104168', 'XX00', ''],
    ],
    ['iban', 'PT50000201231234567890154', ['PT50000201231234567890155', 'MD50000201231234567890154']],
    ['idno', '1008600038413', ['1008600038414', '2900000000012', '100860003841', '']],
  ])('%s accepts %s and rejects similar values', (format, valid, others) => {
    expect(isRejected(format, valid)).toBe(false);
    for (const other of others) expect([other, isRejected(format, other)]).toEqual([other, true]);
  });
  test('isValidIdno rejects an IDNP', () => expect(isValidIdno('2900000000012')).toBe(false));
});

describe('validateFormSchema', () => {
  const base = { properties: { a: { format: 'date' }, b: {}, c: {} }, required: ['a'] };
  const condition = (decidedBy: string, excluded: string, required: string[]): Form => ({
    if: { properties: { [decidedBy]: { const: 1 } }, required },
    else: { properties: { [excluded]: false } },
  });
  test.each<[string, Form, string]>([
    ['a text without a language', { 'x-help': { ro: 'da', en: 'yes' } }, 'x-help: needs ro, ru and en'],
    ['a message for an unknown rule', { 'x-messages': { WRONG: text } }, 'x-messages: WRONG is not a rule'],
    [
      'a message without a language',
      { 'x-messages': { REQUIRED: { ro: 'da' } } },
      'x-messages.REQUIRED: needs ro, ru and en',
    ],
    ['an unknown reuse hint', { 'x-reuse': 'child.name' }, 'x-reuse: "child.name" is not one of'],
    [
      'a field without a section',
      { 'x-sections': [{ title: text, fields: ['a', 'b'] }] },
      'x-sections: must list each field once',
    ],
    [
      'sections in another order than properties',
      { 'x-sections': [{ title: text, fields: ['a', 'c', 'b'] }] },
      'x-sections: must list each field once',
    ],
    ['a section without a title', { 'x-sections': [{ fields: ['a', 'b', 'c'] }] }, 'x-sections: needs ro, ru and en'],
    [
      'a date rule for another type',
      { 'x-dates': [{ field: 'b', notAfter: 'today' }] },
      'x-dates: b is not a date field',
    ],
    ['a date rule against another type', { 'x-dates': [{ field: 'a', notAfter: 'b' }] }, 'x-dates: b is neither'],
    ['a date rule without a limit', { 'x-dates': [{ field: 'a' }] }, 'x-dates: a needs either'],
    ['a condition that holds without an answer', condition('b', 'c', []), 'if: b must be required there'],
    ['a condition on a later field', condition('c', 'b', ['c']), 'b must come after the fields of its condition'],
    [
      'a required field that a condition can exclude',
      condition('b', 'a', ['b']),
      'a is required, but a condition can exclude it',
    ],
    [
      'a condition that excludes an unknown field',
      condition('b', 'd', ['b']),
      'd is not a field, but a condition excludes it',
    ],
    ['a root keyword below the root', { properties: { a: { 'x-dates': [] } } }, 'unknown keyword: "x-dates"'],
    ['a numeric field name', { properties: { 12: {} } }, 'invalid field name: "12"'],
  ])('rejects %s', (_, more, message) => {
    const [error] = validateFormSchema(Object.assign({}, base, more));
    expect(error?.slice(0, message.length)).toBe(message);
  });

  test('accepts a form with every extension in its place', () => {
    const sections = [
      { title: text, fields: ['a'] },
      { title: text, fields: ['b', 'c'] },
    ];
    const valid = { 'x-sections': sections, 'x-dates': [{ field: 'a', notBefore: 'today' }], 'x-title': text };
    expect(validateFormSchema(Object.assign({}, base, valid, condition('b', 'c', ['b'])))).toEqual([]);
  });
});
