import { constants, createInflateRaw } from 'node:zlib';
import { isSpace } from './pdf-tokens.ts';
import { Refusal } from './refusal.ts';

/** Decodes the filters of streams (ISO 32000-2, 7.4) that are not images. Each stops at its own end of data. */

/** Bytes that may still be read and produced. */
export interface DecodeBudget {
  read: number;
  all: number;
}

export interface DecodeOptions {
  /** Of LZW: codes become longer one code early. */
  isEarly: boolean;
}

type Decoder = (data: Buffer, options: DecodeOptions, budget: DecodeBudget) => AsyncIterable<Buffer> | Iterable<Buffer>;

const CHUNK_BYTES = 65_536;

/** What one filter of a chain may give to the next one. */
const MAX_STAGE_BYTES = 64 * 1024 * 1024;

const DECODERS: Readonly<Record<string, Decoder>> = {
  FlateDecode: inflate,
  Fl: inflate,
  LZWDecode: unpackLzw,
  LZW: unpackLzw,
  ASCIIHexDecode: readHex,
  AHx: readHex,
  ASCII85Decode: readBase85,
  A85: readBase85,
  RunLengthDecode: unpackRuns,
  RL: unpackRuns,
};

export const isDecodable = (filter: string): boolean => Object.hasOwn(DECODERS, filter);

/**
 * Decodes the content of a stream through a chain of filters.
 * @param data from the start of the stream to the end of the file: the length that the file states is not trusted
 * @param keep false counts the bytes of the last filter only, and returns none of them
 * @throws Refusal DAMAGED if a filter cannot decode its data, TOO_LARGE if the budget is exhausted
 */
export async function decodeChain(
  data: Buffer,
  filters: readonly string[],
  options: DecodeOptions,
  budget: DecodeBudget,
  keep: boolean,
): Promise<Buffer> {
  let stage = data;
  for (const [at, filter] of filters.entries()) {
    const parts: Buffer[] = [];
    let size = 0;
    const isKept = keep || at < filters.length - 1;
    // What the next filter reads was produced by this one.
    const counted = at === 0 ? budget : { read: 0, all: 0 };
    for await (const part of guard(DECODERS[filter]!(stage, options, counted))) {
      budget.all -= part.length;
      size += part.length;
      if (budget.all < 0 || (isKept && size > MAX_STAGE_BYTES)) throw new Refusal('TOO_LARGE');
      if (isKept) parts.push(part);
    }
    if (budget.read < 0) throw new Refusal('DAMAGED');
    stage = Buffer.concat(parts);
  }
  return stage;
}

/** Content that its filter cannot decode could be more than this scan has read. */
async function* guard(parts: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* parts;
  } catch {
    throw new Refusal('DAMAGED');
  }
}

const damaged = (): never => {
  throw new Error('The content does not follow its filter.');
};

/** The checksum at the end is not verified: readers do not either. */
async function* inflate(data: Buffer, _: DecodeOptions, budget: DecodeBudget): AsyncGenerator<Buffer> {
  const [method = 0, flags = 0] = data;
  if ((method & 0x0f) !== 8 || ((method << 8) | flags) % 31 !== 0 || (flags & 0x20) !== 0) damaged();
  const stream = createInflateRaw({ chunkSize: CHUNK_BYTES, finishFlush: constants.Z_FINISH });
  stream.end(data.subarray(2));
  try {
    for await (const part of stream) yield part as Buffer;
  } finally {
    budget.read -= stream.bytesWritten;
    stream.destroy();
  }
}

function* readHex(data: Buffer, _: DecodeOptions, budget: DecodeBudget): Generator<Buffer> {
  let digits = '';
  for (let at = 0; at < data.length; at++) {
    const code = data[at]!;
    if (isSpace(code)) continue;
    if (code === 0x3e) {
      budget.read -= at;
      yield Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex');
      return;
    }
    const digit = String.fromCharCode(code);
    if (!/[0-9a-f]/i.test(digit)) damaged();
    digits += digit;
    if (digits.length === CHUNK_BYTES) {
      yield Buffer.from(digits, 'hex');
      digits = '';
    }
  }
  damaged();
}

function* readBase85(data: Buffer, _: DecodeOptions, budget: DecodeBudget): Generator<Buffer> {
  const out = new Output();
  let [sum, digits] = [0, 0];
  for (let at = 0; at < data.length; at++) {
    const code = data[at]!;
    if (isSpace(code)) continue;
    if (code === 0x7e) {
      budget.read -= at;
      if (digits === 1) damaged();
      const missing = 5 - digits;
      for (; digits > 0 && digits < 5; digits++) sum = sum * 85 + 84;
      if (digits > 0) out.addNumber(sum, 4 - missing);
      yield out.take();
      return;
    }
    if (code === 0x7a && digits === 0) out.addNumber(0, 4);
    else if (code < 0x21 || code > 0x75) damaged();
    else {
      sum = sum * 85 + code - 0x21;
      if (++digits === 5) {
        out.addNumber(sum, 4);
        [sum, digits] = [0, 0];
      }
    }
    if (out.size >= CHUNK_BYTES) yield out.take();
  }
  damaged();
}

function* unpackRuns(data: Buffer, _: DecodeOptions, budget: DecodeBudget): Generator<Buffer> {
  const out = new Output();
  for (let at = 0; at < data.length;) {
    const length = data[at]!;
    if (length === 128) {
      budget.read -= at;
      yield out.take();
      return;
    }
    const size = length < 128 ? length + 1 : 257 - length;
    out.add(length < 128 ? data.subarray(at + 1, at + 1 + size) : Buffer.alloc(size, data[at + 1]));
    at += length < 128 ? size + 1 : 2;
    if (out.size >= CHUNK_BYTES) yield out.take();
  }
  damaged();
}

const [LZW_CLEAR, LZW_END, LZW_CODES] = [256, 257, 4096];

function* unpackLzw(data: Buffer, { isEarly }: DecodeOptions, budget: DecodeBudget): Generator<Buffer> {
  const out = new Output();
  const table: Buffer[] = Array.from({ length: LZW_END + 1 }, (_, byte) => Buffer.from([byte & 0xff]));
  let last: Buffer | undefined;
  let width = 9;
  for (let bit = 0; bit + width <= data.length * 8;) {
    const code = bitsAt(data, bit, width);
    bit += width;
    if (code === LZW_END) {
      budget.read -= bit >> 3;
      yield out.take();
      return;
    }
    if (code === LZW_CLEAR) {
      table.length = LZW_END + 1;
      last = undefined;
      width = 9;
      continue;
    }
    if (code > table.length || (code === table.length && !last)) damaged();
    const entry: Buffer = table[code] ?? Buffer.concat([last!, last!.subarray(0, 1)]);
    if (last && table.length < LZW_CODES) table.push(Buffer.concat([last, entry.subarray(0, 1)]));
    out.add(entry);
    last = entry;
    width = Math.min(12, Math.max(9, (table.length + (isEarly ? 1 : 0)).toString(2).length));
    if (out.size >= CHUNK_BYTES) yield out.take();
  }
  damaged();
}

function bitsAt(data: Buffer, bit: number, width: number): number {
  const at = bit >> 3;
  const three = (data[at]! << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
  return (three >> (24 - (bit & 7) - width)) & ((1 << width) - 1);
}

/** An entry of LZW is the longest part that is added at once. */
const MAX_PART_BYTES = 8192;

/** Collects small parts. */
class Output {
  #bytes = Buffer.allocUnsafe(CHUNK_BYTES + MAX_PART_BYTES);
  size = 0;

  add(part: Buffer): void {
    part.copy(this.#bytes, this.size);
    this.size += part.length;
  }

  /** Adds the first bytes of a number of 32 bits. */
  addNumber(number: number, count: number): void {
    const bits = number % 2 ** 32;
    for (let at = 0; at < count; at++) this.#bytes[this.size++] = (bits / 2 ** (24 - 8 * at)) & 0xff;
  }

  take(): Buffer {
    const whole = Buffer.from(this.#bytes.subarray(0, this.size));
    this.size = 0;
    return whole;
  }
}
