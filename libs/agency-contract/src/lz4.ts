/** The unpacked data exceeds the size limit. */
export class SizeLimitError extends Error {}

const FRAME_MAGIC = 0x184d2204;
const malformed = (): Error => new Error('The bytes are not an LZ4 frame.');

/** Opens a buffer that grows up to a limit and can repeat its own content. */
function openOutput(expected: number, limit: number) {
  let bytes = Buffer.allocUnsafe(Math.min(limit, Math.max(expected, 1_024)));
  let length = 0;

  const reserve = (count: number): void => {
    const needed = length + count;
    if (needed > limit) throw new SizeLimitError();
    if (needed <= bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.min(limit, Math.max(needed, bytes.length * 2)));
    bytes.copy(larger, 0, 0, length);
    bytes = larger;
  };

  return {
    add(source: Buffer, from: number, count: number): void {
      reserve(count);
      source.copy(bytes, length, from, from + count);
      length += count;
    },
    /** Copies `count` bytes that start `back` bytes before the end; the copy may overlap itself. */
    repeat(back: number, count: number): void {
      if (back === 0 || back > length) throw malformed();
      reserve(count);
      const from = length - back;
      for (let done = 0; done < count;) {
        const part = Math.min(length - from, count - done);
        bytes.copyWithin(length, from, from + part);
        length += part;
        done += part;
      }
    },
    end: (): Buffer => bytes.subarray(0, length),
  };
}
type Output = ReturnType<typeof openOutput>;

/** Unpacks one block of alternating literals and matches. */
function unpackBlock(source: Buffer, from: number, end: number, output: Output): void {
  let offset = from;
  const next = (): number => {
    if (offset >= end) throw malformed();
    offset += 1;
    return source[offset - 1] as number;
  };
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    for (let more = 255; more === 255; length += more) more = next();
    return length;
  };

  while (offset < end) {
    const token = next();
    const literals = lengthOf(token >>> 4);
    if (literals > end - offset) throw malformed();
    output.add(source, offset, literals);
    offset += literals;
    // The last sequence has no match.
    if (offset === end) return;
    const back = next() | (next() << 8);
    output.repeat(back, lengthOf(token & 15) + 4);
  }
}

/**
 * Unpacks LZ4 frames of Kafka clients, ignoring checksums. Own code, because packages for Node have no size limit or
 * are native, untyped or unmaintained.
 * @throws SizeLimitError over `limit`; Error if the bytes are not a frame
 */
export function unpackLz4(source: Buffer, limit: number): Buffer {
  const output = openOutput(source.length * 4, limit);
  let offset = 0;
  const need = (count: number): void => {
    if (offset + count > source.length) throw malformed();
  };
  const readUint32 = (): number => {
    need(4);
    offset += 4;
    return source.readUInt32LE(offset - 4);
  };

  while (offset < source.length) {
    if (readUint32() !== FRAME_MAGIC) throw malformed();
    need(3);
    const flags = source[offset] as number;
    if (flags >>> 6 !== 1) throw malformed();
    const [blockSums, size, sum, dictionary] = [flags & 16, flags & 8, flags & 4, flags & 1];
    offset += 3 + (size ? 8 : 0) + (dictionary ? 4 : 0);
    for (let head = readUint32(); head !== 0; head = readUint32()) {
      const length = head & 0x7fff_ffff;
      need(length);
      if (head >>> 31) output.add(source, offset, length);
      else unpackBlock(source, offset, offset + length, output);
      offset += length + (blockSums ? 4 : 0);
    }
    offset += sum ? 4 : 0;
  }
  return output.end();
}
