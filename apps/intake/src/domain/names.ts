import { createHmac } from 'node:crypto';
import type { Content, Person } from '@cups/application';
import { partsOf, phoneDigits } from './numbers.ts';

/**
 * Names as they are searched for: folded, so that "Sîrbu", "Sârbu", "sarbu" and "Сырбу" meet, and only their beginnings of 3 to
 * 8 letters, each as a keyed hash. The hashes tell whether a name begins so to whoever has the key, and nothing to whoever has
 * the store alone; they go on working when the names themselves are encrypted.
 */

/** Letters of a beginning, at least and at most. */
const LEAST_LETTERS = 3;
const MOST_LETTERS = 8;
/** 72 bits: at one centre two beginnings do not meet by chance, and a find is compared with its name anyway. */
const HASH_LETTERS = 12;

/**
 * Letters as Moldovan documents write them in Latin, where the neighbours matter: Киртоакэ is Chirtoacă, Георгий Gheorghii, Чобану
 * Ciobanu, Джурджу Giurgiu. Of a word that is cut anywhere the folding is the beginning of that of the whole word.
 */
const SPELLINGS: readonly [RegExp, string][] = [
  [/дж(?=[аоу])/g, 'gi'],
  [/дж/g, 'g'],
  [/ч(?=[аоу])/g, 'ci'],
  [/[кk](?=[еиіыeiy])/g, 'ch'],
  [/г(?=[еиі])/g, 'gh'],
  [/кз/g, 'кс'],
  [/^э/g, 'e'],
];
/** Each letter, and what it is folded to. */
const LETTERS = 'абвгдежзийклмнопрстуфхцчшыэёіїєґkqwy';
const FOLDED_TO = 'abvgdejziiclmnoprstufhtcsiaeiiegccvi';
const LONGER: Readonly<Record<string, string>> = { щ: 'sc', ъ: '', ь: '', ю: 'iu', я: 'ia', x: 'cs' };
const LATIN = new Map([
  ...Object.entries(LONGER),
  ...[...LETTERS].map((letter, i) => [letter, FOLDED_TO[i]!] as const),
]);

/** Letters that are written in two ways: Sîrbu and Sârbu, Унгуряну for Ungureanu and Мария for Maria. */
const TWO_WAYS: readonly [RegExp, readonly string[]][] = [
  [/[âî]/g, ['i', 'a']],
  [/я/g, ['ia', 'ea']],
];

/** A word of a name, folded in all the ways in which it may be written. */
const foldings = (word: string): string[] => [...new Set(waysOf(word).map(folded))];

const wordsOf = (text: string): string[] =>
  text
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{M}]+/gu) ?? [];

const waysOf = (word: string): string[] =>
  TWO_WAYS.reduce<string[]>(
    (words, [letter, ways]) => words.flatMap((one) => ways.map((way) => one.replaceAll(letter, way))),
    [word],
  );

function folded(word: string): string {
  const spelt = SPELLINGS.reduce((text, [spelling, latin]) => text.replaceAll(spelling, latin), word);
  const latin = [...spelt].map((letter) => LATIN.get(letter) ?? letter).join('');
  const plain = latin.normalize('NFD').replaceAll(/\p{M}/gu, '');
  // Ann and Ana, Мария (Mariia) and Maria.
  return plain.replaceAll(/(.)\1+/g, '$1');
}

/** Makes keyed hashes of beginnings, and of what is typed to find them. */
export interface NameHashes {
  /** Of all beginnings of the names of these people, without repetition. */
  of(...people: (PersonName | undefined)[]): string[];
  /**
   * For each word typed that has three letters those of which one must be there. A longer word is looked for by its first eight
   * letters.
   */
  asked(text: string): string[][];
  /** Of a telephone, however it is written; none when it is not a whole one. */
  phone(text: string): string[];
  /** Of the parts of a tracking number, all of which must be there. */
  parts(text: string): string[];
}

type PersonName = Pick<Person, 'givenName' | 'familyName'>;

/** @param secret gives the key; another key finds nothing of what was hashed under this one */
export function nameHashes(secret: () => string): NameHashes {
  const hashOf = (kind: 'name' | 'phone' | 'part') => (text: string) =>
    createHmac('sha256', secret()).update(`${kind}:${text}`).digest('base64url').slice(0, HASH_LETTERS);
  const hash = hashOf('name');
  return {
    of: (...people) => [...new Set(namesOf(people).flatMap(beginnings))].map(hash),
    asked: (text) => askedWords(text).map((ways) => ways.map((word) => hash(word.slice(0, MOST_LETTERS)))),
    phone: (text) => [phoneDigits(text)].filter((digits) => digits !== undefined).map(hashOf('phone')),
    parts: (text) => [...new Set(partsOf(text))].map(hashOf('part')),
  };
}

const namesOf = (people: (PersonName | undefined)[]): string[] =>
  people.flatMap((person) =>
    [person?.givenName, person?.familyName].flatMap((name) => wordsOf(name ?? '').flatMap(foldings)),
  );

/** The words of what was typed by which anything can be found, in all their ways. */
const askedWords = (text: string): string[][] =>
  wordsOf(text)
    .filter((word) => word.length >= LEAST_LETTERS)
    .map(foldings)
    .filter((ways) => ways.every((word) => word.length >= LEAST_LETTERS));

function beginnings(word: string): string[] {
  const most = Math.min(word.length, MOST_LETTERS);
  return Array.from({ length: Math.max(0, most - LEAST_LETTERS + 1) }, (_, i) => word.slice(0, LEAST_LETTERS + i));
}

/** Whether every word typed begins a name of the applicant or the represented: what more than eight letters say counts too. */
export function namesBegin(
  { applicant, represented }: Pick<Content, 'applicant' | 'represented'>,
  text: string,
): boolean {
  const names = namesOf([applicant, represented]);
  return askedWords(text).every((ways) => ways.some((word) => names.some((name) => name.startsWith(word))));
}
