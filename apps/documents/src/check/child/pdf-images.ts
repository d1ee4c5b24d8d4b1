import { CHECK_LIMITS } from '../limits.ts';
import { PdfName } from './pdf-values.ts';
import type { PdfObjects, PdfStream } from './pdf-values.ts';
import type { StreamReader } from './pdf-streams.ts';
import { Refusal } from './refusal.ts';

/** Bounds images, which this check does not decode: a viewer reserves memory for the size that they state. */

export function isImage({ dict }: PdfStream): boolean {
  const subtype = dict.get('Subtype');
  return subtype instanceof PdfName && subtype.name === 'Image';
}

/** @throws Refusal TOO_MANY_PIXELS; DAMAGED if an encoded image has no size */
export async function checkImage(stream: PdfStream, objects: PdfObjects, reader: StreamReader): Promise<void> {
  const { image } = reader.filters(stream);
  if (pixelsOf(stream, objects) > CHECK_LIMITS.pixels) throw new Refusal('TOO_MANY_PIXELS');
  if (image === undefined || image === 'CCITTFaxDecode' || image === 'CCF') return;
  const size = SIZES[image]!(await reader.encodedImage(stream));
  if (!size) throw new Refusal('DAMAGED');
  if (size.width * size.height > CHECK_LIMITS.pixels) throw new Refusal('TOO_MANY_PIXELS');
}

/** Returns the pixels that the dictionary states, the largest if it can be read in several ways. */
export const pixelsOf = ({ dict }: PdfStream, objects: PdfObjects): number =>
  (objects.number(dict.get('Width') ?? dict.get('W')) ?? 0) *
  (objects.number(dict.get('Height') ?? dict.get('H')) ?? 0);

interface Size {
  width: number;
  height: number;
}

const SIZES: Readonly<Record<string, (data: Buffer) => Size | undefined>> = {
  DCTDecode: sizeOfJpeg,
  DCT: sizeOfJpeg,
  JPXDecode: sizeOfJpeg2000,
  JBIG2Decode: sizeOfJbig2,
};

/** The frame header: ISO/IEC 10918-1, B.2.2. */
function sizeOfJpeg(data: Buffer): Size | undefined {
  for (let at = data.indexOf(0xff); at >= 0 && at + 9 <= data.length;) {
    const marker = data[at + 1]!;
    if (marker === 0xff) at++;
    else if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) at = data.indexOf(0xff, at + 2);
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: data.readUInt16BE(at + 5), width: data.readUInt16BE(at + 7) };
    } else at = data.indexOf(0xff, at + 2 + data.readUInt16BE(at + 2));
  }
  return undefined;
}

/** The marker SIZ: ISO/IEC 15444-1, A.5.1. */
function sizeOfJpeg2000(data: Buffer): Size | undefined {
  const at = data.indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51]));
  if (at < 0 || at + 16 > data.length) return undefined;
  return { width: data.readUInt32BE(at + 8), height: data.readUInt32BE(at + 12) };
}

const JBIG2_PAGE = 48;

/** The largest of the pages and regions: ISO/IEC 14492, 7.2 and 7.4. */
function sizeOfJbig2(data: Buffer): Size | undefined {
  let largest: Size = { width: 0, height: 0 };
  for (let at = 0; at + 11 <= data.length;) {
    const segment = readSegment(data, at);
    if (!segment) return undefined;
    if (segment.size) {
      const { width, height } = segment.size;
      // A page of unknown height grows with its stripes, which are regions too.
      const size = { width, height: height === 0xffffffff ? 1 : height };
      if (size.width * size.height > largest.width * largest.height) largest = size;
    }
    at = segment.end;
  }
  return largest.width > 0 ? largest : undefined;
}

function readSegment(data: Buffer, start: number): { end: number; size?: Size } | undefined {
  const number = data.readUInt32BE(start);
  const flags = data[start + 4]!;
  const type = flags & 0x3f;
  let at = start + 5;
  let count = data[at]! >> 5;
  if (count === 7) {
    count = data.readUInt32BE(at) & 0x1fffffff;
    at += 4 + Math.ceil((count + 1) / 8);
  } else at++;
  at += count * (number <= 256 ? 1 : number <= 65_536 ? 2 : 4) + (flags & 0x40 ? 4 : 1);
  if (at + 4 > data.length) return undefined;
  const length = data.readUInt32BE(at);
  at += 4;
  const isSized = type === JBIG2_PAGE || (type >= 4 && type <= 43 && type !== 16);
  if (isSized && at + 8 > data.length) return undefined;
  const size = isSized ? { width: data.readUInt32BE(at), height: data.readUInt32BE(at + 4) } : undefined;
  // An immediate generic region may leave its length open; it is the last segment that this reads.
  return { end: length === 0xffffffff ? data.length : at + length, ...(size && { size }) };
}
