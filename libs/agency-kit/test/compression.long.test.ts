import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { compress as snappy } from 'snappyjs';
import { startFaultyAgency } from './faulty-agency.ts';
import { SandboxFixture } from './sandbox-fixture.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** LZ4 frame of one uncompressed block. */
const lz4 = (bytes: Buffer): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32LE((bytes.length | 0x8000_0000) >>> 0);
  return Buffer.concat([Buffer.from('04224d18604082', 'hex'), size, bytes, Buffer.alloc(4)]);
};
const COMPRESSORS = { Snappy: snappy, LZ4: lz4, ZSTD: zstdCompressSync };
const NAMES = ['GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const;
const agencyOf = (name: string): string => `packs-${name.toLowerCase()}`;

let fixture: SandboxFixture;
beforeAll(async () => {
  fixture = await SandboxFixture.open(NAMES.map(agencyOf));
  // The agency's side compresses; the kit's decompression is unchanged.
  for (const name of ['Snappy', 'LZ4', 'ZSTD'] as const) {
    const codec = CompressionCodecs[CompressionTypes[name]]!() as { decompress(packed: Buffer): Promise<Buffer> };
    CompressionCodecs[CompressionTypes[name]] = () => ({
      compress: (encoder: { buffer: Buffer }) => Promise.resolve(COMPRESSORS[name](encoder.buffer)),
      decompress: (packed: Buffer) => codec.decompress(packed),
    });
  }
}, 120_000);
afterAll(() => fixture?.close(), 60_000);

test.each(NAMES)(
  'reads replies compressed with %s',
  async (name) => {
    const stop = await startFaultyAgency(fixture.sandbox, 'none', {
      agency: agencyOf(name),
      compression: CompressionTypes[name],
    });
    try {
      const results = await fixture.check(agencyOf(name), ['decides'], { timeoutMs: 10_000 });
      expect(results).toMatchObject([{ scenario: 'decides', outcome: 'passed' }]);
    } finally {
      await stop();
    }
  },
  60_000,
);
