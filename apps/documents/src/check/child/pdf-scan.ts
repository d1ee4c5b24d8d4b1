import type { RefusalCode } from '../../domain/refusals.ts';
import { Drawings } from './pdf-drawings.ts';
import { checkImage, isImage } from './pdf-images.ts';
import { MAX_PASSES, positionOfStream, startOfContent, StreamReader } from './pdf-streams.ts';
import { findObjectStarts, readObject } from './pdf-tokens.ts';
import type { ObjectStart } from './pdf-tokens.ts';
import { parseValue, PdfDict, PdfObjects, PdfStream } from './pdf-values.ts';
import { Refusal } from './refusal.ts';

/** Names that no scan needs, and what a PDF with one is refused for; the first code of this order is the answer. */
const FORBIDDEN: readonly (readonly [RefusalCode, readonly string[]])[] = [
  ['PDF_ENCRYPTED', ['Encrypt']],
  ['PDF_SCRIPT', ['JS', 'JavaScript', 'XFA']],
  ['PDF_LAUNCH_ACTION', ['Launch']],
  [
    'PDF_EMBEDDED_FILE',
    ['EmbeddedFile', 'EmbeddedFiles', 'EF', 'GoToE', 'RichMedia', 'RichMediaContent', 'Rendition', 'Movie', '3D'],
  ],
];

/** A text of 30 pages has some thousand objects. */
const MAX_OBJECTS = 100_000;
/** Bytes in no object: the cross-reference, of 20 bytes an object, and the number of each object. */
const LOOSE_BYTES_PER_OBJECT = 64;
/** The parser is slow at bytes in no object: it tries to read an object at each of them. */
const MAX_LOOSE_BYTES = 65_536;

/** What the file has, at any place where a reader could look for it. */
interface Findings {
  names: Set<string>;
  objects: PdfObjects;
  streams: PdfStream[];
  /** An object can be read in several ways, or in none. */
  isUnclear: boolean;
}

/**
 * Refuses a PDF that contains script, a launch action, an embedded file or encryption in any object, also in objects
 * that the file does not refer to, that a later revision replaces, or that are in object streams. Decodes every stream
 * once and counts drawings, so that no reader downstream meets a decompression bomb or draws without end. What this scan
 * does not understand is refused.
 * @throws Refusal
 */
export async function scanPdf(bytes: Buffer): Promise<void> {
  const found: Findings = { names: new Set(), objects: new PdfObjects(MAX_OBJECTS), streams: [], isUnclear: false };
  const looseBytes = sweep(bytes, found);
  if (found.names.has('Encrypt')) throw new Refusal('PDF_ENCRYPTED');
  const reader = new StreamReader(bytes, found.objects);
  for (const stream of found.streams) await reader.read(stream, found.names);
  refuseForbidden(found.names);
  if (found.isUnclear || looseBytes > 0) throw new Refusal('DAMAGED');
  for (const stream of found.streams) {
    if (isImage(stream) || reader.filters(stream).image) await checkImage(stream, found.objects, reader);
  }
  await new Drawings(found.objects, reader).check();
}

function refuseForbidden(names: ReadonlySet<string>): void {
  const refusal = FORBIDDEN.find(([, forbidden]) => forbidden.some((name) => names.has(name)));
  if (refusal) throw new Refusal(refusal[0]);
}

/** Reads every object of the file. @returns the bytes in no object that are too many */
function sweep(bytes: Buffer, found: Findings): number {
  const seen = { objects: 0, scanned: 0, covered: 0, end: 0 };
  for (const from of findObjectStarts(bytes)) {
    const { start } = from;
    const { names, end, streams, hasInnerEnd } = readObject(bytes, start, from.kind === 'other' ? 'first' : 'balanced');
    for (const name of names) found.names.add(name);
    const stream = addObject(bytes, from, found);
    if (from.kind !== 'other') {
      const isUnread = streams.some((at) => !stream || startOfContent(bytes, at) !== stream.start);
      if (hasInnerEnd || isUnread || from.kind === 'unclear') found.isUnclear = true;
    }
    seen.scanned += end - start;
    const last = stream ? endOfContent(bytes, stream.start) : end;
    seen.covered += Math.max(0, last - Math.max(start, seen.end));
    seen.end = Math.max(seen.end, last);
    if (++seen.objects > MAX_OBJECTS || seen.scanned > MAX_PASSES * bytes.length) throw new Refusal('DAMAGED');
  }
  return bytes.length - seen.covered - MAX_LOOSE_BYTES - seen.objects * LOOSE_BYTES_PER_OBJECT;
}

/** Adds an object that readers can find. @returns the stream that it is */
function addObject(bytes: Buffer, { start, number, kind }: ObjectStart, found: Findings): PdfStream | undefined {
  if (kind !== 'plain') return undefined;
  const parsed = parseValue(bytes, start);
  if (!parsed) {
    // An object without a value is none.
    if (!isEmptyObject(bytes, start)) found.isUnclear = true;
    return undefined;
  }
  const { value, end } = parsed;
  if (number === undefined) return undefined;
  const word = value instanceof PdfDict ? positionOfStream(bytes, end) : undefined;
  const content = word === undefined ? undefined : startOfContent(bytes, word);
  if (content === undefined) {
    found.objects.add(number, value);
    return undefined;
  }
  const stream = new PdfStream(value as PdfDict, content);
  found.objects.add(number, stream);
  found.streams.push(stream);
  return stream;
}

const isEmptyObject = (bytes: Buffer, start: number): boolean =>
  /^\s*endobj/.test(bytes.toString('latin1', start, start + 32));

/** The next end counts, whatever length the stream states. */
function endOfContent(bytes: Buffer, start: number): number {
  const end = bytes.indexOf('endstream', start);
  return end < 0 ? bytes.length : end;
}
