import { describe, expect, test } from '@jest/globals';
import { deflateSync } from 'node:zlib';
import { inspect } from '../src/check/child/inspect.ts';
import { Refusal } from '../src/check/child/refusal.ts';
import { buildPdf, catalog, claimedJpeg, deflated, picture, stream } from './check-fixtures.ts';
import { toBase85, toHex, toLzw, toRuns } from './pdf-encoders.ts';

async function answer(bytes: Buffer): Promise<string> {
  try {
    const { mediaType, pages } = await inspect(bytes, []);
    return `${mediaType} ${pages}`;
  } catch (cause) {
    if (cause instanceof Refusal) return cause.code;
    throw cause;
  }
}

type Case = [file: string, bytes: Buffer, expected: string];
const withObjects = (objects: Record<number, string | Buffer>, loose?: string | Buffer): Buffer =>
  buildPdf({ objects, ...(loose !== undefined && { loose }) });

/** What must not pass, and its answer where the check can read it. */
const ACTIVE: [kind: string, body: string, code: string][] = [
  ['script', '<< /S /JavaScript /JS (app.alert) >>', 'PDF_SCRIPT'],
  ['a launch action', '<< /S /Launch /F (cmd.exe) >>', 'PDF_LAUNCH_ACTION'],
  ['an embedded file', '<< /Type /Filespec /EF << /F 7 0 R >> >>', 'PDF_EMBEDDED_FILE'],
];
const OBJSTM = '/Type /ObjStm /N 1 /First 4';
const numbered = (body: string): Buffer => Buffer.from(`9 0 ${body}`);

describe.each(ACTIVE)('refuses %s', (_, body, code) => {
  const text = numbered(body);
  const flate = deflateSync(text);
  const inner = body.slice(2, -2);

  const filters: Case[] = [
    [
      'behind an indirect filter',
      withObjects({ 4: stream(flate, `${OBJSTM} /Filter 5 0 R`), 5: '/FlateDecode' }),
      'DAMAGED',
    ],
    [
      'behind an indirect filter in a list',
      withObjects({ 4: stream(flate, `${OBJSTM} /Filter [5 0 R]`), 5: '/FlateDecode' }),
      'DAMAGED',
    ],
    ['behind the short name of Flate', withObjects({ 4: stream(flate, `${OBJSTM} /Filter /Fl`) }), code],
    ['behind the short name of hexadecimal', withObjects({ 4: stream(toHex(text), `${OBJSTM} /Filter /AHx`) }), code],
    ['behind hexadecimal', withObjects({ 4: stream(toHex(text), `${OBJSTM} /Filter /ASCIIHexDecode`) }), code],
    ['behind the short name of base 85', withObjects({ 4: stream(toBase85(text), `${OBJSTM} /Filter /A85`) }), code],
    ['behind the short name of LZW', withObjects({ 4: stream(toLzw(text), `${OBJSTM} /Filter /LZW`) }), code],
    ['behind the short name of runs', withObjects({ 4: stream(toRuns(text), `${OBJSTM} /Filter /RL`) }), code],
    ['behind two filters', withObjects({ 4: stream(toHex(flate), `${OBJSTM} /Filter [/AHx /Fl]`) }), code],
    ['behind the short key', withObjects({ 4: stream(flate, `${OBJSTM} /F /FlateDecode`) }), code],
    ['behind both keys', withObjects({ 4: stream(flate, `${OBJSTM} /F /Fl /Filter /AHx`) }), 'DAMAGED'],
    ['behind a repeated key', withObjects({ 4: stream(flate, `${OBJSTM} /Filter /AHx /Filter /Fl`) }), 'DAMAGED'],
    ['behind an unknown filter', withObjects({ 4: stream(flate, `${OBJSTM} /Filter /Zip`) }), 'DAMAGED'],
    [
      'behind the filter Crypt',
      withObjects({ 4: stream(flate, `${OBJSTM} /Filter [/Crypt /FlateDecode]`) }),
      'DAMAGED',
    ],
    [
      'behind the filter of an image',
      withObjects({ 4: stream(flate, `${OBJSTM} /Filter [/FlateDecode /DCTDecode]`) }),
      'DAMAGED',
    ],
    [
      'behind a predictor',
      withObjects({
        4: stream(deflateSync(predicted(text)), `${OBJSTM} /Filter /Fl /DecodeParms << /Predictor 12 /Columns 1 >>`),
      }),
      'DAMAGED',
    ],
    [
      'behind an indirect predictor',
      withObjects({
        4: stream(deflateSync(predicted(text)), `${OBJSTM} /Filter /Fl /DecodeParms 5 0 R`),
        5: '<< /Predictor 12 /Columns 1 >>',
      }),
      'DAMAGED',
    ],
    ['in another file', withObjects({ 4: stream('', `${OBJSTM} /F (other.pdf)`) }), 'DAMAGED'],
  ];

  const types: Case[] = [
    ['without a type', withObjects({ 4: deflated(text, '/N 1 /First 4') }), code],
    ['with an indirect type', withObjects({ 4: deflated(text, '/Type 5 0 R /N 1 /First 4'), 5: '/ObjStm' }), code],
    ['with another type', withObjects({ 4: deflated(text, '/Type /XObject /N 1 /First 4') }), code],
    ['with indirect numbers', withObjects({ 4: deflated(text, '/N 5 0 R /First 6 0 R'), 5: '1', 6: '4' }), 'DAMAGED'],
    ['with escaped keys', withObjects({ 4: deflated(text, '/#4e 1 /F#69rst 4') }), code],
    ['without a filter', withObjects({ 4: stream(text, '/N 1 /First 4') }), code],
    ['after an end in a text', withObjects({ 4: stream(`9 0 [(endstream) ${body}]`, '/N 1 /First 4') }), code],
    [
      'beyond a stated length',
      withObjects({ 4: `<< /N 1 /First 4 /Length 0 >>\nstream\n9 0 ${body}\nendstream` }),
      'DAMAGED',
    ],
    ['at a position inside a text', withObjects({ 4: deflated(`9 5 (../${body})`, '/N 1 /First 4') }), 'DAMAGED'],
    ['at a position inside a comment', withObjects({ 4: deflated(`9 2 % ${body}`, '/N 1 /First 4') }), 'DAMAGED'],
    [
      'at a position inside a comment after an object',
      withObjects({ 4: deflated(`8 0 9 7 null % ${body}`, '/N 2 /First 8') }),
      'DAMAGED',
    ],
    ['in damaged objects', withObjects({ 4: stream(flate.subarray(0, -8), `${OBJSTM} /Filter /Fl`) }), 'DAMAGED'],
  ];

  const words = ['endobj', 'stream', 'endstream', 'xref', 'trailer', 'obj', 'startxref'].flatMap<Case>((word) => [
    [`after ${word} in a dictionary`, withObjects({ 4: `<< /X ${word} ${inner} >>` }), code],
    [`after ${word} in a list`, withObjects({ 4: `[ ${word} ${body} ]` }), code],
    [`after ${word} in a dictionary in a list`, withObjects({ 4: `[ << /X [ ${word} ] ${inner} >> ]` }), code],
  ]);

  const places: Case[] = [
    [
      'after a comment in a number',
      withObjects({ 4: '<< >>' }, `9 % 1\n 0 % 2\nobj << /X endobj ${inner} >> endobj\n`),
      'DAMAGED',
    ],
    [
      'in an object with an unusual number',
      withObjects({ 4: '<< >>' }, `9 0.0 obj << /X 1 ${inner} >> endobj\n`),
      code,
    ],
    ['after a bracket that closes nothing', withObjects({ 4: `<< /X ] >> ${inner} >>` }), code],
    ['in the trailer after a word', buildPdf({ trailer: `/X xref /Y ${body}` }), code],
    [
      'in a stream without a line end',
      withObjects({ 4: `<< /N 1 /First 4 /Length ${text.length} >> stream 9 0 ${body}\nendstream` }),
      'DAMAGED',
    ],
    [
      'in an object stream inside a stream',
      withObjects({ 4: stream(Buffer.concat([Buffer.from('8 0 obj '), deflated(text, OBJSTM)])) }),
      code,
    ],
  ];

  // An unfinished file is read as such, whatever is behind it.
  const isRefused = (expected: string, actual: string) => [expected, code, 'DAMAGED'].includes(actual);

  test.each(filters)('%s', async (__, bytes, expected) => expect(await answer(bytes)).toBe(expected));
  test.each(types)('%s', async (__, bytes, expected) => expect(await answer(bytes)).toBe(expected));
  test.each(words)('%s', async (__, bytes, expected) => expect(isRefused(expected, await answer(bytes))).toBe(true));
  test.each(places)('%s', async (__, bytes, expected) => expect(isRefused(expected, await answer(bytes))).toBe(true));
});

const MEBIBYTE = 1024 * 1024;
/** 600 MiB of zeros. */
const bomb = (): Buffer => deflateSync(Buffer.alloc(600 * MEBIBYTE), { level: 9 });
const image = (entries: string) => `/Type /XObject /Subtype /Image ${entries}`;
const jpeg = await picture().jpeg().toBuffer();

describe('refuses a PDF that unfolds', () => {
  const once = bomb();
  const small = deflateSync(deflateSync(once));
  // The letter z is four zeros.
  const stars = stream(deflateSync(`${'z'.repeat(60 * MEBIBYTE)}~>`), '/Filter [/Fl /A85]');
  const files: Case[] = [
    ['through three filters', withObjects({ 4: stream(small, '/Filter [/Fl /Fl /Fl]') }), 'TOO_LARGE'],
    [
      'through an indirect list of filters',
      withObjects({ 4: stream(small, '/Filter 5 0 R'), 5: '[/Fl /Fl /Fl]' }),
      'DAMAGED',
    ],
    ['through five filters', withObjects({ 4: stream('x', '/Filter [/Fl /Fl /Fl /Fl /Fl]') }), 'DAMAGED'],
    ['with a wrong checksum', withObjects({ 4: stream(flip(once, -1), '/Filter /Fl') }), 'TOO_LARGE'],
    [
      'with an error behind the bomb',
      withObjects({ 4: stream(deflateSync(flip(once, -2)), '/Filter [/Fl /Fl]') }),
      'TOO_LARGE',
    ],
    ['in runs', withObjects({ 4: stream(deflateSync(runs(5 * MEBIBYTE)), '/Filter [/Fl /RL]') }), 'TOO_LARGE'],
    ['in base 85', withObjects({ 4: stars, 5: stars, 6: stars }), 'TOO_LARGE'],
    [
      'with a row of 2 billion columns',
      withObjects({ 4: deflated('x', '/DecodeParms << /Predictor 12 /Columns 2147483647 >>') }),
      'DAMAGED',
    ],
    [
      'with an image of 60,000 × 60,000',
      withObjects({ 4: stream('x', image('/Width 60000 /Height 60000')) }),
      'TOO_MANY_PIXELS',
    ],
    [
      'with a fax of 60,000 × 60,000',
      withObjects({ 4: stream('x', image('/Filter /CCITTFaxDecode /Width 60000 /Height 60000')) }),
      'TOO_MANY_PIXELS',
    ],
    [
      'with a larger JPEG than it states',
      withObjects({ 4: stream(claimedJpeg(jpeg, 60_000, 60_000), image('/Filter /DCT /Width 1 /Height 1')) }),
      'TOO_MANY_PIXELS',
    ],
    [
      'with a larger JPEG 2000 than it states',
      withObjects({ 4: stream(jpeg2000(60_000), image('/Filter /JPXDecode /Width 1 /Height 1')) }),
      'TOO_MANY_PIXELS',
    ],
    [
      'with a larger JBIG2 than it states',
      withObjects({ 4: stream(jbig2(60_000), image('/Filter /JBIG2Decode /Width 1 /Height 1')) }),
      'TOO_MANY_PIXELS',
    ],
    ['with an image of unknown size', withObjects({ 4: stream('x', image('/Filter /JPXDecode')) }), 'DAMAGED'],
    ['to 65 MiB of content', withContent(Buffer.alloc(65 * MEBIBYTE, ' ')), 'TOO_LARGE'],
  ];

  test('of 1.6 KiB', () =>
    expect(withObjects({ 4: stream(small, '/Filter [/Fl /Fl /Fl]') }).length).toBeLessThan(2048));
  test.each(files)('%s', async (_, bytes, expected) => expect(await answer(bytes)).toBe(expected));
});

const form = (content: string, resources = '') =>
  deflated(content, `/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << ${resources} >>`);

/** A page with its content and resources. */
function withContent(content: string | Buffer, resources = '', objects: Record<number, string | Buffer> = {}): Buffer {
  const page = `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << ${resources} >> >>`;
  return withObjects({ 3: page, 4: deflated(content), ...objects });
}

/** Each form draws the next one ten times. */
function nestedForms(depth: number): Record<number, Buffer> {
  const forms = Array.from({ length: depth }, (_, at) => [
    10 + at,
    at < depth - 1 ? form('/X Do '.repeat(10), `/XObject << /X ${11 + at} 0 R >>`) : form('0 0 9 9 re f'),
  ]);
  return Object.fromEntries(forms) as Record<number, Buffer>;
}

describe('counts drawings', () => {
  const x = '/XObject << /X 10 0 R >>';
  const heavy = { 10: form('0 0 9 9 re f '.repeat(1000)) };
  const many = '0 0 9 9 re f '.repeat(1000);
  const hostile: Case[] = [
    ['forms that each draw the next one ten times', withContent('/X Do', x, nestedForms(9)), 'TOO_LARGE'],
    ['forms with escaped names', withContent('/#58 Do', x, nestedForms(9)), 'TOO_LARGE'],
    ['forms behind comments', withContent('/X % 1\n Do', x, nestedForms(9)), 'TOO_LARGE'],
    ['a form that draws itself', withContent('/X Do', x, { 10: form('/X Do', x) }), 'DAMAGED'],
    [
      'forms with the resources of the page',
      withContent('/X Do', '/XObject << /X 10 0 R >>', { 10: deflated('/X Do', '/Subtype /Form /BBox [0 0 9 9]') }),
      'DAMAGED',
    ],
    ['600,000 areas', withContent('0 0 9 9 re f '.repeat(600_000)), 'TOO_LARGE'],
    ['a large form for each of 1,000 uses', withContent('/X Do '.repeat(1000), x, heavy), 'TOO_LARGE'],
    [
      'a large image for each of 1,000 uses',
      withContent('/X Do '.repeat(1000), x, { 10: deflated('x', image('/Width 7000 /Height 7000')) }),
      'TOO_LARGE',
    ],
    ['a large pattern', withContent(`/Pattern cs /X scn ${many}`, '/Pattern << /X 10 0 R >>', heavy), 'TOO_LARGE'],
    [
      'large glyphs',
      withContent(
        `BT /X 9 Tf (${'x'.repeat(1000)}) Tj ET`,
        '/Font << /X << /Type /Font /Subtype /Type3 /CharProcs << /x 10 0 R >> >> >>',
        heavy,
      ),
      'TOO_LARGE',
    ],
    [
      'a large mask',
      withContent('/X gs '.repeat(1000), '/ExtGState << /X << /SMask << /G 10 0 R >> >> >>', heavy),
      'TOO_LARGE',
    ],
    [
      'a former version of a form',
      withObjects(
        { ...pageWith(x), 10: form('0 0 9 9 re f') },
        Buffer.concat([Buffer.from('10 0 obj\n'), form('0 0 9 9 re f '.repeat(600_000)), Buffer.from('\nendobj\n')]),
      ),
      'TOO_LARGE',
    ],
    [
      'inherited resources',
      withObjects({
        2: `<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << ${x} >> >>`,
        3: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents [4 0 R] >>',
        4: deflated('/X Do'),
        ...nestedForms(9),
      }),
      'TOO_LARGE',
    ],
    [
      'an annotation',
      withObjects({
        3: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents [] /Annots [5 0 R] >>',
        5: '<< /Subtype /Stamp /AP << /N << /On 10 0 R >> >> >>',
        ...nestedForms(9),
      }),
      'TOO_LARGE',
    ],
  ];

  test.each(hostile)('refuses %s', async (_, bytes, expected) => expect(await answer(bytes)).toBe(expected));

  test('accepts a page with 100,000 areas and a form in a form', async () => {
    const file = withContent(`${'0 0 9 9 re f '.repeat(100_000)} /X Do`, x, nestedForms(3));
    expect(await answer(file)).toBe('application/pdf 1');
  });
});

describe('accepts every filter', () => {
  const content = Buffer.from('0 0 9 9 re f '.repeat(2000));
  const objects = Buffer.from(`9 0 << /Producer (${'text '.repeat(2000)}) >>`);
  const files: [filter: string, encode: (bytes: Buffer) => string | Buffer][] = [
    ['/FlateDecode', (bytes) => deflateSync(bytes)],
    ['/LZWDecode', toLzw],
    ['/ASCII85Decode', toBase85],
    ['/ASCIIHexDecode', toHex],
    ['/RunLengthDecode', toRuns],
    ['[/ASCII85Decode /FlateDecode]', (bytes) => toBase85(deflateSync(bytes))],
    ['[/FlateDecode /FlateDecode]', (bytes) => deflateSync(deflateSync(bytes))],
  ];

  test.each(files)('%s', async (filter, encode) => {
    const file = withObjects({
      ...pageWith(''),
      4: stream(encode(content), `/Filter ${filter}`),
      5: stream(encode(objects), `/Type /ObjStm /N 1 /First 4 /Filter ${filter}`),
      6: stream('', `/Filter ${filter}`),
    });
    expect(await answer(file)).toBe('application/pdf 1');
  });

  test('a JPEG in Flate, an ICC profile and a stream whose length is another object', async () => {
    const file = withObjects({
      ...pageWith('/XObject << /X 5 0 R >>'),
      4: '<< /Length 7 0 R >>\nstream\n/X Do\nendstream',
      5: stream(deflateSync(jpeg), image('/Width 60 /Height 40 /Filter [/FlateDecode /DCTDecode]')),
      6: deflated('profile', '/N 3 /Alternate /DeviceRGB'),
      7: '5',
      ...catalog('/OutputIntents [<< /DestOutputProfile 6 0 R >>]'),
    });
    expect(await answer(file)).toBe('application/pdf 1');
  });
});

function pageWith(resources: string): Record<number, string | Buffer> {
  return {
    3: `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << ${resources} >> >>`,
    4: deflated('/X Do'),
  };
}

/** Rows of one byte, each the difference to the row above. */
function predicted(bytes: Buffer): Buffer {
  const rows = [...bytes].flatMap((byte, at) => [2, (byte - (bytes[at - 1] ?? 0)) & 0xff]);
  return Buffer.from(rows);
}

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length + at]! ^= 0xff;
  return copy;
}

/** Runs that repeat a zero 128 times. */
function runs(count: number): Buffer {
  const bytes = Buffer.alloc(2 * count + 1);
  for (let at = 0; at < bytes.length; at += 2) bytes[at] = at === 2 * count ? 128 : 129;
  return bytes;
}

function jpeg2000(side: number): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.write('ff4fff510029', 'hex');
  bytes.writeUInt32BE(side, 8);
  bytes.writeUInt32BE(side, 12);
  return bytes;
}

/** A segment with the size of the page. */
function jbig2(side: number): Buffer {
  const bytes = Buffer.alloc(30);
  bytes[4] = 48;
  bytes[6] = 1;
  bytes.writeUInt32BE(19, 7);
  bytes.writeUInt32BE(side, 11);
  bytes.writeUInt32BE(side, 15);
  return bytes;
}
