import { describe, expect, test } from '@jest/globals';
import { formatAnswers } from '../src/language/answers.ts';

const text = (ro: string) => ({ ro, ru: `${ro} (ru)`, en: `${ro} (en)` });
const FORM = {
  type: 'object',
  properties: {
    child: { type: 'string', 'x-title': text('Copilul') },
    born: { type: 'string', format: 'date', 'x-title': text('Născut') },
    payout: {
      type: 'string',
      title: 'Plata',
      oneOf: [
        { const: 'bank', 'x-title': text('cont') },
        { const: 'post', title: 'poștă' },
      ],
    },
    iban: { type: 'string', 'x-title': text('IBAN') },
    agreed: { type: 'boolean', 'x-title': text('De acord') },
    years: { type: 'array', items: { type: 'string' }, 'x-title': text('Anii') },
  },
  if: { properties: { payout: { const: 'bank' } }, required: ['payout'] },
  then: { required: ['iban'] },
  else: { properties: { iban: false } },
};
const SECTIONS = [
  { title: text('Familia'), fields: ['child', 'born'] },
  { title: text('Banii'), fields: ['payout', 'iban', 'agreed', 'years'] },
];
const answerLines = (form: object, answers: Record<string, unknown>) =>
  formatAnswers(form, answers).map(({ title, answers: rows }) => [
    title?.ro,
    ...rows.map(({ label, value }) => `${label.ro}: ${value.ro}`),
  ]);

describe('formatAnswers', () => {
  test('returns answers by section, in form order', () => {
    const answers = {
      years: ['2001', '2002'],
      agreed: false,
      payout: 'bank',
      iban: 'MD1',
      born: '2026-03-05',
      child: 'Ion',
    };
    expect(answerLines({ ...FORM, 'x-sections': SECTIONS }, answers)).toEqual([
      ['Familia', 'Copilul: Ion', 'Născut: 05.03.2026'],
      ['Banii', 'Plata: cont', 'IBAN: MD1', 'De acord: nu', 'Anii: 2001, 2002'],
    ]);
  });

  test('omits unanswered and inapplicable fields, and empty sections', () => {
    expect(answerLines({ ...FORM, 'x-sections': SECTIONS }, { payout: 'post', iban: 'MD1', child: '' })).toEqual([
      ['Banii', 'Plata: poștă'],
    ]);
  });

  test('works without sections, and keeps an invalid date as text', () => {
    expect(answerLines(FORM, { born: 'mai', child: 'Ion', unknown: 'x' })).toEqual([
      [undefined, 'Copilul: Ion', 'Născut: mai'],
    ]);
  });
});
