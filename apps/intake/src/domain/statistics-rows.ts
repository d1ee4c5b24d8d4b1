import type { State } from '@cups/application';
import type { CountedRow, Tally } from './statistics.ts';

/** The counted rows of one day as bytes: 20 for each application, little-endian. */

/** A row with its group. */
export type GroupedRow = CountedRow & { publicService: string; agency: string };

const ROW_BYTES = 20;
const ABSENT = 0xffffffff;
/** Stored codes are positions: only append. */
const STATE_CODES: readonly State[] = [
  'draft',
  'submitted',
  'in-progress',
  'documents-requested',
  'ready',
  'rejected',
  'handed-over',
  'closed',
  'withdrawn',
  'expired',
];
const FLAG_CODES = [undefined, false, true] as const;

/** @param groups pairs of public service and agency, `publicServices/x agencies/y`; new ones are appended */
export function encodeRows(counted: readonly GroupedRow[], groups: string[]): Buffer {
  const positions = new Map(groups.map((group, position) => [group, position]));
  const rows = Buffer.alloc(counted.length * ROW_BYTES);
  for (const [index, row] of counted.entries()) {
    const key = `${row.publicService} ${row.agency}`;
    const group = positions.get(key) ?? groups.push(key) - 1;
    positions.set(key, group);
    const at = index * ROW_BYTES;
    rows.writeUInt16LE(group, at);
    rows.writeUInt8(STATE_CODES.indexOf(row.state), at + 2);
    rows.writeUInt8(FLAG_CODES.indexOf(row.approved) * 3 + FLAG_CODES.indexOf(row.needMet), at + 3);
    rows.writeUInt32LE(row.dueDay, at + 4);
    rows.writeUInt32LE(row.deskSeconds, at + 8);
    rows.writeUInt32LE(row.agencySeconds ?? ABSENT, at + 12);
    rows.writeUInt32LE(row.citizenSeconds ?? ABSENT, at + 16);
  }
  return rows;
}

/** Adds each row to the tally at the position of its group. */
export function tallyRows(rows: Buffer, tallies: readonly Tally[]): void {
  const seconds = (at: number) => {
    const value = rows.readUInt32LE(at);
    return value === ABSENT ? undefined : value;
  };
  // One object for all rows: a year has a million of them.
  const row = {} as CountedRow;
  for (let at = 0; at < rows.length; at += ROW_BYTES) {
    const flags = rows.readUInt8(at + 3);
    row.state = STATE_CODES[rows.readUInt8(at + 2)]!;
    row.approved = FLAG_CODES[Math.floor(flags / 3)];
    row.needMet = FLAG_CODES[flags % 3];
    row.dueDay = rows.readUInt32LE(at + 4);
    row.deskSeconds = rows.readUInt32LE(at + 8);
    row.agencySeconds = seconds(at + 12);
    row.citizenSeconds = seconds(at + 16);
    tallies[rows.readUInt16LE(at)]!.add(row);
  }
}
