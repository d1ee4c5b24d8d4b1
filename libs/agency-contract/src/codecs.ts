import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { uncompress } from 'snappyjs';
import { SizeLimitError, unpackLz4 } from './lz4.ts';

export { SizeLimitError } from './lz4.ts';

const gunzip = promisify(zlib.gunzip);
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);

/** Bytes after the tag of a copy element, by its kind. */
const COPY_OFFSET_BYTES = [0, 1, 2, 4] as const;

/**
 * Validates the tags of a Snappy block. `start` is the offset after the length preamble. snappyjs 0.7.0 reads a
 * four-byte literal length as signed, so a negative one loops forever.
 * @throws Error if a literal's length needs four bytes: it would exceed 16 MiB, above every limit
 */
function checkTags(block: Buffer, start: number): void {
  for (let offset = start; offset < block.length;) {
    const tag = block[offset] as number;
    const literal = tag >>> 2;
    offset += 1;
    if ((tag & 3) !== 0) offset += COPY_OFFSET_BYTES[tag & 3] as number;
    else if (literal < 60) offset += literal + 1;
    else if (literal === 63 || offset + literal - 59 > block.length) throw new Error('The Snappy literal is too long.');
    else offset += literal - 59 + block.readUIntLE(offset, literal - 59) + 1;
  }
}

/** Unpacks one Snappy block, which starts with its unpacked length. */
function unpackSnappyBlock(block: Buffer, limit: number): Buffer {
  let [length, start] = [0, 0];
  for (let more = true; more && start < 5; start += 1) {
    const byte = block[start] ?? 0;
    length += (byte & 127) * 2 ** (7 * start);
    more = byte > 127;
  }
  if (length > limit) throw new SizeLimitError();
  checkTags(block, start);
  return uncompress(block, limit);
}

/** Unpacks a plain block (librdkafka), or snappy-java frames: a 16-byte header, then length-prefixed blocks. */
function unpackSnappy(packed: Buffer, limit: number): Buffer {
  if (!packed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return unpackSnappyBlock(packed, limit);
  const parts: Buffer[] = [];
  let length = 0;
  for (let offset = 16; offset < packed.length;) {
    const size = packed.readInt32BE(offset);
    offset += 4;
    if (size <= 0 || offset + size > packed.length) throw new Error('The Snappy block exceeds its batch.');
    const part = unpackSnappyBlock(packed.subarray(offset, offset + size), limit - length);
    length += part.length;
    parts.push(part);
    offset += size;
  }
  return Buffer.concat(parts, length);
}

/** Uses no named import: Node before 22.15 has no zstd and would fail to start. */
function unpackZstd(packed: Buffer, limit: number): Promise<Buffer> {
  const decompress = (zlib as Partial<typeof zlib>).zstdDecompress;
  if (!decompress) throw new Error('This version of Node cannot unpack zstd. Use Node 22.15 or newer.');
  return promisify(decompress)(packed, { maxOutputLength: limit });
}

/** Converts Node's size-limit error to a SizeLimitError. */
async function withSizeLimit(unpacking: Promise<Buffer>): Promise<Buffer> {
  try {
    return await unpacking;
  } catch (error) {
    throw (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? new SizeLimitError() : error;
  }
}

/**
 * Unpacks the records of a Kafka batch, at most `limit` bytes.
 * @param codec the low three bits of a batch's attributes: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd
 * @throws SizeLimitError over `limit`; Error if the bytes or the codec are invalid
 */
export async function unpack(codec: number, packed: Buffer, limit: number): Promise<Buffer> {
  switch (codec) {
    case 0:
      if (packed.length > limit) throw new SizeLimitError();
      return packed;
    case 1:
      return withSizeLimit(gunzip(packed, { maxOutputLength: limit }));
    case 2:
      return unpackSnappy(packed, limit);
    case 3:
      return unpackLz4(packed, limit);
    case 4:
      return withSizeLimit(unpackZstd(packed, limit));
    default:
      throw new Error('Unknown Kafka compression.');
  }
}
