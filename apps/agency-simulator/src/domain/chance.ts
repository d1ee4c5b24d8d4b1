import { createHash } from 'node:crypto';

const digest = (parts: readonly string[]): Buffer => createHash('sha256').update(JSON.stringify(parts)).digest();

/** A number in [0, 1) that depends on the parts only: the same seed and names always give the same one. */
export const chance = (...parts: string[]): number => digest(parts).readUInt32BE(0) / 2 ** 32;

/** A whole number of the given count of decimal digits, padded with zeros. */
export const digits = (count: number, ...parts: string[]): string =>
  String(Math.floor(chance(...parts) * 10 ** count)).padStart(count, '0');

/** A code of Crockford symbols (no I, L, O, U), as people can read it out. */
export const symbols = (count: number, ...parts: string[]): string =>
  [...digest(parts).subarray(0, count)].map((byte) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[byte % 32]).join('');

/** An id in the form of a UUID. */
export const idOf = (...parts: string[]): string =>
  digest(parts)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

/** One of the items. */
export const pick = <T>(items: readonly T[], ...parts: string[]): T | undefined =>
  items[Math.floor(chance(...parts) * items.length)];
