import { PDFArray, PDFDict, PDFDocument, PDFName, ParseSpeeds } from '@cantoo/pdf-lib';
import type { PDFObject } from '@cantoo/pdf-lib';
import { CHECK_LIMITS } from '../limits.ts';
import { scanPdf } from './pdf-scan.ts';
import { Refusal } from './refusal.ts';

/** Where readers look for the end of the file, in bytes before its end. */
const TAIL_BYTES = 1024;
/** End record of a ZIP archive: a comment of at most 64 KiB follows it. */
const ZIP_END = Buffer.from('PK\x05\x06', 'latin1');
const ZIP_TAIL_BYTES = 65_557;
/** Page trees of real files have fewer levels than ten. */
const MAX_DEPTH = 60;
const MAX_NODES = 10_000;

/**
 * Checks a PDF, which is stored byte for byte: its signatures stay valid.
 * @returns the number of pages
 * @throws Refusal
 */
export async function inspectPdf(bytes: Buffer): Promise<number> {
  await scanPdf(bytes);
  checkEnd(bytes);
  return countPages(await load(bytes));
}

/**
 * The file must end where the PDF ends: only space may follow `%%EOF`, and `startxref` must name a cross-reference.
 * A truncated file fails here, and one to which an archive or a page of HTML was appended.
 */
function checkEnd(bytes: Buffer): void {
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - TAIL_BYTES));
  const end = /startxref\s+(\d{1,10})\s+%%EOF[\s\0]*$/.exec(tail);
  if (!end) throw new Refusal('DAMAGED');
  const offset = Number(end[1]);
  const target = bytes.toString('latin1', offset, offset + 40);
  if (!/^\s*(?:xref|\d+\s+\d+\s+obj)/.test(target)) throw new Refusal('DAMAGED');
  if (bytes.indexOf(ZIP_END, Math.max(0, bytes.length - ZIP_TAIL_BYTES)) >= 0) throw new Refusal('DAMAGED');
}

// The parser throws at every byte that is no object. Stacks, which nobody reads, would make that twenty times slower.
Error.stackTraceLimit = 0;

async function load(bytes: Buffer): Promise<PDFDocument> {
  try {
    return await PDFDocument.load(bytes, {
      ignoreEncryption: true,
      parseSpeed: ParseSpeeds.Fastest,
      updateMetadata: false,
      preserveXFA: true,
    });
  } catch {
    throw new Refusal('DAMAGED');
  }
}

/**
 * Counts pages without recursion and at most to the limit: the tree of a hostile file contains itself, or is as wide
 * as memory.
 */
function countPages(pdf: PDFDocument): number {
  const { context } = pdf;
  const resolve = (one: PDFObject | undefined): PDFObject | undefined => context.lookup(one);
  const nodes: { node: PDFObject | undefined; depth: number }[] = [{ node: rootOfPages(pdf), depth: 0 }];
  let pages = 0;
  let visited = 0;
  for (let next = nodes.pop(); next; next = nodes.pop()) {
    const { node, depth } = next;
    if (!(node instanceof PDFDict) || depth > MAX_DEPTH || ++visited > MAX_NODES) throw new Refusal('DAMAGED');
    const kids = resolve(node.get(PDFName.of('Kids')));
    if (kids instanceof PDFArray) {
      for (let at = 0; at < Math.min(kids.size(), MAX_NODES); at++) {
        nodes.push({ node: resolve(kids.get(at)), depth: depth + 1 });
      }
    } else if (++pages > CHECK_LIMITS.pages) throw new Refusal('TOO_MANY_PAGES');
  }
  if (pages === 0) throw new Refusal('DAMAGED');
  return pages;
}

/** @throws Refusal if the file has no catalog */
function rootOfPages({ context }: PDFDocument): PDFObject | undefined {
  const catalog = context.lookup(context.trailerInfo.Root);
  if (!(catalog instanceof PDFDict)) throw new Refusal('DAMAGED');
  return context.lookup(catalog.get(PDFName.of('Pages')));
}
