import { createHash } from 'node:crypto';

const hashOf = (parts: readonly string[]): Buffer => createHash('sha256').update(JSON.stringify(parts)).digest();

/** Returns a number in [0, 1), the same for the same parts. */
export const randomFraction = (...parts: string[]): number => hashOf(parts).readUInt32BE(0) / 2 ** 32;

/** Returns a number with this count of decimal digits, padded with zeros. */
export const randomDigits = (count: number, ...parts: string[]): string =>
  String(Math.floor(randomFraction(...parts) * 10 ** count)).padStart(count, '0');

/** Returns a code of Crockford characters (no I, L, O, U), which people can read aloud. */
export const randomSymbols = (count: number, ...parts: string[]): string =>
  [...hashOf(parts).subarray(0, count)].map((byte) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[byte % 32]).join('');

/** Returns an ID in the form of a UUID. */
export const deterministicId = (...parts: string[]): string =>
  hashOf(parts)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

/** Returns one of the items. */
export const pickRandom = <T>(items: readonly T[], ...parts: string[]): T | undefined =>
  items[Math.floor(randomFraction(...parts) * items.length)];
