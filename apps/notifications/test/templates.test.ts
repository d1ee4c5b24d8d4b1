import { describe, expect, test } from '@jest/globals';
import { localize, resolveLanguage, LANGUAGES } from '../src/domain/language.ts';
import type { Language } from '../src/domain/language.ts';
import type { NoticeKind } from '../src/domain/notice.ts';
import { TEMPLATES, RESULT_DELIVERIES, renderNotice } from '../src/domain/templates.ts';
import type { TemplateData } from '../src/domain/templates.ts';
import { templateData, recipient } from './fixtures.ts';

const kinds = Object.keys(TEMPLATES) as NoticeKind[];
const all = kinds.flatMap((kind) => LANGUAGES.map((language): [NoticeKind, Language] => [kind, language]));
/** All that a text may say, in whichever case. */
const textOf = (kind: NoticeKind, language: Language) =>
  TEMPLATES[kind][language]
    .flatMap((part) => (typeof part === 'string' ? part : Object.values(part).flatMap(Object.values)))
    .join(' ');
const noDue: TemplateData = { ...templateData, due: '', term: 'unknown' };

describe.each(all)('the text of %s in %s', (kind, language) => {
  const { subject, text } = renderNotice(kind, language, templateData, recipient);
  test(`The subject of ${kind} in ${language} names no person, no service and no tracking number`, () => {
    expect(subject).not.toMatch(/Popescu|naștere|ABCD|\{/);
    expect(subject.length).toBeGreaterThan(10);
    expect(subject.length).toBeLessThan(70);
  });
  test(`The text of ${kind} in ${language} names the person, the service, the centre and the tracking number, and leaves no gap`, () => {
    for (const part of ['Ion Popescu', 'Extras de naștere', 'Lozova', 'ABCD-EFGH-JKMN-PX'])
      expect(text).toContain(part);
    expect(text).not.toMatch(/[{}]|undefined|null/);
  });
  test(`The text of ${kind} in ${language} speaks only of facts that exist`, () => {
    const named = [...textOf(kind, language).matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const name of named) expect(Object.keys(templateData)).toContain(name);
  });
  test(`The text of ${kind} in ${language} has as many paragraphs as in Romanian`, () =>
    expect(TEMPLATES[kind][language].length).toBe(TEMPLATES[kind].ro.length));
});

describe('a letter', () => {
  test('A letter says that no term is known, or that it begins at payment, where there is no due date', () => {
    const { text } = renderNotice('application-submitted', 'en', noDue, recipient);
    expect(text).not.toContain('due by');
    expect(text).toContain('No term for the answer is known');
    const fromPayment = renderNotice('application-submitted', 'en', { ...noDue, term: 'fromPayment' }, recipient);
    expect(fromPayment.text).toContain('begins when the fee is paid');
  });
  test('A letter promises to tell of the answer only to whom we can reach', () => {
    const told = (reach: TemplateData['reach']) =>
      renderNotice('application-submitted', 'en', { ...templateData, reach }, recipient).text;
    expect(told('email')).toContain('We will write to you');
    expect(told('phone')).toContain('The centre will call you');
    expect(told('none')).toContain('You can learn the answer at the centre');
    expect(told('none')).not.toMatch(/we will/i);
  });
  test.each(LANGUAGES)('A letter in %s calls in nobody for a result that does not come to the centre', (language) => {
    const bring = { ro: 'actul de identitate', ru: 'удостоверение личности', en: 'identity document' }[language];
    for (const way of RESULT_DELIVERIES) {
      const { text } = renderNotice('result-ready', language, { ...templateData, way }, recipient);
      expect([way, text.includes(bring)]).toEqual([way, way === 'collect']);
    }
  });
  test('A letter takes hostile words as words', () => {
    const hostile = { ...templateData, service: '{centre}', words: '$& {service} <script>' };
    const { text } = renderNotice('application-rejected', 'en', hostile, { ...recipient, name: '$1{words}' });
    expect(text).toContain('“{centre}”');
    expect(text).toContain('$& {service} <script>');
    expect(text).toContain('Dear $1{words},');
  });
  test('Romanian texts have letters with a comma below, not a cedilla', () => {
    for (const kind of kinds) expect(textOf(kind, 'ro')).not.toMatch(/[şţŞŢ]/);
  });
});

test('A missing kind or language does not compile', () => {
  type Complete = Record<NoticeKind, Record<Language, readonly [string, ...unknown[]]>>;
  const { 'result-ready': _ready, ...withoutKind } = TEMPLATES;
  // @ts-expect-error a kind is missing
  const first: Complete = withoutKind;
  const { ru: _ru, ...withoutRussian } = TEMPLATES['result-ready'];
  // @ts-expect-error a language is missing
  const second: Complete = { ...TEMPLATES, 'result-ready': withoutRussian };
  expect([first, second]).toHaveLength(2);
});

describe('words for people', () => {
  test('An unknown language is Romanian', () => expect(resolveLanguage('bg')).toBe('ro'));
  test('A text that is missing in the language is taken in Romanian', () => {
    expect(localize({ ro: 'da', ru: '' }, 'ru')).toBe('da');
    expect(localize({}, 'ru')).toBe('');
  });
});
