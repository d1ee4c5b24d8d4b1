import type { Kafka } from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { withAdminConnection } from './admin-connection.ts';
import type { ProtocolRequest, ProtocolResponse } from './admin-connection.ts';

/** For tests: encodes Kafka records that kafkajs does not write. */

const encodeVarint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt(value) << 1n;
  if (value < 0) rest = -rest - 1n;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
};
const withLength = (bytes: Buffer): Buffer => Buffer.concat([encodeVarint(bytes.length), bytes]);
/** Null has the length -1. */
const encodeNullable = (bytes: string | Buffer | null): Buffer =>
  bytes === null ? encodeVarint(-1) : withLength(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);

/** A header with any name and any bytes or null. */
export type HeaderPair = readonly [name: string, value: string | Buffer | null];

export interface RecordInput {
  key?: string | Buffer | null;
  value?: Buffer | null;
  headers?: readonly HeaderPair[];
  /** Number of additional empty headers named `h`, three bytes each. */
  more?: number;
}

const encodeRecord = (
  { key = null, value = Buffer.alloc(0), headers = [], more = 0 }: RecordInput,
  delta: number,
): Buffer =>
  withLength(
    Buffer.concat([
      Buffer.from([0]),
      encodeVarint(delta),
      encodeVarint(delta),
      encodeNullable(key),
      encodeNullable(value),
      encodeVarint(headers.length + more),
      ...headers.flatMap(([name, text]) => [withLength(Buffer.from(name)), encodeNullable(text)]),
      Buffer.alloc(3 * more, Buffer.from([2, 104, 0])),
    ]),
  );

/** Encodes a batch; `count` and `pack` may be wrong on purpose. */
export function encodeBatch(
  records: RecordInput[],
  {
    base = 0,
    codec = 0,
    pack = (bytes: Buffer) => bytes,
    count = records.length,
  }: { base?: number; codec?: number; pack?: (bytes: Buffer) => Buffer; count?: number } = {},
): Buffer {
  const packed = pack(Buffer.concat(records.map(encodeRecord)));
  const head = Buffer.alloc(61);
  head.writeBigInt64BE(BigInt(base), 0);
  head.writeInt32BE(49 + packed.length, 8);
  head.writeInt8(2, 16);
  head.writeInt16BE(codec, 21);
  head.writeInt32BE(Math.max(0, records.length - 1), 23);
  head.writeBigInt64BE(1_000n, 27);
  head.writeBigInt64BE(2_000n, 35);
  head.writeBigInt64BE(-1n, 43);
  head.writeInt32BE(count, 57);
  return Buffer.concat([head, packed]);
}

const CASTAGNOLI = 0x82f63b78;

function crc32c(bytes: Buffer): number {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? CASTAGNOLI : 0);
  }
  return ~sum >>> 0;
}

const buildProduceRequest = (topic: string, batch: Buffer): ProtocolRequest => ({
  apiKey: 0,
  apiVersion: 3,
  apiName: 'Produce',
  encode: () => {
    const head = new Encoder().writeString(null).writeInt16(-1).writeInt32(10_000).writeInt32(1).writeString(topic);
    return Promise.resolve(head.writeInt32(1).writeInt32(0).writeInt32(batch.length).writeBuffer(batch));
  },
});

const PRODUCE_RESPONSE: ProtocolResponse<{ code: number; first: number }> = {
  decode(raw) {
    const decoder = new Decoder(raw);
    const [code, first] = decoder.readArray(() => {
      decoder.readString();
      return decoder.readArray(() => {
        decoder.readInt32();
        const given: [number, number] = [decoder.readInt16(), Number(decoder.readInt64())];
        decoder.readInt64();
        return given;
      })[0]!;
    })[0]!;
    return Promise.resolve({ code, first, throttleTime: 0, clientSideThrottleTime: 0 });
  },
  parse: (data) =>
    data.code === 0 ? Promise.resolve(data) : Promise.reject(new Error(`Kafka returned error ${data.code}.`)),
};

/** Writes raw records to partition 0. @returns the offset of the first */
export async function sendRecords(kafka: Kafka, topic: string, records: RecordInput[]): Promise<number> {
  const batch = encodeBatch(records);
  batch.writeBigInt64BE(BigInt(Date.now()), 27);
  batch.writeBigInt64BE(BigInt(Date.now()), 35);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return (
    await withAdminConnection(kafka, (sendRequest) => sendRequest(buildProduceRequest(topic, batch), PRODUCE_RESPONSE))
  ).first;
}
