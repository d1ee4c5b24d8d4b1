import { isValidIdno, isValidIdnp } from '@cups/application';

/** Personal numbers while they are typed: spaces do not count, and they are shown as 4-5-4. */

const LENGTH = 13;

/** How far a number is: `wrong` has its 13 digits, and the last one does not match. */
type NumberState = 'empty' | 'short' | 'wrong' | 'right';

export interface ParsedNumber {
  /** What may be sent: digits only. */
  digits: string;
  /** As it is shown: `2900 81509 1713`. */
  formatted: string;
  /** Digits that are there; more than 13 are not taken. */
  count: number;
  state: NumberState;
}

/** The number that stands in a text; letters, spaces and dots are left out. */
export function parseIdnp(text: string): ParsedNumber {
  return parseNumber(text, isValidIdnp);
}

/** The same of a number of an organisation. */
export function parseIdno(text: string): ParsedNumber {
  return parseNumber(text, isValidIdno);
}

/** `2900815091713` → `2900 81509 1713`; what is shorter is grouped as far as it goes. */
export function groupDigits(digits: string): string {
  return [digits.slice(0, 4), digits.slice(4, 9), digits.slice(9)].filter((group) => group !== '').join(' ');
}

/** Where the cursor stands in the grouped number after so many digits. */
export function cursorPosition(digits: number): number {
  return digits + (digits > 4 ? 1 : 0) + (digits > 9 ? 1 : 0);
}

function parseNumber(text: string, check: (digits: string) => boolean): ParsedNumber {
  const digits = text.replace(/[^0-9]/g, '').slice(0, LENGTH);
  const count = digits.length;
  const full = check(digits) ? 'right' : 'wrong';
  const state = count === 0 ? 'empty' : count < LENGTH ? 'short' : full;
  return { digits, formatted: groupDigits(digits), count, state };
}
