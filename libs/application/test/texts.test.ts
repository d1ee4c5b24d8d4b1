import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { RULES } from '@cups/problem';
import { ACCESS_KINDS, ERASURE_REFUSALS } from '../src/index.ts';
import * as texts from '../src/texts/index.ts';
import { interpolateText } from '../src/texts/index.ts';
import type { Text } from '../src/texts/index.ts';

const {
  accessKindText,
  describeActor: _describe,
  explainErasureRefusal,
  interpolateText: _fill,
  ...dictionaries
} = texts;
const accessKinds = Object.fromEntries([...ACCESS_KINDS, 'other'].map((kind) => [kind, accessKindText(kind)]));
const refusals = Object.fromEntries(
  ERASURE_REFUSALS.map((code) => [code, explainErasureRefusal(code, 'Law 195/2024')]),
);
const all = Object.entries({ ...dictionaries, accessKinds, refusals } as Record<string, Record<string, Text>>).flatMap(
  ([dictionary, words]) =>
    Object.entries(words).map(([word, text]): [string, string, Text] => [dictionary, word, text]),
);
const placeholdersIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();

describe('texts', () => {
  test('exist for all dictionaries', () => expect(all.length).toBeGreaterThan(200));

  test.each(all)('%s %s: has three languages with the same placeholders', (_dictionary, _word, text) => {
    expect(Object.keys(text).sort()).toEqual(['en', 'ro', 'ru']);
    for (const translation of Object.values(text)) expect(translation.trim()).toBe(translation);
    expect(text.ro).toMatch(/^[\p{Script=Latin}]/u);
    expect(text.ru).toMatch(/^[\p{Script=Cyrillic}]/u);
    expect(text.en).toMatch(/^[a-z]/iu);
    expect([placeholdersIn(text.ru), placeholdersIn(text.en)]).toEqual([
      placeholdersIn(text.ro),
      placeholdersIn(text.ro),
    ]);
  });

  test.each(all)('%s %s: follows the style of the desk', (_dictionary, _word, { ro, ru, en }) => {
    // Uses ș and ț with a comma below, the quotation marks of the language, and no "please".
    expect(ro).not.toMatch(/[şţ"]|vă rugăm/iu);
    expect(ru).not.toMatch(/["„“]|пожалуйста/iu);
    expect(en).not.toMatch(/["«»]|please/iu);
  });

  test.each(Object.entries(RULES))('of the rule %s use its readable parameters', (rule, { params }) => {
    const names = Object.keys(params);
    const used = placeholdersIn(texts.RULE_TEXTS[rule as keyof typeof RULES].ro);
    expect(names).toEqual(expect.arrayContaining(used));
    // Codes of choices and types are not readable; all other parameters must appear.
    expect(used).toEqual(names.filter((name) => !['choices', 'types'].includes(name)).sort());
  });

  test('are interpolated, and throw without their parameters', () => {
    const { ro, ru } = texts.RULE_TEXTS.MAX_LENGTH;
    expect(interpolateText(ro, { max: 100 })).toBe('Prea lung. Numărul maxim de caractere: 100.');
    expect(interpolateText(ru, { max: 100 })).toBe('Слишком длинно. Максимальное число знаков: 100.');
    expect(interpolateText(texts.RULE_TEXTS.EXACTLY_ONE.en, { names: ['name', 'IDNP'] })).toMatch(/name, IDNP\.$/);
    expect(() => interpolateText(ro)).toThrow('max');
  });
});

/** Returns the compiler errors of a dictionary with its source replaced. */
function compileErrors(file: string, source: string): string[] {
  const path = join(import.meta.dirname, '../src/texts', file);
  const base = ts.readConfigFile(join(import.meta.dirname, '../../../tsconfig.base.json'), (name) =>
    readFileSync(name, 'utf8'),
  ).config as { compilerOptions: object };
  const { options } = ts.convertCompilerOptionsFromJson({ ...base.compilerOptions, types: [] }, import.meta.dirname);
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version, ...rest) =>
    name === path ? ts.createSourceFile(name, source, version, true) : read(name, version, ...rest);
  const program = ts.createProgram([path], options, host);
  return program
    .getSemanticDiagnostics(program.getSourceFile(path))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('compiler', () => {
  const sourceOf = (file: string) => readFileSync(join(import.meta.dirname, '../src/texts', file), 'utf8');

  test.each([
    ['rules.ts', 'IDNP', / {2}IDNP: \{[^}]*\},\n/],
    ['reasons.ts', 'ETAG_STALE', / {2}ETAG_STALE: \{[^}]*\},\n/],
    ['application.ts', 'withdrawn', / {2}withdrawn: \{[^}]*\},\n/],
    ['desk-alerts.ts', 'second-decision', / {2}'second-decision': \{[^}]*\},\n/],
    ['deliveries-and-notices.ts', 'result-ready', / {2}'result-ready': \{[^}]*\},\n/],
    ['deliveries-and-notices.ts', 'AGENCY_UNKNOWN', / {2}AGENCY_UNKNOWN: \{[^}]*\},\n/],
  ])('rejects %s without %s', (file, word, entry) => {
    const source = sourceOf(file);
    expect(source).toMatch(entry);
    expect(compileErrors(file, source.replace(entry, ''))).toEqual([expect.stringContaining(word)]);
  });

  test('rejects a missing language and an unknown code', () => {
    const source = sourceOf('application.ts');
    const draft = "draft: { ro: 'Ciornă', ru: 'Черновик', en: 'Draft' },";
    expect(source).toContain(draft);
    expect(compileErrors('application.ts', source)).toEqual([]);
    expect(compileErrors('application.ts', source.replace(", ru: 'Черновик'", ''))).toEqual([
      expect.stringContaining("'ru'"),
    ]);
    expect(
      compileErrors('application.ts', source.replace(draft, `${draft} drafty: { ro: 'a', ru: 'а', en: 'a' },`)),
    ).toEqual([expect.stringContaining('drafty')]);
  });
});
