import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import type { InspectedFile } from './inspect.ts';
import { CHECK_LIMITS, MAX_SIDE, PREVIEW_SIDE } from '../limits.ts';
import { Refusal } from './refusal.ts';

/**
 * Images are decoded and encoded again: metadata, colour profiles and whatever follows the image in its file do not
 * survive. Runs in the child process only.
 */

/** A PNG that stays larger than this becomes a JPEG: it is a photograph, and lines are slow. */
const MAX_PNG_BYTES = 2 * 1024 * 1024;
const JPEG_QUALITY = 80;
const PREVIEW_QUALITY = 70;
const WHITE = '#ffffff';

// One image per process: caches and threads would only cost memory.
sharp.cache(false);
sharp.concurrency(1);
// Only the decoders of the accepted formats run, whatever a file claims to be.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadTiff'] });

/** Encodes a single image: JPEG stays JPEG and PNG stays PNG; a TIFF becomes a JPEG, with several pages a PDF. */
export async function encodeImage(bytes: Buffer): Promise<InspectedFile> {
  const metadata = await readMetadata(bytes, 0);
  const pages = metadata.pages ?? 1;
  if (pages > CHECK_LIMITS.pages) throw new Refusal('TOO_MANY_PAGES');
  if (pages > 1) {
    const jpegs: Buffer[] = [];
    for (let page = 0; page < pages; page++) jpegs.push(await encodeJpeg(bytes, page));
    return joinPages(jpegs);
  }
  const png = metadata.format === 'png' ? await encodePng(bytes, metadata) : undefined;
  const content = png && png.length <= MAX_PNG_BYTES ? png : await encodeJpeg(bytes, 0);
  const mediaType = content === png ? 'image/png' : 'image/jpeg';
  return { mediaType, pages: 1, content, preview: await encodePreview(content) };
}

/** Encodes photographed pages as one PDF. */
export async function encodePages(pages: readonly Buffer[]): Promise<InspectedFile> {
  const jpegs: Buffer[] = [];
  for (const page of pages) {
    if (((await readMetadata(page, 0)).pages ?? 1) > 1) throw new Refusal('TYPE_UNSUPPORTED');
    jpegs.push(await encodeJpeg(page, 0));
  }
  return joinPages(jpegs);
}

async function joinPages(jpegs: readonly Buffer[]): Promise<InspectedFile> {
  const { joinImages } = await import('./join-images.ts');
  const content = await joinImages(jpegs);
  const preview = await encodePreview(jpegs[0]!);
  return { mediaType: 'application/pdf', pages: jpegs.length, content, preview };
}

const open = (bytes: Buffer, page: number): Sharp =>
  sharp(bytes, { page, limitInputPixels: CHECK_LIMITS.pixels, failOn: 'error', sequentialRead: true });

/** @throws Refusal if the page cannot be read or has too many pixels */
async function readMetadata(bytes: Buffer, page: number): Promise<Metadata> {
  const metadata = await decode(() => open(bytes, page).metadata());
  if (metadata.width * metadata.height > CHECK_LIMITS.pixels) throw new Refusal('TOO_MANY_PIXELS');
  return metadata;
}

async function encodeJpeg(bytes: Buffer, page: number): Promise<Buffer> {
  const metadata = await readMetadata(bytes, page);
  return decode(() =>
    fit(open(bytes, page), metadata).flatten({ background: WHITE }).jpeg({ quality: JPEG_QUALITY }).toBuffer(),
  );
}

function encodePng(bytes: Buffer, metadata: Metadata): Promise<Buffer> {
  return decode(() => fit(open(bytes, 0), metadata).png({ compressionLevel: 9 }).toBuffer());
}

function encodePreview(content: Buffer): Promise<Buffer> {
  return decode(() =>
    open(content, 0)
      .resize(PREVIEW_SIDE, PREVIEW_SIDE, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: WHITE })
      .jpeg({ quality: PREVIEW_QUALITY })
      .toBuffer(),
  );
}

/** Turns the image upright by its EXIF orientation, which does not survive, and limits its size and its colours. */
const fit = (image: Sharp, { channels }: Metadata): Sharp =>
  image
    .autoOrient()
    .resize(MAX_SIDE, MAX_SIDE, { fit: 'inside', withoutEnlargement: true })
    .toColourspace(channels <= 2 ? 'b-w' : 'srgb');

/** @throws Refusal for every error of the decoder except a lack of memory, which says nothing about the file */
async function decode<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : '';
    if (/out of memory|insufficient memory|cannot allocate/i.test(text)) throw cause;
    throw new Refusal(/pixel limit/i.test(text) ? 'TOO_MANY_PIXELS' : 'DAMAGED');
  }
}
