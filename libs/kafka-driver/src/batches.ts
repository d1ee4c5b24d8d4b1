import { SizeLimitError, unpack } from '@cups/agency-contract/codecs';

/** A record as kafkajs expects it; `skippedBatch` replaces all records of an unread batch. */
export interface DecodedRecord {
  magicByte: number;
  attributes: number;
  timestamp: string;
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | (Buffer | null)[] | null>;
  isControlRecord: boolean;
  batchContext: { producerId: string; inTransaction: boolean };
  skippedBatch?: SkippedBatch;
}

/** An unread batch, by its offsets. */
export interface SkippedBatch {
  first: string;
  last: string;
  /** BATCH_TOO_LARGE, BATCH_TOO_MANY_RECORDS (over the limits), or BATCH_UNREADABLE (invalid format). */
  cause: string;
}

/** Limits of one uncompressed batch; librdkafka limits a batch to 10,000 records. */
export const MAX_BATCH_BYTES = 8 * 1024 * 1024;
const MAX_BATCH_RECORDS = 10_000;
/** A header needs two bytes in a batch but some hundred in memory; the platform's records have about a dozen. */
const MAX_BATCH_HEADERS = 320_000;
/** Above these limits the rest of a response is left to the next fetch, so that many small bombs do not add up. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
const MAX_RESPONSE_RECORDS = 20_000;

const HEADER_BYTES = 61;
const LENGTH_PREFIX_BYTES = 12;

/** What was uncompressed of one broker response, over all partitions. */
export interface DecodeUsage {
  bytes: number;
  records: number;
}

interface BatchHeader {
  first: bigint;
  last: bigint;
  attributes: number;
  count: number;
  baseTime: bigint;
  maxTime: bigint;
  producerId: string;
}

/** Reads within bounds: any read past the end throws. */
function createByteReader(bytes: Buffer) {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return (value >> 1n) ^ -(value & 1n);
    }
    throw new RangeError('A number is longer than ten bytes.');
  };
  /** Most numbers take one or two bytes. */
  const small = (): number => {
    const byte = bytes.readUInt8(at);
    if (byte < 128) {
      at += 1;
      return (byte >>> 1) ^ -(byte & 1);
    }
    return Number(varint());
  };
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > bytes.length) throw new RangeError('A length exceeds the remaining bytes.');
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    varint,
    small,
    take,
    bytes(): Buffer | null {
      const length = small();
      return length === -1 ? null : take(length);
    },
    left: () => bytes.length - at,
  };
}

/** Adds a header. A repeated name gets a list of values, which is never copied. */
function addHeader(headers: DecodedRecord['headers'], name: string, value: Buffer | null): void {
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else headers[name] = [before, value];
}

/** @param left number of headers that the batch may still have */
function readRecord(bytes: Buffer, header: BatchHeader, left: { headers: number }): DecodedRecord {
  const reader = createByteReader(bytes);
  const attributes = reader.take(1).readInt8(0);
  const timeDelta = reader.varint();
  const offset = header.first + reader.varint();
  const key = reader.bytes();
  const value = reader.bytes();
  const headers = Object.create(null) as DecodedRecord['headers'];
  const count = reader.small();
  if (count < 0 || count > reader.left()) throw new RangeError('A record has more headers than bytes.');
  left.headers -= count;
  if (left.headers < 0) throw new SizeLimitError();
  for (let at = 0; at < count; at += 1)
    addHeader(headers, reader.take(reader.small()).toString('utf8'), reader.bytes());
  const appended = (header.attributes & 8) !== 0;
  return {
    ...createEmptyRecord(header, offset),
    attributes,
    timestamp: String(appended ? header.maxTime : header.baseTime + timeDelta),
    key,
    value,
    headers,
  };
}

/** Returns the fields that all records of a batch share. */
const createEmptyRecord = (header: BatchHeader, offset: bigint): DecodedRecord => ({
  magicByte: 2,
  attributes: 0,
  timestamp: String(header.maxTime),
  offset: String(offset),
  key: null,
  value: null,
  headers: {},
  isControlRecord: (header.attributes & 32) !== 0,
  batchContext: { producerId: header.producerId, inTransaction: (header.attributes & 16) !== 0 },
});

/** @throws RangeError if the records contradict the header; SizeLimitError if they have too many headers */
function readRecords(bytes: Buffer, header: BatchHeader): DecodedRecord[] {
  const reader = createByteReader(bytes);
  const records: DecodedRecord[] = [];
  const left = { headers: MAX_BATCH_HEADERS };
  let before = header.first - 1n;
  for (let at = 0; at < header.count; at += 1) {
    const record = readRecord(reader.take(reader.small()), header, left);
    const offset = BigInt(record.offset);
    if (offset <= before || offset > header.last) throw new RangeError('An offset is out of order.');
    before = offset;
    records.push(record);
  }
  if (reader.left() > 0) throw new RangeError('A batch has more records than its header states.');
  return records;
}

const readHeader = (bytes: Buffer): BatchHeader => {
  const first = bytes.readBigInt64BE(0);
  const delta = bytes.readInt32BE(23);
  return {
    first,
    last: first + BigInt(Math.max(0, delta)),
    attributes: bytes.readInt16BE(21),
    count: bytes.readInt32BE(57),
    baseTime: bytes.readBigInt64BE(27),
    maxTime: bytes.readBigInt64BE(35),
    producerId: String(bytes.readBigInt64BE(43)),
  };
};

/** Returns one record for all of a batch, at its last offset, so that consumption continues after it. */
function skipBatch(header: BatchHeader, cause: string): DecodedRecord {
  const { first, last } = header;
  const batchContext = { producerId: '-1', inTransaction: false };
  const skippedBatch = { first: String(first), last: String(last), cause };
  return { ...createEmptyRecord(header, last), isControlRecord: false, batchContext, skippedBatch };
}

/** Reads one complete batch. */
async function readBatch(bytes: Buffer, usage: DecodeUsage): Promise<DecodedRecord[]> {
  const header = readHeader(bytes);
  if (bytes.readInt8(16) !== 2) return [skipBatch(header, 'BATCH_UNREADABLE')];
  // Compaction and aborted transactions leave empty batches, which readers must pass.
  if (header.count === 0) return [{ ...createEmptyRecord(header, header.last), isControlRecord: true }];
  if (header.count < 0 || header.count > MAX_BATCH_RECORDS) return [skipBatch(header, 'BATCH_TOO_MANY_RECORDS')];
  try {
    const unpacked = await unpack(header.attributes & 7, bytes.subarray(HEADER_BYTES), MAX_BATCH_BYTES);
    usage.bytes += unpacked.length;
    usage.records += header.count;
    return readRecords(unpacked, header);
  } catch (error) {
    return [skipBatch(header, error instanceof SizeLimitError ? 'BATCH_TOO_LARGE' : 'BATCH_UNREADABLE')];
  }
}

/**
 * Reads the records of one partition from a broker response, within limits. A batch over 8 MiB uncompressed, 10,000
 * records or 320,000 headers, or an unreadable one, becomes one record with `skippedBatch`. A truncated last batch is
 * left to the next fetch. Never throws.
 * @param usage shared by the partitions of a response; at least one batch of each partition is read
 */
export async function readBatches(bytes: Buffer, usage: DecodeUsage): Promise<DecodedRecord[]> {
  const all: DecodedRecord[][] = [];
  for (let at = 0; at + LENGTH_PREFIX_BYTES <= bytes.length;) {
    const length = bytes.readInt32BE(at + 8);
    const end = at + LENGTH_PREFIX_BYTES + length;
    if (end > bytes.length) break;
    if (all.length > 0 && (usage.bytes >= MAX_RESPONSE_BYTES || usage.records >= MAX_RESPONSE_RECORDS)) break;
    if (length < HEADER_BYTES - LENGTH_PREFIX_BYTES) {
      // Too short for a header: only the offset is usable.
      const first = bytes.readBigInt64BE(at);
      const header = { first, last: first, attributes: 0, count: 0, baseTime: 0n, maxTime: 0n, producerId: '-1' };
      all.push([skipBatch(header, 'BATCH_UNREADABLE')]);
      break;
    }
    all.push(await readBatch(bytes.subarray(at, end), usage));
    at = end;
  }
  return all.flat();
}
