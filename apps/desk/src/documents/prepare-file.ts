import { checkFileSize, detectFileType, HEADER_BYTES, MAX_PAGES, MEDIA_TYPES } from './file-rules.ts';
import type { FileError, FileType } from './file-rules.ts';
import { encodePage } from './photo.ts';

/** What is uploaded: one file, or the pages of a photographed document one after another. */
export interface PreparedFile {
  content: Blob;
  /** SHA-256 of the content in lower-case hexadecimal. */
  sha256: string;
  mediaType: string;
  /** Sizes of the pages in bytes; empty for a single file. */
  pageSizes: readonly number[];
}

/** A file that the platform would refuse. */
export class FileRejected extends Error {
  override readonly cause: FileError;
  constructor(cause: FileError) {
    super(cause);
    this.cause = cause;
  }
}

/**
 * Prepares the files chosen for one document. One file stays as it is, but a photograph is made smaller. Several
 * images become pages.
 * @throws FileRejected
 */
export async function prepareFiles(files: readonly Blob[]): Promise<PreparedFile> {
  const [file, ...others] = files;
  if (!file) throw new FileRejected('EMPTY');
  if (others.length > 0) return preparePages(await Promise.all(files.map(encodeImage)));
  const type = await readFileType(file);
  if (type === 'jpeg') return prepareSingle(await encodeImage(file), MEDIA_TYPES.jpeg);
  return prepareSingle(file, MEDIA_TYPES[type]);
}

/**
 * Puts JPEG pages together.
 * @throws FileRejected
 */
export async function preparePages(pages: readonly Blob[]): Promise<PreparedFile> {
  const [page, ...others] = pages;
  if (!page) throw new FileRejected('EMPTY');
  if (pages.length > MAX_PAGES) throw new FileRejected('TOO_MANY_PAGES');
  if (others.length === 0) return prepareSingle(page, MEDIA_TYPES.jpeg);
  const single = await prepareSingle(new Blob([...pages]), MEDIA_TYPES.jpeg);
  return Object.assign(single, { pageSizes: pages.map(({ size }) => size) });
}

async function prepareSingle(content: Blob, mediaType: string): Promise<PreparedFile> {
  const error = checkFileSize(content.size);
  if (error) throw new FileRejected(error);
  const digest = await crypto.subtle.digest('SHA-256', await content.arrayBuffer());
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { content, sha256, mediaType, pageSizes: [] };
}

/** Several files make one document only if all are images. */
async function encodeImage(file: Blob): Promise<Blob> {
  const type = await readFileType(file);
  if (type !== 'jpeg' && type !== 'png') throw new FileRejected('TYPE_UNSUPPORTED');
  return encodePage(file).catch(() => {
    throw new FileRejected('DAMAGED');
  });
}

async function readFileType(file: Blob): Promise<FileType> {
  if (file.size === 0) throw new FileRejected('EMPTY');
  const type = detectFileType(new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer()));
  if (type === 'HEIC' || type === 'TYPE_UNSUPPORTED') throw new FileRejected(type);
  return type;
}
