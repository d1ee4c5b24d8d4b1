import { describe, expect, test } from '@jest/globals';
import { PDFDocument } from '@cantoo/pdf-lib';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { inspect } from '../src/check/child/inspect.ts';
import { Refusal } from '../src/check/child/refusal.ts';
import { CHECK_LIMITS } from '../src/check/limits.ts';
import type { RefusalCode } from '../src/domain/refusals.ts';
import {
  buildPdf,
  catalog,
  claimedJpeg,
  claimedPng,
  deflated,
  isoMedia,
  objectStream,
  pages,
  picture,
  stream,
  tiff,
  zip,
} from './check-fixtures.ts';

/** The answer to one file, as a line of a table. */
async function answer(bytes: Buffer, sizes: number[] = []): Promise<string> {
  try {
    const { mediaType, pages: count } = await inspect(bytes, sizes);
    return `${mediaType} ${count}`;
  } catch (cause) {
    if (cause instanceof Refusal) return cause.code;
    throw cause;
  }
}

const jpeg = await picture().jpeg().toBuffer();
const png = await picture().png().toBuffer();
const webp = await picture().webp().toBuffer();
const noise = await sharp({
  create: { width: 400, height: 300, channels: 3, background: '#fff', noise: { type: 'gaussian', sigma: 30 } },
})
  .jpeg()
  .toBuffer();
const pdf = buildPdf();
const script = '<< /S /JavaScript /JS (app.alert\\(1\\)) >>';
const part = (bytes: Buffer, share: number) => bytes.subarray(0, Math.floor(bytes.length * share));

/** 64 MiB of zeros in 64 KiB. */
const bomb = deflateSync(Buffer.alloc(CHECK_LIMITS.objectStreamBytes + 1));
const FLATE = '/Filter /FlateDecode';
const bombs = (count: number): Record<number, Buffer> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [10 + at, stream(bomb, FLATE)]));

type Case = [file: string, bytes: Buffer, expected: RefusalCode];

describe('refuses', () => {
  const damaged: Case[] = [
    ['an empty file', Buffer.alloc(0), 'EMPTY'],
    ['one byte', Buffer.from('%'), 'TYPE_UNSUPPORTED'],
    ['text', Buffer.from('certificate of birth'), 'TYPE_UNSUPPORTED'],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>'), 'TYPE_UNSUPPORTED'],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), 'TYPE_UNSUPPORTED'],
    ['GIF', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'), 'TYPE_UNSUPPORTED'],
    ['WebP', webp, 'TYPE_UNSUPPORTED'],
    ['a ZIP archive', zip(), 'TYPE_UNSUPPORTED'],
    ['a program', Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), 'TYPE_UNSUPPORTED'],
    ['an animated PNG', claimedPng(1, 1, [['acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])]]), 'TYPE_UNSUPPORTED'],
    ['HEIC', isoMedia('heic'), 'HEIC'],
    ['HEIF', isoMedia('mif1'), 'HEIC'],
    ['AVIF', isoMedia('avif'), 'TYPE_UNSUPPORTED'],
    ['EICAR without a scanner', Buffer.from('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR'), 'TYPE_UNSUPPORTED'],
    ['a JPEG of its first bytes', Buffer.from([0xff, 0xd8, 0xff]), 'DAMAGED'],
    ['a JPEG cut in its header', noise.subarray(0, 300), 'DAMAGED'],
    ['a JPEG cut in the middle', part(noise, 0.5), 'DAMAGED'],
    ['a JPEG cut near its end', part(noise, 0.95), 'DAMAGED'],
    ['a JPEG of random bytes', Buffer.concat([jpeg.subarray(0, 20), Buffer.alloc(5000, 0xa7)]), 'DAMAGED'],
    ['a JPEG of 60,000 × 60,000', claimedJpeg(jpeg, 60_000, 60_000), 'TOO_MANY_PIXELS'],
    ['a JPEG of 0 × 0', claimedJpeg(jpeg, 0, 0), 'DAMAGED'],
    ['a PNG cut in its header', png.subarray(0, 30), 'DAMAGED'],
    ['a PNG cut in its image', png.subarray(0, -30), 'DAMAGED'],
    ['a PNG with a wrong checksum', flip(png, png.length - 20), 'DAMAGED'],
    ['a PNG of 60,000 × 60,000', claimedPng(60_000, 60_000), 'TOO_MANY_PIXELS'],
    ['a PNG of 2 billion columns', claimedPng(0x7fffffff, 1), 'DAMAGED'],
    ['a PNG with less image than it claims', claimedPng(2000, 2000), 'DAMAGED'],
    ['a TIFF of its first bytes', tiff(1).subarray(0, 40), 'TYPE_UNSUPPORTED'],
    ['a TIFF with 31 pages', tiff(31), 'TOO_MANY_PAGES'],
    ['a TIFF cut in its last page', tiff(3).subarray(0, -60), 'DAMAGED'],
  ];

  const broken: Case[] = [
    ['a PDF of its header', Buffer.from('%PDF-1.7\n'), 'DAMAGED'],
    ['a PDF cut in the middle', part(pdf, 0.5), 'DAMAGED'],
    ['a PDF cut in its cross-reference', part(pdf, 0.8), 'DAMAGED'],
    ['a PDF cut before its end', pdf.subarray(0, -7), 'DAMAGED'],
    ['a PDF after 10 other bytes', Buffer.concat([Buffer.from('0123456789'), pdf]), 'TYPE_UNSUPPORTED'],
    ['a GIF that is a PDF too', Buffer.concat([Buffer.from('GIF89a'), pdf]), 'TYPE_UNSUPPORTED'],
    ['a PDF with a ZIP archive appended', buildPdf({ appended: zip() }), 'DAMAGED'],
    [
      'a PDF in a ZIP archive with its end',
      buildPdf({ appended: Buffer.concat([zip(), pdf.subarray(-40)]) }),
      'DAMAGED',
    ],
    ['a PDF with HTML appended', buildPdf({ appended: '<script>alert(1)</script>' }), 'DAMAGED'],
    ['a PDF without a catalog', buildPdf({ objects: { 1: '<< >>' } }), 'DAMAGED'],
    ['a PDF without pages', buildPdf({ objects: { 2: '<< /Type /Pages /Kids [] /Count 0 >>' } }), 'DAMAGED'],
    ['a PDF whose page tree contains itself', buildPdf({ objects: pageTree('2 0 R') }), 'DAMAGED'],
    ['a PDF whose page tree doubles 40 times', buildPdf({ objects: doublingTree(40) }), 'TOO_MANY_PAGES'],
    ['a PDF with 31 pages', buildPdf({ objects: pages(31) }), 'TOO_MANY_PAGES'],
    ['a PDF with 5,000 pages that says 1', buildPdf({ objects: pages(5000) }), 'TOO_MANY_PAGES'],
    ['a PDF with 1 MB of numbers in no object', buildPdf({ loose: '1 0 '.repeat(250_000) }), 'DAMAGED'],
    ['a PDF with 100,001 objects', buildPdf({ loose: 'obj '.repeat(100_001) }), 'DAMAGED'],
    ['a PDF with 300,000 open texts', buildPdf({ loose: 'obj ('.repeat(300_000) }), 'DAMAGED'],
    [
      'a PDF with 200,000 nested lists',
      buildPdf({ objects: { 4: '['.repeat(200_000) + ']'.repeat(200_000) } }),
      'DAMAGED',
    ],
    ['a PDF with 200,000 open lists', buildPdf({ objects: { 4: '['.repeat(200_000) } }), 'DAMAGED'],
    ['a PDF with a bomb as content', buildPdf({ objects: bombs(8) }), 'TOO_LARGE'],
    [
      'a PDF with a bomb of objects',
      buildPdf({ objects: { 4: stream(bomb, `/Type /ObjStm /N 1 /First 4 ${FLATE}`) } }),
      'TOO_LARGE',
    ],
    [
      'a PDF with a bomb in a bomb',
      buildPdf({ objects: { 4: stream('x', '/Filter [/FlateDecode /FlateDecode]') } }),
      'DAMAGED',
    ],
    [
      'a PDF with hidden objects',
      buildPdf({ objects: { 4: stream('2f', '/Type /ObjStm /Filter /ASCIIHexDecode') } }),
      'DAMAGED',
    ],
    [
      'a PDF with damaged objects',
      buildPdf({ objects: { 4: stream('x\x9cdamaged', '/Type /ObjStm /Filter /Fl') } }),
      'DAMAGED',
    ],
  ];

  const active: Case[] = [
    ['script at the start', buildPdf({ objects: catalog(`/OpenAction ${script}`) }), 'PDF_SCRIPT'],
    [
      'script by name',
      buildPdf({ objects: catalog('/Names << /JavaScript << /Names [(a) 4 0 R] >> >>') }),
      'PDF_SCRIPT',
    ],
    ['script with escaped names', buildPdf({ objects: { 4: '<< /S /J#61vaScr#69pt /#4a#53 (x) >>' } }), 'PDF_SCRIPT'],
    ['script in an object stream', buildPdf({ objects: { 4: objectStream(script) } }), 'PDF_SCRIPT'],
    [
      'script in an object that a later one replaces',
      buildPdf({ loose: `4 0 obj ${script} endobj 4 0 obj null endobj\n` }),
      'PDF_SCRIPT',
    ],
    [
      'script in an object inside a stream',
      buildPdf({ objects: { 4: stream(`9 0 obj ${script} endobj`) } }),
      'PDF_SCRIPT',
    ],
    ['script in an object without an end', buildPdf({ loose: `8 0 obj ${script}\n` }), 'PDF_SCRIPT'],
    ['script behind a comment', buildPdf({ objects: { 4: '<< /S % /x )\r/JavaScript >>' } }), 'PDF_SCRIPT'],
    ['script in the trailer', buildPdf({ trailer: '/X << /JS (x) >>' }), 'PDF_SCRIPT'],
    ['an XFA form', buildPdf({ objects: catalog('/AcroForm << /XFA 4 0 R >>') }), 'PDF_SCRIPT'],
    ['a launch action', buildPdf({ objects: { 4: '<< /S /Launch /F (cmd.exe) >>' } }), 'PDF_LAUNCH_ACTION'],
    ['a launch action with escapes', buildPdf({ objects: { 4: '<< /S /#4caunch >>' } }), 'PDF_LAUNCH_ACTION'],
    ['an embedded file', buildPdf({ objects: { 4: stream('x', '/Type /EmbeddedFile') } }), 'PDF_EMBEDDED_FILE'],
    [
      'a file specification',
      buildPdf({ objects: { 4: '<< /Type /Filespec /EF << /F 5 0 R >> >>' } }),
      'PDF_EMBEDDED_FILE',
    ],
    [
      'embedded files by name',
      buildPdf({ objects: catalog('/Names << /EmbeddedFiles 4 0 R >>') }),
      'PDF_EMBEDDED_FILE',
    ],
    ['rich media', buildPdf({ objects: { 4: '<< /Subtype /RichMedia >>' } }), 'PDF_EMBEDDED_FILE'],
    ['encryption', buildPdf({ trailer: '/Encrypt 4 0 R' }), 'PDF_ENCRYPTED'],
    [
      'encryption in a cross-reference stream',
      buildPdf({ objects: { 4: deflated('x', '/Type /XRef /Encrypt 5 0 R') } }),
      'PDF_ENCRYPTED',
    ],
    ['encryption and script', buildPdf({ objects: { 4: script }, trailer: '/#45ncrypt 5 0 R' }), 'PDF_ENCRYPTED'],
  ];

  test.each(damaged)('%s', async (_, bytes, expected) => {
    expect(await answer(bytes)).toBe(expected);
  });

  test.each(broken)('%s', async (_, bytes, expected) => {
    expect(await answer(bytes)).toBe(expected);
  });

  test.each(active)('a PDF with %s', async (_, bytes, expected) => {
    expect(await answer(bytes)).toBe(expected);
  });
});

describe('accepts', () => {
  const files: [file: string, bytes: Buffer, expected: string][] = [
    ['a PDF', pdf, 'application/pdf 1'],
    ['a PDF with 30 pages', buildPdf({ objects: pages(30) }), 'application/pdf 30'],
    ['a PDF with space after its end', buildPdf({ appended: '\r\n\0\0' }), 'application/pdf 1'],
    ['a signed PDF', signedPdf(), 'application/pdf 1'],
    [
      'a PDF with a link',
      buildPdf({ objects: { 4: '<< /S /URI /URI (https://cups.example/) >>' } }),
      'application/pdf 1',
    ],
    [
      'a PDF with a text about /JavaScript',
      buildPdf({ objects: { 4: '(\\( /JavaScript /Launch (/JS))' } }),
      'application/pdf 1',
    ],
    [
      'a PDF with an object stream',
      buildPdf({ objects: { 4: objectStream('<< /Producer (x) >>') } }),
      'application/pdf 1',
    ],
    [
      'a PDF with nested lists',
      buildPdf({ objects: { 4: `${'['.repeat(90)}${']'.repeat(90)}` } }),
      'application/pdf 1',
    ],
    ['a TIFF', tiff(1), 'image/jpeg 1'],
    ['a TIFF whose last page is followed by its first', tiff(3, true), 'application/pdf 3'],
    ['a TIFF with 30 pages', tiff(30), 'application/pdf 30'],
  ];

  test.each(files)('%s', async (_, bytes, expected) => {
    expect(await answer(bytes)).toBe(expected);
  });

  test('a PDF as it is, without a preview', async () => {
    expect(await inspect(pdf, [])).toEqual({ mediaType: 'application/pdf', pages: 1 });
  });

  test('a PDF of another program, with compressed objects', async () => {
    const document = await PDFDocument.create();
    for (let page = 0; page < 3; page++) document.addPage().drawText('certificate');
    expect(await answer(Buffer.from(await document.save({ useObjectStreams: true })))).toBe('application/pdf 3');
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 0xff;
  return copy;
}

function pageTree(kids: string): Record<number, string> {
  return { 2: `<< /Type /Pages /Kids [${kids}] /Count 1 >>` };
}

/** Each node has the next one twice: 2^depth pages in a few hundred bytes. */
function doublingTree(depth: number): Record<number, string> {
  const nodes = Array.from({ length: depth }, (_, at) => [
    10 + at,
    `<< /Type /Pages /Kids [${at < depth - 1 ? `${11 + at} 0 R ${11 + at} 0 R` : '3 0 R'}] /Count 1 >>`,
  ]);
  return { ...pageTree('10 0 R'), ...(Object.fromEntries(nodes) as Record<number, string>) };
}

/** A revision with a signature field was appended to a PDF: ISO 32000-2, 12.8. */
function signedPdf(): Buffer {
  const start = pdf.lastIndexOf('xref\n0 1');
  const signature =
    '4 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /ByteRange [0 10 20 30] /Contents <00ff> >>\nendobj\n';
  const at = pdf.length;
  const xref = `xref\n4 1\n${String(at).padStart(10, '0')} 00000 n \n`;
  const trailer = `trailer\n<< /Size 5 /Root 1 0 R /Prev ${start} >>\nstartxref\n${at + signature.length}\n%%EOF\n`;
  return Buffer.concat([pdf, Buffer.from(signature + xref + trailer)]);
}
