import { createHmac } from 'node:crypto';
import type { Content, Person } from '@cups/application';
import { splitNumberParts, normalizePhone } from './search-numbers.ts';

/**
 * Names as they are searched for: folded, so that "Sîrbu", "Sârbu", "sarbu" and "Сырбу" meet, and only their beginnings of 3 to
 * 8 letters, each as a keyed hash. The hashes tell whether a name begins so to whoever has the key, and nothing to whoever has
 * the store alone; they go on working when the names themselves are encrypted.
 */

/** Letters of a beginning, at least and at most. */
const MIN_PREFIX_LENGTH = 3;
const MAX_PREFIX_LENGTH = 8;
/** 72 bits: at one centre two beginnings do not meet by chance, and a find is compared with its name anyway. */
const HASH_LENGTH = 12;

/**
 * Letters as Moldovan documents write them in Latin, where the neighbours matter: Киртоакэ is Chirtoacă, Георгий Gheorghii, Чобану
 * Ciobanu, Джурджу Giurgiu. Of a word that is cut anywhere the folding is the beginning of that of the whole word.
 */
const CYRILLIC_SPELLINGS: readonly [RegExp, string][] = [
  [/дж(?=[аоу])/g, 'gi'],
  [/дж/g, 'g'],
  [/ч(?=[аоу])/g, 'ci'],
  [/[кk](?=[еиіыeiy])/g, 'ch'],
  [/г(?=[еиі])/g, 'gh'],
  [/кз/g, 'кс'],
  [/^э/g, 'e'],
];
/** Each letter, and what it is folded to. */
const CYRILLIC_LETTERS = 'абвгдежзийклмнопрстуфхцчшыэёіїєґkqwy';
const LATIN_LETTERS = 'abvgdejziiclmnoprstufhtcsiaeiiegccvi';
const LATIN_SEQUENCES: Readonly<Record<string, string>> = { щ: 'sc', ъ: '', ь: '', ю: 'iu', я: 'ia', x: 'cs' };
const CYRILLIC_TO_LATIN = new Map([
  ...Object.entries(LATIN_SEQUENCES),
  ...[...CYRILLIC_LETTERS].map((letter, i) => [letter, LATIN_LETTERS[i]!] as const),
]);

/** Letters that are written in two ways: Sîrbu and Sârbu, Унгуряну for Ungureanu and Мария for Maria. */
const ALTERNATIVE_SPELLINGS: readonly [RegExp, readonly string[]][] = [
  [/[âî]/g, ['i', 'a']],
  [/я/g, ['ia', 'ea']],
];

/** A word of a name, folded in all the ways in which it may be written. */
const foldSpellings = (word: string): string[] => [...new Set(expandSpellings(word).map(foldToLatin))];

const splitWords = (text: string): string[] =>
  text
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{M}]+/gu) ?? [];

const expandSpellings = (word: string): string[] =>
  ALTERNATIVE_SPELLINGS.reduce<string[]>(
    (words, [letter, ways]) => words.flatMap((one) => ways.map((way) => one.replaceAll(letter, way))),
    [word],
  );

function foldToLatin(word: string): string {
  const spelt = CYRILLIC_SPELLINGS.reduce((text, [spelling, latin]) => text.replaceAll(spelling, latin), word);
  const latin = [...spelt].map((letter) => CYRILLIC_TO_LATIN.get(letter) ?? letter).join('');
  const plain = latin.normalize('NFD').replaceAll(/\p{M}/gu, '');
  // Ann and Ana, Мария (Mariia) and Maria.
  return plain.replaceAll(/(.)\1+/g, '$1');
}

/** Makes keyed hashes of beginnings, and of what is typed to find them. */
export interface SearchHasher {
  /** Of all beginnings of the names of these people, without repetition. */
  forPeople(...people: (PersonName | undefined)[]): string[];
  /**
   * For each word typed that has three letters those of which one must be there. A longer word is looked for by its first eight
   * letters.
   */
  forQuery(text: string): string[][];
  /** Of a telephone, however it is written; none when it is not a whole one. */
  forPhone(text: string): string[];
  /** Of the parts of a tracking number, all of which must be there. */
  forTrackingNumber(text: string): string[];
}

type PersonName = Pick<Person, 'givenName' | 'familyName'>;

/** @param secret gives the key; another key finds nothing of what was hashed under this one */
export function createSearchHasher(secret: () => string): SearchHasher {
  const createHasher = (kind: 'name' | 'phone' | 'part') => (text: string) =>
    createHmac('sha256', secret()).update(`${kind}:${text}`).digest('base64url').slice(0, HASH_LENGTH);
  const hashName = createHasher('name');
  return {
    forPeople: (...people) => [...new Set(foldNames(people).flatMap(listPrefixes))].map(hashName),
    forQuery: (text) =>
      parseQueryWords(text).map((ways) => ways.map((word) => hashName(word.slice(0, MAX_PREFIX_LENGTH)))),
    forPhone: (text) => [normalizePhone(text)].filter((digits) => digits !== undefined).map(createHasher('phone')),
    forTrackingNumber: (text) => [...new Set(splitNumberParts(text))].map(createHasher('part')),
  };
}

const foldNames = (people: (PersonName | undefined)[]): string[] =>
  people.flatMap((person) =>
    [person?.givenName, person?.familyName].flatMap((name) => splitWords(name ?? '').flatMap(foldSpellings)),
  );

/** The words of what was typed by which anything can be found, in all their ways. */
const parseQueryWords = (text: string): string[][] =>
  splitWords(text)
    .filter((word) => word.length >= MIN_PREFIX_LENGTH)
    .map(foldSpellings)
    .filter((ways) => ways.every((word) => word.length >= MIN_PREFIX_LENGTH));

function listPrefixes(word: string): string[] {
  const maxLength = Math.min(word.length, MAX_PREFIX_LENGTH);
  return Array.from({ length: Math.max(0, maxLength - MIN_PREFIX_LENGTH + 1) }, (_, i) =>
    word.slice(0, MIN_PREFIX_LENGTH + i),
  );
}

/** Whether every word typed begins a name of the applicant or the represented: what more than eight letters say counts too. */
export function matchesNamePrefixes(
  { applicant, represented }: Pick<Content, 'applicant' | 'represented'>,
  text: string,
): boolean {
  const names = foldNames([applicant, represented]);
  return parseQueryWords(text).every((ways) => ways.some((word) => names.some((name) => name.startsWith(word))));
}
