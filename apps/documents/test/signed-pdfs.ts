import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { PDFDocument, StandardFonts } from '@cantoo/pdf-lib';
import { picture } from './check-fixtures.ts';
import { toBase85, toHex, toLzw } from './pdf-encoders.ts';

/**
 * Writes signed PDFs in the forms that signing programs use. No file of another program is in this repository: the
 * forms follow ISO 32000-2, ETSI EN 319 142-1 and what these programs write. `Contents` has an Ed25519 signature of the
 * bytes of `ByteRange`, with the length and the padding of a CMS signature, but is not CMS.
 */

export interface SignedForm {
  /** Of the cross-reference in the first revision and in the one of the signature. */
  xref?: 'table' | 'stream';
  /** Objects of the signature are in an object stream. */
  compressed?: boolean;
  subFilter?: string;
  /** Revisions that are appended, each with its own signature. */
  signatures?: number;
  newline?: '\n' | '\r\n' | '\r';
  /** Encodes content; the default is Flate. */
  content?: 'flate' | 'ascii85' | 'hex' | 'lzw' | 'plain';
  /** The signature has an appearance: forms in a form, with a picture and its mask. */
  isVisible?: boolean;
  /** Certificates, revocation lists and their keys for validation years later: ETSI EN 319 142-1, 5.4. */
  hasValidationData?: boolean;
  /** Lengths of streams are objects of their own. */
  indirectLengths?: boolean;
  metadata?: boolean;
  /** The predictor of PNG in a cross-reference stream. */
  predictor?: boolean;
  /** The signature forbids changes, or certifies the document. */
  certification?: boolean;
  base?: 'own' | 'pdf-lib' | 'pdf-lib compressed';
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const CONTENTS_BYTES = 8192;
const jpeg = await picture(600, 400).jpeg().toBuffer();

export async function signedPdf(form: SignedForm): Promise<Buffer> {
  const { base = 'own', signatures = 1 } = form;
  let file = base === 'own' ? firstRevision(form) : await otherBase(base === 'pdf-lib compressed');
  for (let at = 0; at < signatures; at++) file = appendSignature(file, form, at);
  return file;
}

/** Verifies every signature over the bytes of its range. @returns how many are valid */
export function countValidSignatures(file: Buffer): number {
  const text = file.toString('latin1');
  let valid = 0;
  for (const [, range] of text.matchAll(/\/ByteRange \[([\d ]+)\]/g)) {
    const [start, first, next, last] = range!.trim().split(/ +/).map(Number) as [number, number, number, number];
    const signed = Buffer.concat([file.subarray(start, start + first), file.subarray(next, next + last)]);
    const contents = Buffer.from(text.slice(first + 1, next - 1), 'hex').subarray(0, 64);
    if (verify(null, createHash('sha256').update(signed).digest(), publicKey, contents)) valid++;
  }
  return valid;
}

async function otherBase(useObjectStreams: boolean): Promise<Buffer> {
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.Helvetica);
  const image = await document.embedJpg(jpeg);
  for (let page = 0; page < 3; page++) {
    const one = document.addPage();
    one.drawText('Certificate of residence', { font, size: 14, x: 50, y: 700 });
    one.drawImage(image, { x: 50, y: 100, width: 300, height: 200 });
  }
  return Buffer.from(await document.save({ useObjectStreams }));
}

/** Objects of a revision, with the bytes and the offsets of what was written. */
class Revision {
  readonly #parts: Buffer[] = [];
  readonly #form: SignedForm;
  readonly offsets = new Map<number, number>();
  size: number;

  constructor(form: SignedForm, before: Buffer) {
    this.#form = form;
    this.#parts.push(before);
    this.size = before.length;
  }

  raw(part: string | Buffer): void {
    const { newline = '\n' } = this.#form;
    const bytes = Buffer.isBuffer(part) ? part : Buffer.from(part.replaceAll('\n', newline), 'latin1');
    this.#parts.push(bytes);
    this.size += bytes.length;
  }

  object(number: number, body: string): void {
    this.offsets.set(number, this.size);
    this.raw(`${number} 0 obj\n${body}\nendobj\n`);
  }

  stream(number: number, entries: string, bytes: string | Buffer, lengthObject?: number): void {
    const content = Buffer.from(bytes as Buffer);
    const length = lengthObject === undefined ? String(content.length) : `${lengthObject} 0 R`;
    this.offsets.set(number, this.size);
    // A carriage return alone may not end the line of `stream`.
    this.raw(`${number} 0 obj\n<< ${entries} /Length ${length} >>\nstream`);
    this.raw(Buffer.from('\r\n'));
    this.raw(content);
    this.raw('\nendstream\nendobj\n');
    if (lengthObject !== undefined) this.object(lengthObject, String(content.length));
  }

  /** Ends the revision with a table or a stream. */
  end(count: number, entries: string, compressed: ReadonlyMap<number, [stream: number, index: number]>): Buffer {
    const start = this.size;
    if (this.#form.xref === 'stream') this.#crossReferenceStream(count, entries, compressed);
    else {
      const lines = [...this.offsets].map(([number, at]) => `${number} 1\n${String(at).padStart(10, '0')} 00000 n \n`);
      this.raw(`xref\n0 1\n0000000000 65535 f \n${lines.join('')}trailer\n<< /Size ${count} ${entries} >>\n`);
    }
    this.raw(`startxref\n${start}\n%%EOF\n`);
    return Buffer.concat(this.#parts);
  }

  #crossReferenceStream(
    count: number,
    entries: string,
    compressed: ReadonlyMap<number, [stream: number, index: number]>,
  ): void {
    const number = count - 1;
    this.offsets.set(number, this.size);
    const rows: [number, Buffer][] = [...this.offsets].map(([one, at]) => [one, row(1, at, 0)]);
    for (const [one, [stream, index]] of compressed) rows.push([one, row(2, stream, index)]);
    rows.sort(([one], [two]) => one - two);
    let above = Buffer.alloc(7);
    const bytes = rows.map(([, one]) => {
      if (!this.#form.predictor) return one;
      const up = Buffer.from(one.map((byte, at) => (byte - above[at]!) & 0xff));
      above = Buffer.from(one);
      return Buffer.concat([Buffer.from([2]), up]);
    });
    const parms = this.#form.predictor ? '/DecodeParms << /Predictor 12 /Columns 7 >>' : '';
    const index = rows.map(([one]) => `${one} 1`).join(' ');
    this.stream(
      number,
      `/Type /XRef /W [1 4 2] /Index [${index}] /Size ${count} ${entries} ${parms} /Filter /FlateDecode`,
      deflateSync(Buffer.concat(bytes)),
    );
  }
}

function row(type: number, second: number, third: number): Buffer {
  const bytes = Buffer.alloc(7);
  bytes[0] = type;
  bytes.writeUInt32BE(second, 1);
  bytes.writeUInt16BE(third, 5);
  return bytes;
}

function encode({ content = 'flate' }: SignedForm, text: string): [entries: string, bytes: string | Buffer] {
  const bytes = Buffer.from(text);
  if (content === 'plain') return ['', bytes];
  if (content === 'hex') return ['/Filter /ASCIIHexDecode', toHex(bytes)];
  if (content === 'lzw') return ['/Filter /LZWDecode', toLzw(bytes)];
  if (content === 'ascii85') return ['/Filter [/ASCII85Decode /FlateDecode]', toBase85(deflateSync(bytes))];
  return ['/Filter /FlateDecode', deflateSync(bytes)];
}

const PAGE_RESOURCES = '/Resources << /Font << /F1 5 0 R >> /XObject << /Im1 6 0 R >> >>';

function firstRevision(form: SignedForm): Buffer {
  const revision = new Revision(form, Buffer.alloc(0));
  revision.raw('%PDF-1.7\n');
  revision.raw(Buffer.from('%\xe2\xe3\xcf\xd3\n', 'latin1'));
  revision.object(
    1,
    `<< /Type /Catalog /Pages 2 0 R ${form.metadata ? '/Metadata 9 0 R /OutputIntents [<< /S /GTS_PDFA1 /DestOutputProfile 10 0 R >>]' : ''} >>`,
  );
  revision.object(2, '<< /Type /Pages /Kids [3 0 R] /Count 1 >>');
  revision.object(3, `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [4 0 R] ${PAGE_RESOURCES} >>`);
  const text = 'q 300 0 0 200 50 100 cm /Im1 Do Q BT /F1 12 Tf 50 700 Td (Certificate \\(copy\\)) Tj ET\n'.repeat(20);
  const [entries, bytes] = encode(form, text);
  revision.stream(4, entries, bytes, form.indirectLengths ? 7 : undefined);
  revision.object(5, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
  const image = '/Type /XObject /Subtype /Image /Width 600 /Height 400 /BitsPerComponent 8 /ColorSpace /DeviceRGB';
  revision.stream(6, `${image} /Filter /DCTDecode`, jpeg, form.indirectLengths ? 8 : undefined);
  if (form.metadata) {
    revision.stream(9, '/Type /Metadata /Subtype /XML', '<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"/>');
    revision.stream(10, '/N 3 /Alternate /DeviceRGB /Filter /FlateDecode', deflateSync(Buffer.alloc(3144, 7)));
  }
  return revision.end(20, '/Root 1 0 R /ID [<00112233> <00112233>]', new Map());
}

const BLANK = '0'.repeat(2 * CONTENTS_BYTES);
const RANGE = '/ByteRange [0 0000000000 0000000000 0000000000]';

/** Appends a revision with a field and its signature: ISO 32000-2, 12.8. */
function appendSignature(before: Buffer, form: SignedForm, at: number): Buffer {
  const { subFilter = 'adbe.pkcs7.detached' } = form;
  const text = before.toString('latin1');
  const root = Number(/\/Root (\d+) 0 R/.exec(text)![1]);
  const count = Math.max(...[...text.matchAll(/\/Size (\d+)/g)].map(([, size]) => Number(size)));
  const previous = text
    .slice(text.lastIndexOf('startxref') + 9)
    .trim()
    .split(/\s/)[0];
  const [signature, field, first] = [count, count + 1, count + 2];
  const revision = new Revision(form, before);
  const type = subFilter === 'ETSI.RFC3161' ? 'DocTimeStamp' : 'Sig';
  const reference = form.certification
    ? '/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >>]'
    : '';
  revision.object(
    signature,
    `<< /Type /${type} /Filter /Adobe.PPKLite /SubFilter /${subFilter} ${RANGE} /Contents <${BLANK}> ` +
      `/M (D:20261201120000+02'00') /Reason (\\376\\377) /Prop_Build << /App << /Name /Signer >> >> ${reference} >>`,
  );
  const appearance = form.isVisible ? `/Rect [50 50 250 120] /AP << /N ${first} 0 R >>` : '/Rect [0 0 0 0]';
  const lock = form.certification ? '/Lock << /Type /SigFieldLock /Action /All >>' : '';
  const widget = `<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature${at + 1}) /F 132 /V ${signature} 0 R ${lock} ${appearance} >>`;
  const form1 = `<< /Fields [${field} 0 R] /SigFlags 3 >>`;
  const dss = form.hasValidationData ? `/DSS << /Certs [${first + 5} 0 R] /CRLs [${first + 6} 0 R] >>` : '';
  const catalog = `<< /Type /Catalog /Pages ${/\/Pages (\d+) 0 R/.exec(text)?.[1] ?? '2'} 0 R /AcroForm ${form1} ${dss} >>`;
  const inStream: [number, string][] = [
    [field, widget],
    [root, catalog],
  ];
  const compressed = new Map<number, [number, number]>();
  if (form.compressed) {
    compress(revision, first + 7, inStream);
    inStream.forEach(([number], index) => compressed.set(number, [first + 7, index]));
  } else for (const [number, body] of inStream) revision.object(number, body);
  if (form.isVisible) addAppearance(revision, form, first);
  if (form.hasValidationData) {
    revision.stream(first + 5, '/Filter /FlateDecode', deflateSync(Buffer.alloc(1200, 0x30)));
    revision.stream(first + 6, '/Filter /FlateDecode', deflateSync(Buffer.alloc(5000, 0x31)));
  }
  return fillSignature(revision.end(first + 9, `/Root ${root} 0 R /Prev ${previous}`, compressed));
}

function compress(revision: Revision, number: number, objects: [number, string][]): void {
  let position = 0;
  const header = objects.map(([one, body]) => {
    const pair = `${one} ${position}`;
    position += body.length + 1;
    return pair;
  });
  const start = `${header.join(' ')} `;
  const text = start + objects.map(([, body]) => body).join('\n');
  const entries = `/Type /ObjStm /N ${objects.length} /First ${start.length} /Filter /FlateDecode`;
  revision.stream(number, entries, deflateSync(text));
}

/** The layers of Adobe's appearances. */
function addAppearance(revision: Revision, form: SignedForm, first: number): void {
  const box = '/Type /XObject /Subtype /Form /BBox [0 0 200 70]';
  const add = (number: number, resources: string, text: string) => {
    const [entries, bytes] = encode(form, text);
    revision.stream(number, `${box} /Resources << ${resources} >> ${entries}`, bytes);
  };
  add(first, `/XObject << /FRM ${first + 1} 0 R >>`, 'q 1 0 0 1 0 0 cm /FRM Do Q');
  add(first + 1, `/XObject << /n0 ${first + 2} 0 R /n2 ${first + 2} 0 R >>`, 'q /n0 Do Q q /n2 Do Q');
  add(first + 2, `/XObject << /Img ${first + 3} 0 R >>`, 'q 70 0 0 70 0 0 cm /Img Do Q');
  const image = '/Type /XObject /Subtype /Image /Width 10 /Height 10 /BitsPerComponent 8 /Filter /FlateDecode';
  revision.stream(first + 3, `${image} /ColorSpace /DeviceRGB /SMask ${first + 4} 0 R`, deflateSync(Buffer.alloc(300)));
  revision.stream(first + 4, `${image} /ColorSpace /DeviceGray`, deflateSync(Buffer.alloc(100)));
}

/** Fills in the range of the last signature, and its value, without changing the length. */
function fillSignature(file: Buffer): Buffer {
  const text = file.toString('latin1');
  const start = text.lastIndexOf(`<${BLANK}>`);
  const end = start + BLANK.length + 2;
  const digits = [start, end, file.length - end].map((one) => String(one).padStart(10, '0')).join(' ');
  file.write(`/ByteRange [0 ${digits}]`, text.lastIndexOf(RANGE), 'latin1');
  const signed = Buffer.concat([file.subarray(0, start), file.subarray(end)]);
  const value = sign(null, createHash('sha256').update(signed).digest(), privateKey);
  file.write(value.toString('hex'), start + 1, 'latin1');
  return file;
}
