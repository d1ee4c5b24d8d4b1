import { trackingSymbols } from '@cups/application';

/**
 * Numbers as they are searched for beside an IDNP: a telephone as a whole, and parts of a tracking number. A part of an IDNP
 * finds nothing: nobody can try who has a number that begins so.
 */

/** Symbols of a part of a tracking number, at least. */
export const LEAST_SYMBOLS = 4;

const ABROAD = { least: 8, most: 15 };
/** Of Moldova, after 373 or 0. */
const NATIONAL = 8;

/**
 * The digits by which a telephone is known, however it is written: `+373 60 000 001`, `060000001` and `60000001` are one.
 * Undefined when it is no whole number (ITU-T E.164: 15 digits at most).
 */
export function phoneDigits(text: string): string | undefined {
  if (!/^[+0-9()\s./-]+$/.test(text)) return undefined;
  const digits = text.replaceAll(/[^0-9]/g, '').replace(/^00/, '');
  const national = /^(?:373|0)(\d+)$/.exec(digits)?.[1];
  if (national?.length === NATIONAL) return national;
  return digits.length >= ABROAD.least && digits.length <= ABROAD.most ? digits : undefined;
}

/** Each run of four symbols of a tracking number or of a part of one; none when it is too short or cannot be ours. */
export function partsOf(text: string): string[] {
  const symbols = trackingSymbols(text) ?? '';
  const count = Math.max(0, symbols.length - LEAST_SYMBOLS + 1);
  return Array.from({ length: count }, (_, i) => symbols.slice(i, i + LEAST_SYMBOLS));
}
