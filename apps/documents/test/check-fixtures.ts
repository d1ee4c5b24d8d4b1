import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';

/** Builds files for the tests of the check: valid ones, and hostile ones that a scan would never contain. */

const A4 = '/MediaBox [0 0 595 842]';

export interface PdfParts {
  /** Bodies by object number; 1 is the catalog, 2 the page tree, 3 the page. */
  objects?: Record<number, string | Buffer>;
  /** More entries of the trailer. */
  trailer?: string;
  /** More bytes before the cross-reference table, in no object. */
  loose?: string | Buffer;
  /** Appended after the end. */
  appended?: string | Buffer;
}

/** A PDF with one empty page and a correct cross-reference table, and the given objects in addition or instead. */
export function buildPdf({ objects = {}, trailer = '', loose = '', appended = '' }: PdfParts = {}): Buffer {
  const bodies: Record<number, string | Buffer> = {
    1: '<< /Type /Catalog /Pages 2 0 R >>',
    2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    3: `<< /Type /Page /Parent 2 0 R ${A4} >>`,
    ...objects,
  };
  const parts: Buffer[] = [];
  let size = 0;
  const add = (...more: (string | Buffer)[]) => {
    for (const part of more) size += parts[parts.push(Buffer.from(part)) - 1]!.length;
  };
  add(Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1'));
  const offsets: string[] = [];
  for (const [number, body] of Object.entries(bodies)) {
    offsets.push(`${number} 1\n${String(size).padStart(10, '0')} 00000 n \n`);
    add(`${number} 0 obj\n`, body, '\nendobj\n');
  }
  add(loose);
  const start = size;
  const count = Object.keys(bodies).length + 1;
  add(`xref\n0 1\n0000000000 65535 f \n${offsets.join('')}`);
  add(`trailer\n<< /Size ${count} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`, appended);
  return Buffer.concat(parts);
}

/** A catalog with more entries. */
export const catalog = (entries: string): Record<number, string> => ({
  1: `<< /Type /Catalog /Pages 2 0 R ${entries} >>`,
});

export function stream(content: string | Buffer, entries = ''): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([
    Buffer.from(`<< ${entries} /Length ${bytes.length} >>\nstream\n`),
    bytes,
    Buffer.from('\nendstream'),
  ]);
}

export const deflated = (content: string | Buffer, entries = ''): Buffer =>
  stream(deflateSync(Buffer.from(content)), `${entries} /Filter /FlateDecode`);

/** An object stream with one object, number 9. */
export const objectStream = (body: string): Buffer => deflated(`9 0 ${body}`, '/Type /ObjStm /N 1 /First 4');

/** A page tree with this number of pages. */
export function pages(count: number): Record<number, string> {
  const numbers = Array.from({ length: count }, (_, at) => 10 + at);
  return {
    2: `<< /Type /Pages /Kids [${numbers.map((number) => `${number} 0 R`).join(' ')}] /Count ${count} >>`,
    ...Object.fromEntries(numbers.map((number) => [number, `<< /Type /Page /Parent 2 0 R ${A4} >>`])),
  };
}

/** A picture in which a reader can tell the corners apart: white, and red at the top left. */
export function picture(width = 60, height = 40): Sharp {
  const corner = { create: { width: 20, height: 10, channels: 3, background: '#d00000' } } as const;
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } }).composite([
    { input: corner, top: 0, left: 0 },
  ]);
}

const crcTable = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const end = Buffer.alloc(4);
  end.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return Buffer.concat([length, body, end]);
}

/** A PNG that claims a size, with chunks of its own before its (nearly empty) image. */
export function claimedPng(width: number, height: number, chunks: [type: string, data: Buffer][] = []): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...chunks.map(([type, data]) => pngChunk(type, data)),
    pngChunk('IDAT', deflateSync(Buffer.alloc(1024))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Rewrites the size in the first frame header of a JPEG. */
export function claimedJpeg(jpeg: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(jpeg);
  for (let at = 2; at < copy.length; at += 2 + copy.readUInt16BE(at + 2)) {
    if (![0xc0, 0xc1, 0xc2].includes(copy[at + 1]!)) continue;
    copy.writeUInt16BE(height, at + 5);
    copy.writeUInt16BE(width, at + 7);
    return copy;
  }
  throw new Error('The JPEG has no frame header.');
}

/** An ISO media file of a brand, such as heic. */
export function isoMedia(brand: string): Buffer {
  const type = Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0mif1${brand}`, 'latin1');
  return Buffer.concat([type, Buffer.alloc(512)]);
}

/** An uncompressed ZIP archive with one empty file, as its end record sees it. */
export const zip = (): Buffer =>
  Buffer.concat([
    Buffer.from('PK\x03\x04', 'latin1'),
    Buffer.alloc(26),
    Buffer.from('PK\x05\x06', 'latin1'),
    Buffer.alloc(18),
  ]);

/** A little-endian TIFF of 1 × 1 pages; `loop` lets the last one refer to the first. */
export function tiff(count: number, loop = false): Buffer {
  const entries: [tag: number, type: number, value: number][] = [
    ...([
      [256, 3, 1],
      [257, 3, 1],
      [258, 3, 8],
      [259, 3, 1],
      [262, 3, 1],
    ] as [number, number, number][]),
    ...([
      [273, 4, 8],
      [277, 3, 1],
      [278, 3, 1],
      [279, 4, 1],
    ] as [number, number, number][]),
  ];
  const folderSize = 2 + entries.length * 12 + 4;
  const first = 12;
  const out = Buffer.alloc(first + count * folderSize);
  out.write('II*\0', 'latin1');
  out.writeUInt32LE(first, 4);
  out[8] = 0xff;
  for (let page = 0; page < count; page++) {
    const at = first + page * folderSize;
    out.writeUInt16LE(entries.length, at);
    entries.forEach(([tag, type, value], index) => {
      const entry = at + 2 + index * 12;
      out.writeUInt16LE(tag, entry);
      out.writeUInt16LE(type, entry + 2);
      out.writeUInt32LE(1, entry + 4);
      out.writeUInt32LE(value, entry + 8);
    });
    const next = page < count - 1 ? at + folderSize : loop ? first : 0;
    out.writeUInt32LE(next, at + folderSize - 4);
  }
  return out;
}
