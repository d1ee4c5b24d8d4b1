import { computeIdnpCheckDigit } from '@cups/application';

export interface SyntheticPerson {
  idnp: string;
  givenName: string;
  familyName: string;
  /** yyyy-MM-dd */
  birthDate: string;
  language: 'ro' | 'ru' | 'en';
}

const GIVEN_NAMES = ['Ana', 'Ion', 'Maria', 'Vasile', 'Elena', 'Andrei', 'Natalia', 'Mihai', 'Olga', 'Ștefan'];
const FAMILY_NAMES = ['Exemplu', 'Probă', 'Model', 'Încercare', 'Țintă', 'Specimen', 'Fictiv'];
const LANGUAGES = ['ro', 'ru', 'ro', 'en'] as const;
const padTwo = (value: number) => String(value).padStart(2, '0');

/** Returns a synthetic personal number: 2900000, five digits of `n` (0 to 99,999) and the check digit. */
export function idnp(n: number): string {
  if (!Number.isInteger(n) || n < 0 || n > 99_999)
    throw new RangeError('the number of a person must be from 0 to 99,999');
  const first12 = `2900000${String(n).padStart(5, '0')}`;
  return `${first12}${computeIdnpCheckDigit(first12)}`;
}

/** Returns the n-th synthetic person, always the same. */
export function person(n: number): SyntheticPerson {
  return {
    idnp: idnp(n),
    givenName: GIVEN_NAMES[n % GIVEN_NAMES.length] as string,
    familyName: FAMILY_NAMES[n % FAMILY_NAMES.length] as string,
    birthDate: `${1940 + (n % 66)}-${padTwo((n % 12) + 1)}-${padTwo((n % 28) + 1)}`,
    language: LANGUAGES[n % LANGUAGES.length] as SyntheticPerson['language'],
  };
}

/** Returns a unique family name of the n-th person, in letters: `Exemplu-B` for 1. */
export function familyName(n: number): string {
  const letters = [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
  return `Exemplu-${letters.charAt(0).toUpperCase()}${letters.slice(1)}`;
}

/** Returns the n-th person's number with a wrong check digit. */
export function invalidIdnp(n: number): string {
  const right = idnp(n);
  return `${right.slice(0, 12)}${(Number(right.at(-1)) + 1) % 10}`;
}
