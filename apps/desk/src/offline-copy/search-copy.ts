import { isValidIdnp, normalizeTrackingNumber } from '@cups/application';
import type { Application } from '../api/types.ts';
import type { CopySearch } from './copy-source.ts';
import { peopleOf } from './records.ts';

/** Searches copied files as the platform searches applications: by number, IDNP, phone or name. */

type Kind = CopySearch['kind'];

const MIN_LETTERS = 3;
const MIN_SYMBOLS = 4;
const MIN_PHONE_DIGITS = 8;
const MAX_PHONE_DIGITS = 15;
/** National numbers have eight digits; with the country code or a zero before them, more. */
const PHONE_SUFFIX = 8;

/** Letters of names in the order of their Latin spelling below. */
const CYRILLIC = 'абвгдежзийклмнопрстуфхцчшщыэёіюя';
const LATIN = 'a b v g d e j z i i c l m n o p r s t u f h t c s s i a e i iu ia'.split(' ');
const SPELLINGS = new Map([...CYRILLIC].map((letter, at) => [letter, LATIN[at]!]));

/** Folds a name: case, diacritics and alphabet do not matter. @param vowel for î and â, which people write as a or i */
function foldName(text: string, vowel: string): string {
  return [...text.toLowerCase().replace(/[îâ]/g, vowel)]
    .map((letter) => SPELLINGS.get(letter) ?? letter)
    .join('')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/k/g, 'c');
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');
const symbolsOf = (text: string): string => text.toUpperCase().replace(/[^0-9A-Z]/g, '');

/** Returns what a text searches for, or undefined if it is nothing that can be searched for. */
export function classifyQuery(query: string): Kind | undefined {
  const digits = digitsOf(query);
  if (digits.length === 13 && isValidIdnp(digits)) return 'idnp';
  if (normalizeTrackingNumber(query) !== undefined) return 'tracking-number';
  const isPhone = /^\+?[0-9 ()-]+$/.test(query.trim());
  if (isPhone && digits.length >= MIN_PHONE_DIGITS && digits.length <= MAX_PHONE_DIGITS) return 'telephone';
  if (/[0-9]/.test(query)) return symbolsOf(query).length >= MIN_SYMBOLS ? 'number-part' : undefined;
  return query.replace(/[^\p{L}]/gu, '').length >= MIN_LETTERS ? 'name' : undefined;
}

/** Whether an application is a result of a search. */
export function matchesQuery(application: Application, kind: Kind, query: string): boolean {
  switch (kind) {
    case 'idnp':
      return peopleOf(application).includes(digitsOf(query));
    case 'tracking-number':
      return application.trackingNumber === normalizeTrackingNumber(query);
    case 'number-part':
      return symbolsOf(application.trackingNumber ?? '').includes(symbolsOf(query));
    case 'telephone':
      return digitsOf(application.contact?.phone ?? '').slice(-PHONE_SUFFIX) === digitsOf(query).slice(-PHONE_SUFFIX);
    case 'name':
      return matchesName(application, query);
  }
}

/** Each word of the query begins a name of the applicant, or of the represented person. */
function matchesName({ applicant, represented }: Application, query: string): boolean {
  return ['a', 'i'].some((vowel) => {
    const words = foldName(query, vowel)
      .split(/[^\p{L}]+/u)
      .filter(Boolean);
    return [applicant, represented].some((person) => {
      const names = foldName(`${person?.givenName ?? ''} ${person?.familyName ?? ''}`, vowel).split(/[^\p{L}]+/u);
      return words.every((word) => names.some((name) => name.startsWith(word)));
    });
  });
}
