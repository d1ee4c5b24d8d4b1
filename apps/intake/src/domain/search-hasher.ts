import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Content, Person } from '@cups/application';
import { splitNumberParts, normalizePhone } from './search-numbers.ts';

/**
 * Search without stored plain text. A name is folded, so that "Sîrbu", "Sârbu", "sarbu" and "Сырбу" match.
 * The store keeps keyed hashes of its prefixes of 3 to 8 letters. Without the key the hashes reveal nothing.
 */

/** Bounds of a prefix, in letters. */
const MIN_PREFIX_LENGTH = 3;
const MAX_PREFIX_LENGTH = 8;
/** 72 bits. Collisions are unlikely within a centre, and every match is compared with the name. */
const HASH_LENGTH = 12;

/**
 * Cyrillic sequences as Moldovan documents write them in Latin: Киртоакэ is Chirtoacă, Георгий Gheorghii, Чобану
 * Ciobanu, Джурджу Giurgiu. Folding a prefix of a word gives a prefix of the folded word. Strings, unlike
 * expressions, are ASCII in a bundle, which then takes half the memory.
 */
const CYRILLIC_SPELLINGS = compileSpellings([
  ['дж(?=[аоу])', 'gi'],
  ['дж', 'g'],
  ['ч(?=[аоу])', 'ci'],
  ['[кk](?=[еиіыeiy])', 'ch'],
  ['г(?=[еиі])', 'gh'],
  ['кз', 'кс'],
  ['^э', 'e'],
]);
/** Each letter and its folded form, position by position. */
const CYRILLIC_LETTERS = 'абвгдежзийклмнопрстуфхцчшыэёіїєґkqwy';
const LATIN_LETTERS = 'abvgdejziiclmnoprstufhtcsiaeiiegccvi';
const LATIN_SEQUENCES: Readonly<Record<string, string>> = { щ: 'sc', ъ: '', ь: '', ю: 'iu', я: 'ia', x: 'cs' };
const CYRILLIC_TO_LATIN = new Map([
  ...Object.entries(LATIN_SEQUENCES),
  ...[...CYRILLIC_LETTERS].map((letter, i) => [letter, LATIN_LETTERS[i]!] as const),
]);

/** Letters with two spellings: Sîrbu and Sârbu, Унгуряну for Ungureanu and Мария for Maria. */
const ALTERNATIVE_SPELLINGS = compileSpellings<readonly string[]>([
  ['[âî]', ['i', 'a']],
  ['я', ['ia', 'ea']],
]);

function compileSpellings<Spelling = string>(rows: readonly [string, Spelling][]): readonly [RegExp, Spelling][] {
  return rows.map(([pattern, spelling]) => [new RegExp(pattern, 'g'), spelling]);
}

/** Letters that folding leaves: neither Cyrillic nor marked, and none of k, q, w, x and y. */
const PLAIN_WORD = /^[a-jl-pr-vz]*$/;

const foldSpellings = (word: string): string[] => [...new Set(expandSpellings(word).map(foldToLatin))];

const splitWords = (text: string): string[] =>
  text
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{M}]+/gu) ?? [];

const expandSpellings = (word: string): string[] =>
  ALTERNATIVE_SPELLINGS.reduce<string[]>(
    (words, [letter, spellings]) =>
      words.flatMap((form) => spellings.map((spelling) => form.replaceAll(letter, spelling))),
    [word],
  );

function foldToLatin(word: string): string {
  if (PLAIN_WORD.test(word)) return foldDoubledLetters(word);
  const spelt = CYRILLIC_SPELLINGS.reduce((text, [spelling, latin]) => text.replaceAll(spelling, latin), word);
  const latin = [...spelt].map((letter) => CYRILLIC_TO_LATIN.get(letter) ?? letter).join('');
  const plain = latin.normalize('NFD').replaceAll(/\p{M}/gu, '');
  return foldDoubledLetters(plain);
}

/** Ann and Ana, Мария (Mariia) and Maria. */
const foldDoubledLetters = (word: string): string => word.replaceAll(/(.)\1+/g, '$1');

/** Computes keyed hashes of searchable values and of queries. */
export interface SearchHasher {
  /** Returns the hashes of all prefixes of these people's names, without duplicates. */
  forPeople(...people: (PersonName | undefined)[]): string[];
  /**
   * Returns the alternative hashes for each query word of at least 3 letters; one of each must match. Longer words
   * use their first 8 letters.
   */
  forQuery(text: string): string[][];
  /** Returns the hash of a phone number in any notation; empty if it is incomplete. */
  forPhone(text: string): string[];
  /** Returns the hash of a personal number in one role; empty without a number. */
  forPerson(role: PersonRole, idnp: string): string[];
  /** Returns the hashes of the parts of a tracking number; all must match. */
  forTrackingNumber(text: string): string[];
}

/** Whose affairs an application is: the applicant's, or those of a represented person. */
export type PersonRole = 'applicant' | 'represented';

type PersonName = Pick<Person, 'givenName' | 'familyName'>;

/** @param secret returns the key; hashes of different keys never match */
export function createSearchHasher(secret: () => string): SearchHasher {
  let known = { text: '', key: createSecretKey(Buffer.alloc(0)) };
  /** Preparing the key takes a quarter of a hash. */
  const currentKey = (): KeyObject => {
    const text = secret();
    if (text !== known.text) known = { text, key: createSecretKey(Buffer.from(text)) };
    return known.key;
  };
  /** Returns a function that hashes several texts with one look at the key. */
  const createHasher =
    (kind: 'name' | 'phone' | 'part' | PersonRole) =>
    (texts: string[]): string[] => {
      const key = currentKey();
      return texts.map((text) =>
        createHmac('sha256', key).update(`${kind}:${text}`).digest('base64url').slice(0, HASH_LENGTH),
      );
    };
  const hashNames = createHasher('name');
  const hashPhones = createHasher('phone');
  const hashParts = createHasher('part');
  const hashPersons = { applicant: createHasher('applicant'), represented: createHasher('represented') };
  return {
    forPeople: (...people) => hashNames([...new Set(foldNames(people).flatMap(listPrefixes))]),
    forQuery: (text) =>
      parseQueryWords(text).map((spellings) => hashNames(spellings.map((word) => word.slice(0, MAX_PREFIX_LENGTH)))),
    forPhone: (text) => hashPhones([normalizePhone(text)].filter((digits) => digits !== undefined)),
    forPerson: (role, idnp) => hashPersons[role](idnp === '' ? [] : [idnp]),
    forTrackingNumber: (text) => hashParts([...new Set(splitNumberParts(text))]),
  };
}

const foldNames = (people: (PersonName | undefined)[]): string[] =>
  people.flatMap((person) =>
    [person?.givenName, person?.familyName].flatMap((name) => splitWords(name ?? '').flatMap(foldSpellings)),
  );

/** Returns the spellings of each query word that is long enough. */
const parseQueryWords = (text: string): string[][] =>
  splitWords(text)
    .filter((word) => word.length >= MIN_PREFIX_LENGTH)
    .map(foldSpellings)
    .filter((spellings) => spellings.every((word) => word.length >= MIN_PREFIX_LENGTH));

function listPrefixes(word: string): string[] {
  const maxLength = Math.min(word.length, MAX_PREFIX_LENGTH);
  return Array.from({ length: Math.max(0, maxLength - MIN_PREFIX_LENGTH + 1) }, (_, i) =>
    word.slice(0, MIN_PREFIX_LENGTH + i),
  );
}

/**
 * Returns whether every query word is a prefix of a name of the applicant or represented person. Compares whole
 * words, not only 8 letters.
 */
export function matchesNamePrefixes(
  { applicant, represented }: Pick<Content, 'applicant' | 'represented'>,
  text: string,
): boolean {
  const names = foldNames([applicant, represented]);
  return parseQueryWords(text).every((spellings) =>
    spellings.some((word) => names.some((name) => name.startsWith(word))),
  );
}
