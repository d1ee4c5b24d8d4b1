const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 13;

/** Doubles `n` in the field of 32 elements, modulo x^5 + x^2 + 1. */
const twice = (n: number): number => (n & 16 ? (n << 1) ^ 0b100101 : n << 1);

/**
 * Computes the check value: a sum with weights 2, 4, 8 … in the field of 32 elements. All weights differ, so it
 * detects every single wrong symbol and every swap of two symbols.
 */
function computeCheckValue(values: number[]): number {
  return values.reduceRight((sum, value) => twice(sum ^ value), 0);
}

/**
 * Generates a tracking number: 13 random Crockford symbols and a check symbol, as `XXXX-XXXX-XXXX-XC`.
 * @param random returns this many random bytes; must be cryptographic, since the number is a secret of its holder
 */
export function generateTrackingNumber(random: (bytes: number) => Uint8Array): string {
  const values = [...random(LENGTH)].map((byte) => byte & 31);
  const symbols = [...values, computeCheckValue(values)].map((value) => SYMBOLS[value]).join('');
  return format(symbols);
}

function format(symbols: string): string {
  return (symbols.match(/.{1,4}/g) as string[]).join('-');
}

/**
 * Cyrillic letters and the symbols that they look like. A number typed with the Russian layout looks right on
 * screen.
 */
const CYRILLIC_LOOKALIKES = 'АВЕКМНОРСТУХЗІ';
const LATIN_LOOKALIKES = 'ABEKMH0PCTYX31';

/**
 * Returns the canonical form of a typed tracking number, or undefined if it is invalid. Tolerates lower case,
 * spaces and dashes anywhere, O for 0, I and L for 1, and Cyrillic lookalikes.
 */
export function normalizeTrackingNumber(text: string): string | undefined {
  const symbols = parseTrackingSymbols(text);
  if (symbols?.length !== LENGTH + 1) return undefined;
  const values = [...symbols].map((symbol) => SYMBOLS.indexOf(symbol));
  return computeCheckValue(values.slice(0, LENGTH)) === values[LENGTH] ? format(symbols) : undefined;
}

/**
 * Returns the symbols of a tracking number or part, with the same tolerance; undefined if it has other symbols or
 * is too long.
 */
export function parseTrackingSymbols(text: string): string | undefined {
  if (text.length > 64) return undefined;
  const symbols = text
    .toUpperCase()
    .replace(/[\s\-\u2010-\u2015]/g, '')
    .replace(/[\u0400-\u04ff]/g, (letter) => LATIN_LOOKALIKES[CYRILLIC_LOOKALIKES.indexOf(letter)] ?? letter)
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  const isValid = [...symbols].every((symbol) => SYMBOLS.includes(symbol));
  return isValid && symbols.length <= LENGTH + 1 ? symbols : undefined;
}

/** Returns whether `text` is a valid tracking number, in any tolerated notation. */
export function isTrackingNumber(text: string): boolean {
  return normalizeTrackingNumber(text) !== undefined;
}
