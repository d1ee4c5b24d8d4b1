import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compress as snappy } from 'snappyjs';
import { MAX_BATCH_BYTES, readBatches, type DecodedRecord } from '../src/batches.ts';
import { SizeLimitError, unpack } from '@cups/agency-contract/codecs';
import { encodeBatch, type RecordInput } from '../src/raw-records.ts';

/** Minimal LZ4 without back references; hostile.long.test.ts reads the Java client's output. */
const lz4 = (bytes: Buffer): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32LE((bytes.length | 0x8000_0000) >>> 0);
  return Buffer.concat([Buffer.from('04224d18604000', 'hex'), size, bytes, Buffer.alloc(4)]);
};
/** Snappy framing of the Java client. */
const frameSnappy = (bytes: Buffer): Buffer => {
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 32_768) {
    const block = snappy(bytes.subarray(at, at + 32_768));
    const size = Buffer.alloc(4);
    size.writeInt32BE(block.length);
    blocks.push(size, block);
  }
  return Buffer.concat([Buffer.from('82534e41505059000000000100000001', 'hex'), ...blocks]);
};

const packers: [string, number, (bytes: Buffer) => Buffer][] = [
  ['none', 0, (bytes) => bytes],
  ['gzip', 1, (bytes) => gzipSync(bytes)],
  ['plain snappy', 2, (bytes) => snappy(bytes)],
  ['framed snappy', 2, frameSnappy],
  ['lz4', 3, lz4],
  ['zstd', 4, (bytes) => zstdCompressSync(bytes)],
];

const read = (...batches: Buffer[]): Promise<DecodedRecord[]> =>
  readBatches(Buffer.concat(batches), { bytes: 0, records: 0 });
const offsets = (records: DecodedRecord[]): string[] => records.map(({ offset }) => offset);
const filled = (count: number, value?: Buffer): RecordInput[] =>
  Array.from({ length: count }, () => (value ? { value } : {}));

describe('readBatches', () => {
  test.each(packers)('reads offsets, times, keys, values and headers of a %s batch', async (_, codec, pack) => {
    const records = [
      { key: 'a', value: Buffer.from('first') },
      {
        value: Buffer.alloc(70_000, 'long '),
        headers: [
          ['h', '1'],
          ['h', '2'],
          ['other', 'x'],
        ] as [string, string][],
      },
    ];
    const found = await read(encodeBatch(records, { base: 40, codec, pack }), encodeBatch(filled(1), { base: 42 }));
    expect(offsets(found)).toEqual(['40', '41', '42']);
    expect(found[0]).toMatchObject({ timestamp: '1000', isControlRecord: false });
    expect(found[0]?.key?.toString()).toBe('a');
    expect(found[0]?.value?.toString()).toBe('first');
    expect(found[1]).toMatchObject({ key: null, timestamp: '1001' });
    expect(found[1]?.value?.equals(records[1]?.value as Buffer)).toBe(true);
    expect(Object.keys(found[1]?.headers ?? {})).toEqual(['h', 'other']);
    expect(String(found[1]?.headers['h'])).toBe('1,2');
  });

  test('passes empty batches of transactions and compaction without showing them', async () => {
    const found = await read(encodeBatch([], { base: 7 }));
    expect(found).toMatchObject([{ offset: '7', isControlRecord: true }]);
    expect(found[0]?.skippedBatch).toBeUndefined();
  });

  test('leaves a truncated batch to the next fetch', async () => {
    const whole = encodeBatch(filled(3));
    expect(await read(whole, whole.subarray(0, 70))).toHaveLength(3);
    expect(await read(whole.subarray(0, 8))).toEqual([]);
  });

  const bomb = filled(1, Buffer.alloc(MAX_BATCH_BYTES + 1));
  test.each([
    ...packers.map(
      ([name, codec, pack]) =>
        [`unpacks to more than 8 MiB (${name})`, encodeBatch(bomb, { codec, pack }), 'BATCH_TOO_LARGE'] as const,
    ),
    [
      'has more than 10,000 records',
      encodeBatch(filled(10_001), { codec: 1, pack: gzipSync }),
      'BATCH_TOO_MANY_RECORDS',
    ],
    ['claims two thousand million records', encodeBatch(filled(3), { count: 2_000_000_000 }), 'BATCH_TOO_MANY_RECORDS'],
    ['claims more records than it has', encodeBatch(filled(3), { count: 4 }), 'BATCH_UNREADABLE'],
    ['claims fewer records than it has', encodeBatch(filled(3), { count: 2 }), 'BATCH_UNREADABLE'],
    ['claims a negative number of records', encodeBatch(filled(3), { count: -5 }), 'BATCH_TOO_MANY_RECORDS'],
    ['has an unknown codec', encodeBatch(filled(3), { codec: 7 }), 'BATCH_UNREADABLE'],
    ...packers
      .slice(1)
      .map(([name, codec]) => [`is not valid ${name}`, encodeBatch(filled(3), { codec }), 'BATCH_UNREADABLE'] as const),
  ])('replaces a batch that %s by one record and reads its neighbours', async (_, batch, cause) => {
    const before = encodeBatch(filled(2), { base: 0 });
    const after = encodeBatch(filled(2), { base: 900_000 });
    batch.writeBigInt64BE(2n, 0);
    const found = await read(before, batch, after);
    expect(found).toHaveLength(5);
    expect(found[2]).toMatchObject({ skippedBatch: { first: '2', cause }, isControlRecord: false });
    expect(found[2]?.offset).toBe(found[2]?.skippedBatch?.last);
    expect(offsets(found).slice(3)).toEqual(['900000', '900001']);
  });

  test('reads 300,000 headers of one name in a record quickly', async () => {
    const batch = encodeBatch([{ more: 300_000 }]);
    const before = process.cpuUsage();
    const [record] = await read(batch);
    expect(record?.headers['h']).toHaveLength(300_000);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
  });

  test('skips a batch with more than 320,000 headers, in any number of records', async () => {
    for (const records of [[{ more: 320_001 }], [{ more: 200_000 }, { more: 200_000 }]])
      expect(await read(encodeBatch(records))).toMatchObject([{ skippedBatch: { cause: 'BATCH_TOO_LARGE' } }]);
  });

  test('reads exactly 10,000 records', async () => {
    expect(
      await read(encodeBatch(filled(10_000), { codec: 4, pack: (bytes) => zstdCompressSync(bytes) })),
    ).toHaveLength(10_000);
  });

  test('leaves the rest of a large response to the next fetch', async () => {
    const one = encodeBatch(filled(1, Buffer.alloc(7 * 1024 * 1024)), {
      codec: 4,
      pack: (bytes) => zstdCompressSync(bytes),
    });
    const records = await read(...Array.from({ length: 50 }, () => one));
    expect(records.length).toBeLessThan(5);
    // At least one batch is read of each partition in the response.
    expect(await readBatches(one, { bytes: 1e9, records: 1e9 })).toHaveLength(1);
  });

  test('never throws on random bytes', async () => {
    const valid = encodeBatch(filled(3, Buffer.from('value')), { codec: 3, pack: lz4 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 6 }), async (changes) => {
        const bytes = Buffer.from(valid);
        for (const [at, byte] of changes) bytes[at] = byte;
        for (const record of await read(bytes)) expect(typeof record.offset).toBe('string');
      }),
    );
  });
});

describe('unpack', () => {
  const fill = (length: number) => Buffer.alloc(length, 'cups ');
  test.each(packers)('%s returns everything up to the limit and nothing above', async (_, codec, pack) => {
    expect((await unpack(codec, pack(fill(100_000)), 100_000)).equals(fill(100_000))).toBe(true);
    await expect(unpack(codec, pack(fill(100_001)), 100_000)).rejects.toBeInstanceOf(SizeLimitError);
  });

  test('rejects a snappy literal of negative length, an endless loop in the package', async () => {
    for (const before of [[], [0, 65], [1, 1], [2, 1, 0], [3, 1, 0, 0, 0], [60 << 2, 0, 65], [61 << 2, 0, 0, 65]]) {
      const block = Buffer.from([100, ...before, 0xfc, 0xfa, 0xff, 0xff, 0xff, ...Buffer.alloc(20)]);
      await expect(unpack(2, block, 1_000)).rejects.toThrow('too long');
    }
  });

  test('returns the original or an error for corrupted snappy', async () => {
    const random = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * at) % 251));
    for (const length of [1, 59, 60, 61, 256, 257, 65_536, 65_537, 70_000]) {
      const bytes = random.subarray(0, length);
      expect((await unpack(2, snappy(bytes), 70_000)).equals(bytes)).toBe(true);
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await unpack(2, Buffer.from([100, ...bytes]), 1_000).catch(() => {});
      }),
      { numRuns: 1_000 },
    );
  });

  test('resolves lz4 back references, also overlapping ones, and rejects invalid ones', async () => {
    const frame = (block: number[]) =>
      Buffer.concat([
        Buffer.from('04224d18604000', 'hex'),
        Buffer.from([block.length, 0, 0, 0]),
        Buffer.from(block),
        Buffer.alloc(4),
      ]);
    const repeated = await unpack(3, frame([0x2f, 97, 98, 2, 0, 1, 0x00]), 100);
    expect(repeated.toString()).toBe('ab'.repeat(11));
    await expect(unpack(3, frame([0x1f, 97, 9, 0, 0, 0x00]), 100)).rejects.toThrow('not an LZ4 frame');
    await expect(unpack(3, frame([0x1f, 97, 1, 0, 255, 255, 255, 0, 0x00]), 100)).rejects.toBeInstanceOf(
      SizeLimitError,
    );
  });
});
