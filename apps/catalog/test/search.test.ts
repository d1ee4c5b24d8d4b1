import { describe, expect, test } from '@jest/globals';
import type { PublicService, Version } from '../src/domain/public-service.ts';
import { rank, spellings } from '../src/domain/search.ts';

function serviceNamed(ro: string, ru = 'x', en = 'x', keywords: string[] = []): [PublicService, Version] {
  const version: Version = {
    version: '2024-01-01',
    validFrom: '2024-01-01',
    title: { ro, ru, en },
    keywords,
    provider: 'asp',
    sourceNote: 'made for a test',
    ours: ['title.ro'],
  };
  return [{ code: 'some-code', stateCode: '002000057', versions: [version] }, version];
}

const finds = (title: string, query: string) => rank(...serviceNamed(title, title), query) > 0;

describe('a search finds, whatever the spelling,', () => {
  test.each([
    ['Primăria Pârlița', 'pirlita'],
    ['Primăria Pârlița', 'parlita'],
    ['Primăria Pârlița', 'Pîrlița'],
    ['Primăria Pîrlița', 'pârlița'],
    ['Primăria Pîrlița', 'PARLITA'],
    ['Arendă în România', 'romînia'],
    ['vânzare', 'vinzare'],
    ['naştere (cu sedilă)', 'naștere'],
    ['căsătorie', 'casatorie'],
    ['Учёт', 'учет'],
    ['Учет', 'учёт'],
    ['pensiei', 'pensia'],
    ['пенсии', 'пенсия'],
    ['Reexaminarea pensiei', 'pens reexam'],
    ['Indemnizație pentru copii', 'indemnizatie pentru copil'],
  ])('%s by %s', (title, query) => expect(finds(title, query)).toBe(true));

  test('letters that are made of combining marks', () =>
    expect(finds('Pârlița'.normalize('NFD'), 'pirlita')).toBe(true));
});

describe('a search does not find', () => {
  test.each([
    ['a word that is absent', 'Reexaminarea pensiei', 'cazier'],
    ['one word of two that is absent', 'Reexaminarea pensiei', 'pensiei cazier'],
    ['the middle of a word', 'Reexaminarea', 'examinarea'],
    ['a loose beginning of a short word', 'actul', 'acum'],
    ['i for a where no old spelling is meant', 'casa', 'cisa'],
  ])('%s', (_, title, query) => expect(finds(title, query)).toBe(false));
});

describe('a search ranks', () => {
  const score = (title: string, query: string, keywords: string[] = []) =>
    rank(...serviceNamed(title, 'x', 'x', keywords), query);

  test('a whole word before a beginning before a loose ending', () => {
    expect(score('pensie', 'pensie')).toBeGreaterThan(score('pensiei', 'pensie'));
    expect(score('pensiei', 'pensie')).toBeGreaterThan(score('pensii', 'pensie'));
    expect(score('pensii', 'pensie')).toBeGreaterThan(0);
  });

  test('a title before a keyword', () =>
    expect(score('cazier', 'cazier')).toBeGreaterThan(score('altceva', 'cazier', ['cazier'])));

  test('all alike for an empty query, or one of empty words', () => {
    expect(score('orice', '')).toBe(1);
    expect(score('orice', ' de la și ')).toBe(1);
  });

  test('what has the state code or the code that was asked for', () => {
    expect(score('orice', '002000057')).toBeGreaterThan(0);
    expect(score('orice', 'some code')).toBeGreaterThan(0);
  });
});

test('a word with î or â counts in both spellings', () => expect(spellings('Pîrlița')).toEqual(['pirlita', 'parlita']));
