import { expect, test } from '@jest/globals';
import { searchOf } from '../src/search/index.ts';
import { keysOf } from '../src/search/words.ts';

/** How people are understood is tested with the public services of the country: apps/catalog/test/search.test.ts. */

test('a word has its key as written and without its ending, in both spellings of î and â', () => {
  expect(keysOf('Certificatului')).toEqual([['certificatului', 'certific']]);
  expect(keysOf('свидетельства')[0]).toEqual(keysOf('svidetelstva')[0]!.slice(0, 1).concat('svidetelstv'));
  expect(keysOf('Pîrlița')[0]).toEqual(expect.arrayContaining(['pirlita', 'parlita']));
});

test('what is searched is whatever the caller has, and a query without a word that tells it apart finds nothing', () => {
  const entry = { ro: 'Cazier judiciar' };
  const search = searchOf([entry], ({ ro }) => ({ titles: [ro], keywords: [], codes: ['mai-1'], popularity: 1 }));
  expect([...search('cazer')!.keys()]).toEqual([entry]);
  expect(search('cadastru')!.size).toBe(0);
  expect(search('de la')).toBeUndefined();
});
