import { parseTrackingSymbols } from '@cups/application';

/**
 * Numbers as they are searched for beside an IDNP: a telephone as a whole, and parts of a tracking number. A part of an IDNP
 * finds nothing: nobody can try who has a number that begins so.
 */

/** Symbols of a part of a tracking number, at least. */
export const MIN_NUMBER_PART_LENGTH = 4;

const INTERNATIONAL_DIGITS = { min: 8, max: 15 };
/** Of Moldova, after 373 or 0. */
const NATIONAL_DIGITS = 8;

/**
 * The digits by which a telephone is known, however it is written: `+373 60 000 001`, `060000001` and `60000001` are one.
 * Undefined when it is no whole number (ITU-T E.164: 15 digits at most).
 */
export function normalizePhone(text: string): string | undefined {
  if (!/^[+0-9()\s./-]+$/.test(text)) return undefined;
  const digits = text.replaceAll(/[^0-9]/g, '').replace(/^00/, '');
  const national = /^(?:373|0)(\d+)$/.exec(digits)?.[1];
  if (national?.length === NATIONAL_DIGITS) return national;
  return digits.length >= INTERNATIONAL_DIGITS.min && digits.length <= INTERNATIONAL_DIGITS.max ? digits : undefined;
}

/** Each run of four symbols of a tracking number or of a part of one; none when it is too short or cannot be ours. */
export function splitNumberParts(text: string): string[] {
  const symbols = parseTrackingSymbols(text) ?? '';
  const count = Math.max(0, symbols.length - MIN_NUMBER_PART_LENGTH + 1);
  return Array.from({ length: count }, (_, i) => symbols.slice(i, i + MIN_NUMBER_PART_LENGTH));
}
