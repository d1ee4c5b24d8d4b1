import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isOneEditApart, createSearch } from '../src/search/index.ts';
import { tokenize } from '../src/search/tokenizer.ts';

/** apps/catalog/test/search.test.ts tests the ranking with the public services. */

describe('search', () => {
  test('tokenizes words with and without ending, in both spellings of î and â', () => {
    expect(tokenize('Certificatului')).toEqual([['certificatului', 'certific']]);
    expect(tokenize('свидетельства')[0]).toEqual(tokenize('svidetelstva')[0]!.slice(0, 1).concat('svidetelstv'));
    expect(tokenize('Pîrlița')[0]).toEqual(expect.arrayContaining(['pirlita', 'parlita']));
  });

  test('finds entries of the caller, and returns undefined without query words', () => {
    const entry = { ro: 'Cazier judiciar' };
    const search = createSearch([entry], ({ ro }) => ({ titles: [ro], keywords: [], codes: ['mai-1'], popularity: 1 }));
    expect([...search('cazer')!.keys()]).toEqual([entry]);
    expect(search('cadastru')!.size).toBe(0);
    expect(search('de la')).toBeUndefined();
  });

  test.each([
    ['certificat', 'certifcat', true],
    ['certifcat', 'certificat', true],
    ['certificat', 'certifecat', true],
    ['certificat', 'cretificat', true],
    ['certificat', 'certificta', true],
    ['aab', 'ab', true],
    ['certificat', 'certificat', false],
    ['certificat', 'cartificot', false],
    ['certificat', 'crtificaa', false],
    ['abcd', 'badc', false],
    ['ab', 'cd', false],
  ])('compares %s and %s: one edit apart is %s', (word, other, expected) => {
    expect(isOneEditApart(word, other)).toBe(expected);
    expect(isOneEditApart(other, word)).toBe(expected);
  });

  test('detects every single edit of a word', () => {
    const letter = fc.constantFrom(...'abc');
    const word = fc.string({ unit: letter, minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(word, fc.nat(), letter, (text, place, added) => {
        const at = place % (text.length - 1);
        const [before, after] = [text.slice(0, at), text.slice(at + 1)];
        const swapped = `${before}${text[at + 1]}${text[at]}${text.slice(at + 2)}`;
        for (const changed of [before + after, before + added + after, before + added + text.slice(at), swapped]) {
          expect(isOneEditApart(text, changed)).toBe(changed !== text);
        }
      }),
    );
  });
});
