import { isValidIdno, isValidIdnp } from '@cups/application';
import type { Text } from '../../language/messages.ts';
import { FIELDS } from '../../texts/visit-fields.ts';

/** Parses IDNP and IDNO while they are typed, formatted as 4-5-4. */

const LENGTH = 13;

/** `wrong` has 13 digits with a wrong check digit, `other` is an IDNO instead of an IDNP, or an IDNP instead of an IDNO. */
type NumberState = 'empty' | 'short' | 'wrong' | 'other' | 'right';

export interface ParsedNumber {
  digits: string;
  /** Formatted, such as `2900 81509 1713`. */
  formatted: string;
  /** Number of digits, at most 13. */
  count: number;
  state: NumberState;
}

/** Parses an IDNP; other characters are ignored. */
export function parseIdnp(text: string): ParsedNumber {
  return parseNumber(text, isValidIdnp, isValidIdno);
}

/** Parses an IDNO, the number of an organisation. */
export function parseIdno(text: string): ParsedNumber {
  return parseNumber(text, isValidIdno, isValidIdnp);
}

/** Groups digits as 4-5-4, also incomplete ones. */
export function groupDigits(digits: string): string {
  return [digits.slice(0, 4), digits.slice(4, 9), digits.slice(9)].filter((group) => group !== '').join(' ');
}

/** Returns the cursor position in the grouped number after a number of digits. */
export function cursorPosition(digits: number): number {
  return digits + (digits > 4 ? 1 : 0) + (digits > 9 ? 1 : 0);
}

/** Returns what is wrong with a whole number; undefined if nothing is, and while it is typed. */
export function numberError({ state }: ParsedNumber, { isOrganisation = false } = {}): Text | undefined {
  if (state === 'other') return isOrganisation ? FIELDS.idnoOfPerson : FIELDS.idnpOfOrganisation;
  return state === 'wrong' ? FIELDS.idnpWrong : undefined;
}

type Check = (digits: string) => boolean;

function parseNumber(text: string, check: Check, isOther: Check): ParsedNumber {
  const digits = text.replace(/[^0-9]/g, '').slice(0, LENGTH);
  const count = digits.length;
  const full = check(digits) ? 'right' : isOther(digits) ? 'other' : 'wrong';
  const state = count === 0 ? 'empty' : count < LENGTH ? 'short' : full;
  return { digits, formatted: groupDigits(digits), count, state };
}
