import { constants, createInflate } from 'node:zlib';
import type { RefusalCode } from '../../domain/refusals.ts';
import { CHECK_LIMITS } from '../limits.ts';
import { findObjectStarts, readObject } from './pdf-tokens.ts';
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

/** How often the bytes may be read: nested texts could otherwise make the scan quadratic. */
const MAX_PASSES = 8;

/** A text of 30 pages has some thousand objects. */
const MAX_OBJECTS = 100_000;
/** Bytes in no object: the cross-reference, of 20 bytes an object, and the number of each object. */
const LOOSE_BYTES_PER_OBJECT = 64;
/** The parser is slow at bytes in no object: it tries to read an object at each of them. */
const MAX_LOOSE_BYTES = 65_536;

const INFLATE_CHUNK_BYTES = 65_536;

/**
 * Refuses a PDF that contains script, a launch action, an embedded file or encryption in any object, also in objects
 * that the file does not refer to, that a later revision replaces, or that are in object streams. Inflates every
 * stream once, so that no reader downstream meets a decompression bomb.
 * @throws Refusal
 */
export async function scanPdf(bytes: Buffer): Promise<void> {
  const found = new Set<string>();
  const streams: { start: number; names: string[] }[] = [];
  const seen = { objects: 0, scanned: 0, covered: 0, end: 0 };
  for (const start of findObjectStarts(bytes)) {
    const { names, end, hasStream } = readObject(bytes, start);
    for (const name of names) found.add(name);
    const content = startOfContent(bytes, end);
    if (hasStream) streams.push({ start: content, names });
    seen.scanned += end - start;
    const last = hasStream ? endOfContent(bytes, content) : end;
    seen.covered += Math.max(0, last - Math.max(start, seen.end));
    seen.end = Math.max(seen.end, last);
    if (++seen.objects > MAX_OBJECTS || seen.scanned > MAX_PASSES * bytes.length) throw new Refusal('DAMAGED');
  }
  if (found.has('Encrypt')) throw new Refusal('PDF_ENCRYPTED');
  const budget = { all: CHECK_LIMITS.inflatedBytes, objects: CHECK_LIMITS.objectStreamBytes };
  for (const { start, names } of streams) await readStream(bytes.subarray(start), names, found, budget);
  refuseForbidden(found);
  if (bytes.length - seen.covered > MAX_LOOSE_BYTES + seen.objects * LOOSE_BYTES_PER_OBJECT)
    throw new Refusal('DAMAGED');
}

function refuseForbidden(found: ReadonlySet<string>): void {
  const refusal = FORBIDDEN.find(([, names]) => names.some((name) => found.has(name)));
  if (refusal) throw new Refusal(refusal[0]);
}

/** The content starts after one line end. */
function startOfContent(bytes: Buffer, at: number): number {
  if (bytes[at] === 0x0d && bytes[at + 1] === 0x0a) return at + 2;
  return bytes[at] === 0x0a || bytes[at] === 0x0d ? at + 1 : at;
}

interface Budget {
  all: number;
  objects: number;
}

const isFlate = (name: string): boolean => name === 'FlateDecode' || name === 'Fl';

/**
 * Inflates a stream and reads the names of its objects, if it contains some.
 * @param bytes from the start of the stream to the end of the file: the length that the file states is not trusted
 */
async function readStream(bytes: Buffer, names: string[], found: Set<string>, budget: Budget): Promise<void> {
  const hasObjects = names.includes('ObjStm');
  const flate = names.filter(isFlate).length;
  // Filters in a chain would hide objects, or a bomb, from this scan. No scanner writes them.
  if (flate > 1 || (hasObjects && names.some((name) => name.endsWith('Decode') && !isFlate(name)))) {
    throw new Refusal('DAMAGED');
  }
  if (flate === 0) {
    if (hasObjects) readNames(bytes.subarray(0, endOfContent(bytes, 0)), found);
    return;
  }
  const text: Buffer[] = [];
  try {
    for await (const part of inflate(bytes)) {
      budget.all -= part.length;
      if (hasObjects) budget.objects -= part.length;
      if (budget.all < 0 || budget.objects < 0) throw new Refusal('TOO_LARGE');
      if (hasObjects) text.push(part);
    }
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    // A damaged image or page is visible to its reader; damaged objects could contain what this scan did not read.
    if (hasObjects) throw new Refusal('DAMAGED');
  }
  if (hasObjects) readNames(Buffer.concat(text), found);
}

/** Inflates until the compressed content ends; what follows it in the file is ignored. */
function inflate(bytes: Buffer): AsyncIterable<Buffer> {
  const stream = createInflate({ chunkSize: INFLATE_CHUNK_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
  stream.end(bytes);
  return stream;
}

/** The next end counts, whatever length the stream states. */
function endOfContent(bytes: Buffer, start: number): number {
  const end = bytes.indexOf('endstream', start);
  return end < 0 ? bytes.length : end;
}

function readNames(text: Buffer, found: Set<string>): void {
  for (const name of readObject(text, 0, true).names) found.add(name);
}
