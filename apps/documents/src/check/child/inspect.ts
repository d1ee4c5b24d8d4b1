import { fileTypeFromBuffer } from 'file-type';
import type { RefusalCode } from '../../domain/refusals.ts';
import { CHECK_LIMITS } from '../limits.ts';
import type { MediaType } from '../limits.ts';
import { Refusal } from './refusal.ts';

/** What the child found in an accepted file. */
export interface InspectedFile {
  mediaType: MediaType;
  pages: number;
  /** Undefined for a PDF, which is stored as uploaded. */
  content?: Buffer;
  preview?: Buffer;
}

const PDF_HEADER = '%PDF-';
const IMAGES = new Set(['image/jpeg', 'image/png', 'image/tiff']);
const PHONE_IMAGES = new Set(['image/heic', 'image/heif', 'image/heic-sequence', 'image/heif-sequence']);

/**
 * Opens a file by its content. Runs in the child process only.
 * @param pageSizes sizes of the page images of a photographed document; empty for a single file
 * @throws Refusal if the file is not accepted
 */
export async function inspect(bytes: Buffer, pageSizes: readonly number[]): Promise<InspectedFile> {
  if (bytes.length === 0) throw new Refusal('EMPTY');
  if (pageSizes.length > CHECK_LIMITS.pages) throw new Refusal('TOO_MANY_PAGES');
  if (pageSizes.length > 0) return inspectPages(cutPages(bytes, pageSizes));
  if ((await detectType(bytes)) === 'application/pdf') {
    const { inspectPdf } = await import('./pdf.ts');
    return { mediaType: 'application/pdf', pages: await inspectPdf(bytes) };
  }
  const { encodeImage } = await import('./images.ts');
  return encodeImage(bytes);
}

async function inspectPages(pages: Buffer[]): Promise<InspectedFile> {
  for (const page of pages) {
    if ((await detectType(page)) === 'application/pdf') throw new Refusal('TYPE_UNSUPPORTED');
  }
  const { encodePages } = await import('./images.ts');
  return encodePages(pages);
}

/** @throws Refusal if the sizes are not those of the upload */
function cutPages(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pages: Buffer[] = [];
  let start = 0;
  for (const size of sizes) {
    if (!Number.isSafeInteger(size) || size <= 0) throw new Refusal('EMPTY');
    pages.push(bytes.subarray(start, (start += size)));
  }
  if (start !== bytes.length) throw new Refusal('DAMAGED');
  return pages;
}

/**
 * Returns the media type by the first bytes. A PDF must start at its first byte: readers also accept a later start,
 * which is how one file becomes two documents.
 * @throws Refusal if the type is not accepted
 */
async function detectType(bytes: Buffer): Promise<string> {
  if (bytes.toString('latin1', 0, PDF_HEADER.length) === PDF_HEADER) return 'application/pdf';
  const mime = (await fileTypeFromBuffer(bytes).catch(() => undefined))?.mime ?? '';
  if (IMAGES.has(mime)) return mime;
  throw new Refusal(PHONE_IMAGES.has(mime) ? 'HEIC' : ('TYPE_UNSUPPORTED' satisfies RefusalCode));
}
