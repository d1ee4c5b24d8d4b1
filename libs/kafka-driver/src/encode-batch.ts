import crc32c from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';

type Bytes = string | Buffer;

/** A message as kafkajs hands it to its encoder; all in one batch have the same time. */
export interface OutgoingMessage {
  key?: Bytes | null;
  value: Bytes | null;
  headers?: Readonly<Record<string, Bytes | Bytes[]>>;
  timestamp?: string | null;
}

/** Bytes before the records, and where the checksum and the bytes that it covers begin. */
const HEADER_BYTES = 61;
const CHECKSUM_OFFSET = 17;
const CHECKED_OFFSET = 21;
/** Bytes before those that the length of a batch counts. */
const LENGTH_PREFIX_BYTES = 12;
const MAGIC = 2;
const NO_PRODUCER_ID = -1n;

/** Key, value, then name and value of each header, with their lengths; null has the length -1. */
interface MeasuredRecord {
  fields: (Bytes | null)[];
  lengths: number[];
  /** Size without its own length prefix. */
  bodyBytes: number;
}

const toZigZag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = toZigZag(value); rest > 127; rest >>>= 7) size += 1;
  return size;
}

/** @returns the offset after the number */
function writeVarint(to: Buffer, offset: number, value: number): number {
  let at = offset;
  let rest = toZigZag(value);
  for (; rest > 127; rest >>>= 7) {
    to[at] = (rest & 127) | 128;
    at += 1;
  }
  to[at] = rest;
  return at + 1;
}

function lengthOf(field: Bytes | null): number {
  if (field === null) return -1;
  return typeof field === 'string' ? Buffer.byteLength(field) : field.length;
}

/** @returns the offset after the field */
function writeField(to: Buffer, offset: number, field: Bytes | null, length: number): number {
  const at = writeVarint(to, offset, length);
  if (field === null) return at;
  if (typeof field === 'string') to.write(field, at, length);
  else field.copy(to, at);
  return at + length;
}

function measureRecord({ key = null, value, headers = {} }: OutgoingMessage, index: number): MeasuredRecord {
  const fields = [key, value];
  for (const [name, given] of Object.entries(headers)) {
    if (Array.isArray(given)) for (const one of given) fields.push(name, one);
    else fields.push(name, given);
  }
  const lengths = fields.map(lengthOf);
  // One byte each for the attributes and for the difference of times, which is 0.
  let bodyBytes = 2 + sizeOfVarint(index) + sizeOfVarint(fields.length / 2 - 1);
  for (const length of lengths) bodyBytes += sizeOfVarint(length) + Math.max(0, length);
  return { fields, lengths, bodyBytes };
}

/** @returns the offset after the record */
function writeRecord(
  to: Buffer,
  offset: number,
  { fields, lengths, bodyBytes }: MeasuredRecord,
  index: number,
): number {
  let at = writeVarint(to, offset, bodyBytes);
  to.writeInt16BE(0, at);
  at = writeVarint(to, at + 2, index);
  for (const [number, field] of fields.entries()) {
    if (number === 2) at = writeVarint(to, at, fields.length / 2 - 1);
    at = writeField(to, at, field, lengths[number]!);
  }
  return fields.length === 2 ? writeVarint(to, at, 0) : at;
}

/**
 * Encodes messages as one uncompressed batch of a producer without idempotence, in one buffer of its exact size.
 * @param time of all messages, ms
 */
export function encodeBatch(messages: readonly OutgoingMessage[], time: number): Buffer {
  const records = messages.map(measureRecord);
  let size = HEADER_BYTES;
  for (const { bodyBytes } of records) size += sizeOfVarint(bodyBytes) + bodyBytes;
  const batch = Buffer.allocUnsafe(size).fill(0, 0, HEADER_BYTES);
  batch.writeInt32BE(size - LENGTH_PREFIX_BYTES, 8);
  batch.writeInt8(MAGIC, 16);
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(time), 27);
  batch.writeBigInt64BE(BigInt(time), 35);
  batch.writeBigInt64BE(NO_PRODUCER_ID, 43);
  batch.writeInt32BE(records.length, 57);
  let at = HEADER_BYTES;
  for (const [index, record] of records.entries()) at = writeRecord(batch, at, record, index);
  batch.writeUInt32BE(crc32c(batch.subarray(CHECKED_OFFSET)), CHECKSUM_OFFSET);
  return batch;
}
