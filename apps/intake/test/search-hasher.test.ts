import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSearchHasher, matchesNamePrefixes } from '../src/domain/search-hasher.ts';

const hashes = createSearchHasher(() => 'a key');
const other = createSearchHasher(() => 'another key');
const person = (name: string) => {
  const [familyName = '', givenName = ''] = name.split(' ');
  return { familyName, givenName };
};
/** Returns whether a query finds the name. */
function isFound(query: string, name: string): boolean {
  const all = new Set(hashes.forPeople(person(name)));
  const words = hashes.forQuery(query);
  const byHash = words.length > 0 && words.every((alternatives) => alternatives.some((hash) => all.has(hash)));
  return byHash && matchesNamePrefixes({ applicant: person(name) }, query);
}

describe('createSearchHasher', () => {
  test.each([
    ['Exemplu Ion', 'exem'],
    ['Exemplu Ion', 'ION EXEMPLU'],
    ['Exemplu Ion', 'Экземплу'],
    ['Exemplu-Popescu Ion', 'popescu'],
    ['Sîrbu Ana', 'Sârbu'],
    ['Sârbu Ana', 'sirbu'],
    ['Sârbu Ana', 'Сырбу'],
    ['Chirtoacă Dorin', 'Киртоакэ'],
    ['Gheorghe Ștefan', 'Георге Штефан'],
    ['Ciobanu Vera', 'Чобану'],
    ['Giurgiu Ion', 'Джурджу'],
    ['Ungureanu Maria', 'унгуряну мария'],
    ['Țurcan Serghei', 'цуркан сергей'],
    ['Cojocaru Iurie', 'Кожокару Юрие'],
    ['Кожокару Юрий', 'Cojocaru'],
    ['Иванов Александр', 'alexandr ivan'],
    ['Constantinescu Ana', 'constantine'],
  ])('finds %s by %s', (name, typed) => {
    expect(isFound(typed, name)).toBe(true);
  });

  test.each([
    ['Exemplu Ion', 'ex'],
    ['Exemplu Ion', 'emplu'],
    ['Exemplu Ion', 'exemplu maria'],
    // The first eight letters are equal.
    ['Constantinescu Ana', 'constantinopol'],
  ])('does not find %s by %s', (name, typed) => {
    expect(isFound(typed, name)).toBe(false);
  });

  test('finds a name by any prefix of three letters or more', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...'abcdefghijklmnoprstuvzăâîșțкгабвежичя'),
      minLength: 3,
      maxLength: 14,
    });
    fc.assert(
      fc.property(letters, fc.nat(), (name, at) => {
        const typed = name.slice(0, 3 + (at % (name.length - 2)));
        // A prefix that folds to fewer than three letters is not searchable.
        fc.pre(hashes.forQuery(typed).length > 0);
        return isFound(typed, name);
      }),
    );
  });

  test('returns short hashes that depend on the key', () => {
    const all = hashes.forPeople(person('Exemplu Ion'));
    expect(all.length).toBe(7);
    for (const hash of all) expect(hash).toMatch(/^[\w-]{12}$/);
    expect(all.filter((hash) => other.forPeople(person('Exemplu Ion')).includes(hash))).toEqual([]);
    expect(hashes.forPeople(undefined, {})).toEqual([]);
  });

  test('uses a changed key immediately', () => {
    let secret = 'a key';
    const rotated = createSearchHasher(() => secret);
    expect(rotated.forPhone('060000001')).toEqual(hashes.forPhone('060000001'));
    secret = 'another key';
    expect(rotated.forPhone('060000001')).toEqual(other.forPhone('060000001'));
  });
});
