import { parseTrackingSymbols } from '@cups/application';

/**
 * Numbers that the search accepts besides an IDNP: whole phone numbers and parts of tracking numbers. Parts of an
 * IDNP are not searchable, so nobody can guess a person's number.
 */

export const MIN_NUMBER_PART_LENGTH = 4;

const INTERNATIONAL_DIGITS = { min: 8, max: 15 };
/** Digits of a Moldovan number after 373 or 0. */
const NATIONAL_DIGITS = 8;

/**
 * Returns the normalized digits of a phone number: `+373 60 000 001`, `060000001` and `60000001` give the same.
 * Undefined if it is not a whole number (ITU-T E.164 allows at most 15 digits).
 */
export function normalizePhone(text: string): string | undefined {
  if (!/^[+0-9()\s./-]+$/.test(text)) return undefined;
  const digits = text.replaceAll(/[^0-9]/g, '').replace(/^00/, '');
  const national = /^(?:373|0)(\d+)$/.exec(digits)?.[1];
  if (national?.length === NATIONAL_DIGITS) return national;
  return digits.length >= INTERNATIONAL_DIGITS.min && digits.length <= INTERNATIONAL_DIGITS.max ? digits : undefined;
}

/**
 * Returns each run of four symbols of a tracking number or part; empty if the text is too short or has other
 * symbols.
 */
export function splitNumberParts(text: string): string[] {
  const symbols = parseTrackingSymbols(text) ?? '';
  const count = Math.max(0, symbols.length - MIN_NUMBER_PART_LENGTH + 1);
  return Array.from({ length: count }, (_, i) => symbols.slice(i, i + MIN_NUMBER_PART_LENGTH));
}
