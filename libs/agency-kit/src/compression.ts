import { unpack } from '@cups/agency-contract/codecs';
import kafkajs from 'kafkajs';

// Node sees no names of a package that is made so; its default is all of it.
const { CompressionCodecs, CompressionTypes } = kafkajs;

/** What one batch may hold unpacked, as the contract says, in bytes. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

/**
 * Lets kafkajs read batches of every compression of Kafka: by itself it knows gzip alone, and fails for ever on the others. What the
 * kit sends is not compressed.
 */
export function registerCodecs(): void {
  for (const name of ['Snappy', 'LZ4', 'ZSTD'] as const) {
    const type = CompressionTypes[name];
    CompressionCodecs[type] = () => ({
      compress: () => Promise.reject(new Error('The kit sends nothing compressed.')),
      decompress: (packed: Buffer) => unpack(type, packed, MAX_BATCH_BYTES),
    });
  }
}
