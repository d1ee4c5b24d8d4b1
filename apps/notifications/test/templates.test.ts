import { describe, expect, test } from '@jest/globals';
import { localize, resolveLanguage, LANGUAGES } from '../src/domain/language.ts';
import type { Language } from '../src/domain/language.ts';
import type { NoticeKind } from '../src/domain/notice.ts';
import { TEMPLATES, RESULT_DELIVERIES, renderNotice } from '../src/domain/templates.ts';
import type { TemplateData } from '../src/domain/templates.ts';
import { templateData, recipient } from './fixtures.ts';

const kinds = Object.keys(TEMPLATES) as NoticeKind[];
const all = kinds.flatMap((kind) => LANGUAGES.map((language): [NoticeKind, Language] => [kind, language]));
/** Returns all paragraphs of a template, for all values of its facts. */
const textOf = (kind: NoticeKind, language: Language) =>
  TEMPLATES[kind][language]
    .flatMap((part) => (typeof part === 'string' ? part : Object.values(part).flatMap(Object.values)))
    .join(' ');
const noDue: TemplateData = { ...templateData, due: '', term: 'unknown' };

describe.each(all)('the text of %s in %s', (kind, language) => {
  const { subject, text } = renderNotice(kind, language, templateData, recipient);
  test(`the subject of ${kind} in ${language} names no person or service`, () => {
    expect(subject).not.toMatch(/Popescu|naștere|ABCD|\{/);
    expect(subject.length).toBeGreaterThan(10);
    expect(subject.length).toBeLessThan(70);
  });
  test(`the text of ${kind} in ${language} fills every placeholder`, () => {
    for (const part of ['Ion Popescu', 'Extras de naștere', 'Lozova', 'ABCD-EFGH-JKMN-PX'])
      expect(text).toContain(part);
    expect(text).not.toMatch(/[{}]|undefined|null/);
  });
  test(`the text of ${kind} in ${language} uses known placeholders only`, () => {
    const named = [...textOf(kind, language).matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const name of named) expect(Object.keys(templateData)).toContain(name);
  });
  test(`the text of ${kind} in ${language} has as many paragraphs as in Romanian`, () =>
    expect(TEMPLATES[kind][language].length).toBe(TEMPLATES[kind].ro.length));
});

describe('renderNotice', () => {
  test('says why there is no due date', () => {
    const { text } = renderNotice('application-submitted', 'en', noDue, recipient);
    expect(text).not.toContain('due by');
    expect(text).toContain('No term for the answer is known');
    const fromPayment = renderNotice('application-submitted', 'en', { ...noDue, term: 'fromPayment' }, recipient);
    expect(fromPayment.text).toContain('begins when the fee is paid');
  });
  test('promises a message only to an applicant with a contact', () => {
    const textFor = (reach: TemplateData['reach']) =>
      renderNotice('application-submitted', 'en', { ...templateData, reach }, recipient).text;
    expect(textFor('email')).toContain('We will write to you');
    expect(textFor('phone')).toContain('The centre will call you');
    expect(textFor('none')).toContain('You can learn the answer at the centre');
    expect(textFor('none')).not.toMatch(/we will/i);
  });
  test.each(LANGUAGES)('in %s asks nobody to the centre for a result that is sent', (language) => {
    const bring = { ro: 'actul de identitate', ru: 'удостоверение личности', en: 'identity document' }[language];
    for (const way of RESULT_DELIVERIES) {
      const { text } = renderNotice('result-ready', language, { ...templateData, way }, recipient);
      expect([way, text.includes(bring)]).toEqual([way, way === 'collect']);
    }
  });
  test('treats hostile text as text', () => {
    const hostile = { ...templateData, service: '{centre}', agencyText: '$& {service} <script>' };
    const { text } = renderNotice('application-rejected', 'en', hostile, { ...recipient, name: '$1{agencyText}' });
    expect(text).toContain('“{centre}”');
    expect(text).toContain('$& {service} <script>');
    expect(text).toContain('Dear $1{agencyText},');
  });
  test('Romanian texts use letters with a comma below, not a cedilla', () => {
    for (const kind of kinds) expect(textOf(kind, 'ro')).not.toMatch(/[şţŞŢ]/);
  });
});

test('a missing kind or language does not compile', () => {
  type Complete = Record<NoticeKind, Record<Language, readonly [string, ...unknown[]]>>;
  const { 'result-ready': _ready, ...withoutKind } = TEMPLATES;
  // @ts-expect-error a kind is missing
  const first: Complete = withoutKind;
  const { ru: _ru, ...withoutRussian } = TEMPLATES['result-ready'];
  // @ts-expect-error a language is missing
  const second: Complete = { ...TEMPLATES, 'result-ready': withoutRussian };
  expect([first, second]).toHaveLength(2);
});

describe('localized texts', () => {
  test('an unknown language becomes Romanian', () => expect(resolveLanguage('bg')).toBe('ro'));
  test('a text missing in a language is taken in Romanian', () => {
    expect(localize({ ro: 'da', ru: '' }, 'ru')).toBe('da');
    expect(localize({}, 'ru')).toBe('');
  });
});
