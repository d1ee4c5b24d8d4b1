import { unpack } from '@cups/agency-contract/codecs';
import kafkajs from 'kafkajs';

// Node finds no named exports in this CommonJS package.
const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Maximum unpacked size of a batch in the contract, in bytes. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

/**
 * Adds Snappy, LZ4 and ZSTD to kafkajs, which reads gzip only and retries other batches forever. The kit sends
 * uncompressed batches.
 */
export function registerCodecs(): void {
  for (const name of ['Snappy', 'LZ4', 'ZSTD'] as const) {
    const type = CompressionTypes[name];
    CompressionCodecs[type] = () => ({
      compress: () => Promise.reject(new Error('The kit does not compress batches.')),
      decompress: (packed: Buffer) => unpack(type, packed, MAX_BATCH_BYTES),
    });
  }
}
