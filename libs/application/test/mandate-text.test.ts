import { describe, expect, test } from '@jest/globals';
import { LANGUAGES, MANDATE_TEXT_VERSION } from '../src/index.ts';
import { renderMandateText } from '../src/mandate-text.ts';
import type { MandateTextFacts } from '../src/mandate-text.ts';

const person = { givenName: 'Vasile', familyName: 'Bălan', number: '2900000000012' };
const facts: MandateTextFacts = {
  person,
  centreName: 'Lozova',
  services: [{ ro: 'Cazier', ru: 'Справка', en: 'Record' }],
  themes: [],
  term: 'days-365',
  ground: 'present-and-signing',
  reference: '',
  grantDate: '2026-12-02',
  expireDate: '2027-12-02',
};
const represented = { ...facts, representative: { ...person, givenName: 'Maria' } };

describe('renderMandateText', () => {
  test.each(LANGUAGES)(
    'keeps the signed wording of 2026-11 in %s, and omits its note above the signature now',
    (language) => {
      for (const one of [facts, represented]) {
        const signed = renderMandateText(one, language, '2026-11').trim().split('\n');
        const current = renderMandateText(one, language).trim().split('\n');
        expect(signed.at(-1)).toMatch(/legal advice|consultanță juridică|юридической консультацией/);
        expect(current).toEqual(signed.slice(0, -1));
      }
    },
  );

  test('throws for an unknown version', () => {
    expect(MANDATE_TEXT_VERSION).toBe('2026-12');
    expect(() => renderMandateText(facts, 'ro', '1999-01')).toThrow('no version 1999-01');
  });
});
