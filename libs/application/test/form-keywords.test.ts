import { describe, expect, test } from '@jest/globals';
import {
  isValidIdno,
  applicableAnswers,
  inapplicableFields,
  createAnswersValidator,
  validateFormSchema,
} from '../src/index.ts';

/** What a form says in words of ours, and which of its fields count. */

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
    // Whether the bank is abroad is asked only where there is one, and its SWIFT only where it is.
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

describe('a field whose condition is not met', () => {
  const bank = { born: '2026-01-01', payout: 'bank', abroad: true, iban: IBAN, swift: 'AGRNMD2X' };
  const post = Object.assign({}, bank, { payout: 'post' });

  test('is left out and not sent, and neither is what hung on it', () => {
    expect(inapplicableFields(form, bank)).toEqual([]);
    expect(applicableAnswers(form, bank)).toEqual(bank);
    expect(inapplicableFields(form, post)).toEqual(['abroad', 'iban', 'swift']);
    expect(applicableAnswers(form, post)).toEqual({ born: '2026-01-01', payout: 'post' });
  });

  test('is left out while what decides is not answered', () =>
    expect(inapplicableFields(form, {})).toEqual(['abroad', 'iban', 'swift']));

  test('is refused where it is sent all the same, and nothing else is told of it', () => {
    expect(violationsFor(post).filter(([, rule]) => rule === 'NOT_HERE')).toEqual([
      ['/answers/abroad', 'NOT_HERE', undefined],
      ['/answers/iban', 'NOT_HERE', undefined],
    ]);
    expect(violationsFor(applicableAnswers(form, post))).toEqual([]);
  });

  test('keeps the answers of others in their order, and a form without conditions keeps all', () => {
    expect(Object.keys(applicableAnswers(form, { payout: 'post', born: 'x', iban: 'y', leave: 'z' }))).toEqual([
      'payout',
      'born',
      'leave',
    ]);
    const answers = { b: 1, a: 2 };
    expect(applicableAnswers({ properties: { a: {}, b: {} } }, answers)).toEqual(answers);
  });

  test('cannot be held on to by a circle', () => {
    const circle = { properties: { a: {}, b: {} }, allOf: [onlyIf('a', 1, 'b'), onlyIf('b', 1, 'a')] };
    expect(applicableAnswers(circle, { a: 2, b: 1 })).toEqual({});
    expect(applicableAnswers(circle, { a: 1, b: 1 })).toEqual({ a: 1, b: 1 });
  });
});

describe('dates', () => {
  const with_ = (more: Form) => Object.assign({ payout: 'post', born: '2026-01-01' }, more);
  test('are compared with each other and with the day of filing; the same day is neither before nor after', () => {
    expect(violationsFor(with_({ leave: '2025-12-31' }))).toEqual([
      ['/answers/leave', 'NOT_BEFORE', { other: '/answers/born' }],
    ]);
    expect(violationsFor(with_({ leave: '2026-01-01' }), '2026-01-01')).toEqual([]);
    expect(violationsFor(with_({}), '2025-12-31')).toEqual([['/answers/born', 'NOT_AFTER', { other: 'today' }]]);
  });

  test('are not compared where one is missing or none, which is told by itself', () => {
    expect(violationsFor(with_({ leave: '2025-02-30' }))).toEqual([['/answers/leave', 'DATE', undefined]]);
    expect(violationsFor(with_({ born: 5, leave: '2025-12-31' })).map(([, rule]) => rule)).toEqual(['TYPE']);
    expect(violationsFor(with_({}))).toEqual([]);
    // A field that somebody calls today is no day of filing.
    expect(violationsFor(with_({ today: '1990-01-01' }), '2026-01-02').map(([, rule]) => rule)).toEqual([
      'UNKNOWN_FIELD',
    ]);
  });
});

describe('formats', () => {
  const wrong = (format: string, value: string) =>
    createAnswersValidator({ properties: { a: { format } } })({ a: value }).length > 0;
  test.each([
    [
      'iban',
      IBAN,
      ['MD24AG000225100013104169', 'MD24 AG00 0225 1000 1310 4168', 'md24ag000225100013104168', 'XX00', ''],
    ],
    ['iban', 'PT50000201231234567890154', ['PT50000201231234567890155', 'MD50000201231234567890154']],
    ['idno', '1008600038413', ['1008600038414', '2900000000012', '100860003841', '']],
  ])('%s takes %s and nothing near it', (format, right, others) => {
    expect(wrong(format, right)).toBe(false);
    for (const other of others) expect([other, wrong(format, other)]).toEqual([other, true]);
  });
  test('a number of an organisation is not one of a person', () => expect(isValidIdno('2900000000012')).toBe(false));
});

describe('a form is none', () => {
  const base = { properties: { a: { format: 'date' }, b: {}, c: {} }, required: ['a'] };
  const condition = (of: string, shut: string, required: string[]): Form => ({
    if: { properties: { [of]: { const: 1 } }, required },
    else: { properties: { [shut]: false } },
  });
  test.each<[string, Form, string]>([
    ['with a text that lacks a language', { 'x-help': { ro: 'da', en: 'yes' } }, 'x-help: needs ro, ru and en'],
    ['with a message for what is no rule', { 'x-messages': { WRONG: text } }, 'x-messages: WRONG is no rule'],
    [
      'with a message that lacks a language',
      { 'x-messages': { REQUIRED: { ro: 'da' } } },
      'x-messages.REQUIRED: needs ro, ru and en',
    ],
    ['with an unknown hint', { 'x-reuse': 'child.name' }, 'x-reuse: "child.name" is none of'],
    [
      'with a field that no section shows',
      { 'x-sections': [{ title: text, fields: ['a', 'b'] }] },
      'x-sections: each field',
    ],
    [
      'with sections in another order',
      { 'x-sections': [{ title: text, fields: ['a', 'c', 'b'] }] },
      'x-sections: each field',
    ],
    [
      'with a section without a title',
      { 'x-sections': [{ fields: ['a', 'b', 'c'] }] },
      'x-sections: needs ro, ru and en',
    ],
    ['with a compared date that is none', { 'x-dates': [{ field: 'b', notAfter: 'today' }] }, 'x-dates: b is no date'],
    ['with a date compared with none', { 'x-dates': [{ field: 'a', notAfter: 'b' }] }, 'x-dates: b is neither'],
    ['with a date compared with nothing', { 'x-dates': [{ field: 'a' }] }, 'x-dates: a needs either'],
    ['with a condition that holds unanswered', condition('b', 'c', []), 'if: b must be required there'],
    ['with a condition on what comes after it', condition('c', 'b', ['c']), 'b stands before what decides'],
    ['with a required field that may be shut', condition('b', 'a', ['b']), 'a is required though it may be shut'],
    ['with a condition that shuts what is no field', condition('b', 'd', ['b']), 'd is shut and no field'],
    [
      'with a word of ours that belongs to its head',
      { properties: { a: { 'x-dates': [] } } },
      'unknown keyword: "x-dates"',
    ],
    ['with a field that is named by a number', { properties: { 12: {} } }, 'a field named 12 loses its place'],
  ])('%s', (_, more, fault) => {
    const [found] = validateFormSchema(Object.assign({}, base, more));
    expect(found?.slice(0, fault.length)).toBe(fault);
  });

  test('but not with all of them in their places', () => {
    const sections = [
      { title: text, fields: ['a'] },
      { title: text, fields: ['b', 'c'] },
    ];
    const right = { 'x-sections': sections, 'x-dates': [{ field: 'a', notBefore: 'today' }], 'x-title': text };
    expect(validateFormSchema(Object.assign({}, base, right, condition('b', 'c', ['b'])))).toEqual([]);
  });
});
