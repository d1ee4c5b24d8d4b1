import { sha256 } from '../log/merkle-tree.ts';

/**
 * Rows of the index: the hash of a name, a number that orders the rows of one name, and a position in the log. All are
 * big-endian, so that the order of the bytes is that of the rows.
 */
export interface Row {
  /** From 0. */
  order: number;
  /** From 0. */
  position: number;
}

/** Names of one log are IDs and codes: with 96 bits, two of a thousand million share a hash once in 10^11 logs. */
const NAME_BYTES = 12;
const WORD = 2 ** 32;
const POSITION_BYTES = 6;
const POSITION_AT = NAME_BYTES + 8;
export const ROW_BYTES = POSITION_AT + POSITION_BYTES;
/** Exceeds each order. */
export const MAX_ORDER = Number.MAX_SAFE_INTEGER;

/** Returns the hash of a name. */
export const hashName = (name: string): Buffer => sha256(Buffer.from(name)).subarray(0, NAME_BYTES);

export function formatRow(name: Buffer, { order, position }: Row): Buffer {
  // Every byte is written.
  const row = Buffer.allocUnsafe(ROW_BYTES);
  name.copy(row);
  row.writeUInt32BE(Math.floor(order / WORD), NAME_BYTES);
  row.writeUInt32BE(order % WORD, NAME_BYTES + 4);
  row.writeUIntBE(position, POSITION_AT, POSITION_BYTES);
  return row;
}

/** Reads the row at a place of the bytes. */
export const parseRow = (bytes: Buffer, at: number): Row => ({
  order: bytes.readUInt32BE(at + NAME_BYTES) * WORD + bytes.readUInt32BE(at + NAME_BYTES + 4),
  position: bytes.readUIntBE(at + POSITION_AT, POSITION_BYTES),
});

export const hasName = (bytes: Buffer, at: number, name: Buffer): boolean =>
  name.compare(bytes, at, at + NAME_BYTES) === 0;

/** Returns the first six bytes of a row as a number, to guess where it is among others, and to compare fast. */
export const prefixOf = (bytes: Buffer, at: number): number => bytes.readUIntBE(at, 6);
/** Exceeds each prefix. */
export const PREFIX_END = 2 ** 48;
