/** The rules that a file meets before it is uploaded. The platform checks it again, and thoroughly. */

export const MAX_FILE_BYTES = 10 * 1024 * 1024;
export const MAX_PAGES = 30;
export const MAX_FILES = 20;

export type FileType = 'pdf' | 'jpeg' | 'png' | 'tiff';
/** Causes for which the page takes no file; a subset of the refusal codes of the platform. */
export type FileError = 'EMPTY' | 'TOO_LARGE' | 'TYPE_UNSUPPORTED' | 'HEIC' | 'DAMAGED' | 'TOO_MANY_PAGES';

export const MEDIA_TYPES: Readonly<Record<FileType, string>> = {
  pdf: 'application/pdf',
  jpeg: 'image/jpeg',
  png: 'image/png',
  tiff: 'image/tiff',
};

/** Number of bytes that `detectFileType` needs: readers accept the header of a PDF within its first KiB. */
export const HEADER_BYTES = 1024;

const SIGNATURES: readonly [type: FileType, bytes: readonly number[]][] = [
  ['jpeg', [0xff, 0xd8, 0xff]],
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['tiff', [0x49, 0x49, 0x2a, 0x00]],
  ['tiff', [0x4d, 0x4d, 0x00, 0x2a]],
];

/** Brands of the formats that telephones save photographs in (ISO 23008-12). */
const HEIF_BRANDS = ['heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1', 'avif'];

/** Returns the type of a file by its first bytes, whatever its name says. */
export function detectFileType(header: Uint8Array): FileType | Extract<FileError, 'HEIC' | 'TYPE_UNSUPPORTED'> {
  const signature = SIGNATURES.find(([, bytes]) => bytes.every((byte, at) => header[at] === byte));
  if (signature) return signature[0];
  const text = String.fromCharCode(...header.subarray(0, HEADER_BYTES));
  if (text.includes('%PDF-')) return 'pdf';
  const isHeif = text.slice(4, 8) === 'ftyp' && HEIF_BRANDS.includes(text.slice(8, 12));
  return isHeif ? 'HEIC' : 'TYPE_UNSUPPORTED';
}

/** Returns why a file of this size cannot be uploaded, or undefined. */
export function checkFileSize(size: number): FileError | undefined {
  if (size === 0) return 'EMPTY';
  return size > MAX_FILE_BYTES ? 'TOO_LARGE' : undefined;
}
