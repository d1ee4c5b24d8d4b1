import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { selectTexts } from '../src/select-texts.ts';
import type { FileTexts } from '../src/select-texts.ts';
import type { RegistryParser, RegistryProblem } from '../src/index.ts';

/** Parses files of the form `code=value`. Codes must be unique. */
const parse: RegistryParser<string> = (files) => {
  const entries = new Map<string, string>();
  const problems: RegistryProblem[] = [];
  for (const { path, text } of files) {
    const [code, value] = text.split('=');
    if (!code || !value) problems.push({ file: path, message: 'must be code=value' });
    else if (entries.has(code)) problems.push({ file: path, message: 'duplicate code' });
    else entries.set(code, value);
  }
  return { entries, problems };
};
const fileTexts = (files: Record<string, string>): FileTexts => new Map(Object.entries(files));

describe('selectTexts', () => {
  test.each<[string, Record<string, string>, Record<string, string>, Record<string, string>, string[]]>([
    ['accepts valid texts', {}, { a: 'x=1', b: 'y=2' }, { a: 'x=1', b: 'y=2' }, []],
    ['replaces changed texts', { a: 'x=1' }, { a: 'x=2' }, { a: 'x=2' }, []],
    [
      'keeps the text in force of an invalid file',
      { a: 'x=1', b: 'y=2' },
      { a: '?', b: 'y=3' },
      { a: 'x=1', b: 'y=3' },
      ['a'],
    ],
    ['leaves out a file that was never valid', { b: 'y=2' }, { a: '?', b: 'y=2' }, { b: 'y=2' }, ['a']],
    ['keeps the text of a missing file', { a: 'x=1', b: 'y=2' }, { b: 'y=2' }, { a: 'x=1', b: 'y=2' }, []],
    ['rejects a duplicate code', { a: 'x=1' }, { a: 'x=1', b: 'x=2' }, { a: 'x=1' }, ['b']],
    [
      'keeps all texts if new ones conflict with a fallback',
      { a: 'x=1', b: 'y=2' },
      { a: 'y=1', b: '?' },
      { a: 'x=1', b: 'y=2' },
      ['b', 'b'],
    ],
  ])('%s', (_what, before, found, inForce, invalid) => {
    const selection = selectTexts(fileTexts(before), fileTexts(found), parse);
    expect(Object.fromEntries(selection.texts)).toEqual(inForce);
    expect(selection.problems.map(({ file }) => file)).toEqual(invalid);
  });
});

const text = fc.oneof(
  fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.nat(9)).map(([code, value]) => `${code}=${value}`),
  fc.constant('broken'),
);
const foundTexts = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), text).map(fileTexts);

describe('selectTexts over any sequence of reads', () => {
  /** Returns the selections of a sequence that starts without texts. */
  const run = (reads: FileTexts[]) => {
    let texts: FileTexts = new Map();
    return reads.map((found) => {
      const selection = selectTexts(texts, found, parse);
      const before = texts;
      texts = selection.texts;
      return { ...selection, before, found };
    });
  };

  test('returns texts without problems, and their entries', () =>
    fc.assert(
      fc.property(fc.array(foundTexts, { maxLength: 6 }), (reads) => {
        for (const { texts, entries } of run(reads)) {
          const again = selectTexts(texts, texts, parse);
          expect(again.problems).toEqual([]);
          expect(again.entries).toEqual(entries);
        }
      }),
    ));

  test('never loses a file in force', () =>
    fc.assert(
      fc.property(fc.array(foundTexts, { maxLength: 6 }), (reads) => {
        for (const { before, texts } of run(reads))
          expect([...texts.keys()]).toEqual(expect.arrayContaining([...before.keys()]));
      }),
    ));

  test('returns only texts in force before or found', () =>
    fc.assert(
      fc.property(fc.array(foundTexts, { maxLength: 6 }), (reads) => {
        for (const { before, found, texts } of run(reads))
          for (const [name, content] of texts) expect([before.get(name), found.get(name)]).toContain(content);
      }),
    ));

  test('reports every found file that is not in force', () =>
    fc.assert(
      fc.property(fc.array(foundTexts, { maxLength: 6 }), (reads) => {
        for (const { found, texts, problems } of run(reads)) {
          const replaced = [...found].some(([name, content]) => texts.get(name) !== content);
          expect(problems.length > 0).toBe(replaced);
        }
      }),
    ));
});
