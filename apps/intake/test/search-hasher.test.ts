import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSearchHasher, matchesNamePrefixes } from '../src/domain/search-hasher.ts';

/** Names by their beginnings: in either alphabet, in old and new spelling, and by nothing that could be read back. */

const hashes = createSearchHasher(() => 'a key');
const other = createSearchHasher(() => 'another key');
const person = (name: string) => {
  const [familyName = '', givenName = ''] = name.split(' ');
  return { familyName, givenName };
};
/** Whether what is typed finds the name. */
function isFound(typed: string, name: string): boolean {
  const all = new Set(hashes.forPeople(person(name)));
  const asked = hashes.forQuery(typed);
  const byHash = asked.length > 0 && asked.every((ways) => ways.some((hash) => all.has(hash)));
  return byHash && matchesNamePrefixes({ applicant: person(name) }, typed);
}

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
])('%s is found by %s', (name, typed) => {
  expect(isFound(typed, name)).toBe(true);
});

test.each([
  ['Exemplu Ion', 'ex'],
  ['Exemplu Ion', 'emplu'],
  ['Exemplu Ion', 'exemplu maria'],
  // Eight letters are alike, and more were typed.
  ['Constantinescu Ana', 'constantinopol'],
])('%s is not found by %s', (name, typed) => {
  expect(isFound(typed, name)).toBe(false);
});

test('Whatever name is cut after its third letter is found by what is left.', () => {
  const letters = fc.string({
    unit: fc.constantFrom(...'abcdefghijklmnoprstuvzăâîșțкгабвежичя'),
    minLength: 3,
    maxLength: 14,
  });
  fc.assert(
    fc.property(letters, fc.nat(), (name, at) => {
      const typed = name.slice(0, 3 + (at % (name.length - 2)));
      // What folds to fewer than three letters, as a doubled one does, is too little to search by.
      fc.pre(hashes.forQuery(typed).length > 0);
      return isFound(typed, name);
    }),
  );
});

test('Hashes are short, hold no letter of the name, and are worth nothing without the key.', () => {
  const all = hashes.forPeople(person('Exemplu Ion'));
  expect(all.length).toBe(7);
  for (const hash of all) expect(hash).toMatch(/^[\w-]{12}$/);
  expect(all.filter((hash) => other.forPeople(person('Exemplu Ion')).includes(hash))).toEqual([]);
  expect(hashes.forPeople(undefined, {})).toEqual([]);
});
