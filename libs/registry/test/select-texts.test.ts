import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { selectTexts } from '../src/select-texts.ts';
import type { FileTexts } from '../src/select-texts.ts';
import type { RegistryParser, RegistryProblem } from '../src/index.ts';

/** Files of the form `code=value`; two files may not claim one code. */
const parse: RegistryParser<string> = (files) => {
  const entries = new Map<string, string>();
  const problems: RegistryProblem[] = [];
  for (const { path, text } of files) {
    const [code, value] = text.split('=');
    if (!code || !value) problems.push({ file: path, message: 'must be code=value' });
    else if (entries.has(code)) problems.push({ file: path, message: 'the code is taken' });
    else entries.set(code, value);
  }
  return { entries, problems };
};
const fileTexts = (files: Record<string, string>): FileTexts => new Map(Object.entries(files));

describe('of the texts that a look finds', () => {
  test.each<[string, Record<string, string>, Record<string, string>, Record<string, string>, string[]]>([
    ['good ones are in force', {}, { a: 'x=1', b: 'y=2' }, { a: 'x=1', b: 'y=2' }, []],
    ['changed ones replace those before', { a: 'x=1' }, { a: 'x=2' }, { a: 'x=2' }, []],
    ['a wrong one leaves the one before', { a: 'x=1', b: 'y=2' }, { a: '?', b: 'y=3' }, { a: 'x=1', b: 'y=3' }, ['a']],
    ['a wrong one that was never good is left out', { b: 'y=2' }, { a: '?', b: 'y=2' }, { b: 'y=2' }, ['a']],
    ['what is missing stays', { a: 'x=1', b: 'y=2' }, { b: 'y=2' }, { a: 'x=1', b: 'y=2' }, []],
    ['the code of another is refused', { a: 'x=1' }, { a: 'x=1', b: 'x=2' }, { a: 'x=1' }, ['b']],
    [
      'new ones that do not go together with one that falls back leave all as they were',
      { a: 'x=1', b: 'y=2' },
      { a: 'y=1', b: '?' },
      { a: 'x=1', b: 'y=2' },
      ['b', 'b'],
    ],
  ])('%s', (_what, before, found, inForce, wrong) => {
    const choice = selectTexts(fileTexts(before), fileTexts(found), parse);
    expect(Object.fromEntries(choice.texts)).toEqual(inForce);
    expect(choice.problems.map(({ file }) => file)).toEqual(wrong);
  });
});

const text = fc.oneof(
  fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.nat(9)).map(([code, value]) => `${code}=${value}`),
  fc.constant('broken'),
);
const foundTexts = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), text).map(fileTexts);

describe('whatever one look after the other finds', () => {
  /** All choices of a run that begins with nothing. */
  const run = (looks: FileTexts[]) => {
    let texts: FileTexts = new Map();
    return looks.map((found) => {
      const choice = selectTexts(texts, found, parse);
      const before = texts;
      texts = choice.texts;
      return { ...choice, before, found };
    });
  };

  test('the texts in force have no problem together, and give the entries', () =>
    fc.assert(
      fc.property(fc.array(foundTexts, { maxLength: 6 }), (looks) => {
        for (const { texts, entries } of run(looks)) {
          const again = selectTexts(texts, texts, parse);
          expect(again.problems).toEqual([]);
          expect(again.entries).toEqual(entries);
        }
      }),
    ));

  test('no file that was ever in force is lost', () =>
    fc.assert(
      fc.property(fc.array(foundTexts, { maxLength: 6 }), (looks) => {
        for (const { before, texts } of run(looks))
          expect([...texts.keys()]).toEqual(expect.arrayContaining([...before.keys()]));
      }),
    ));

  test('a text in force was in force before, or was found', () =>
    fc.assert(
      fc.property(fc.array(foundTexts, { maxLength: 6 }), (looks) => {
        for (const { before, found, texts } of run(looks))
          for (const [name, one] of texts) expect([before.get(name), found.get(name)]).toContain(one);
      }),
    ));

  test('a file that is not in force as it was found is named', () =>
    fc.assert(
      fc.property(fc.array(foundTexts, { maxLength: 6 }), (looks) => {
        for (const { found, texts, problems } of run(looks)) {
          const replaced = [...found].some(([name, one]) => texts.get(name) !== one);
          expect(problems.length > 0).toBe(replaced);
        }
      }),
    ));
});
