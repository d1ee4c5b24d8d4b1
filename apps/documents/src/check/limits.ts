import { MAX_DOCUMENT_BYTES, MAX_PAGES } from '../domain/limits.ts';

/** Bounds of one check. What exceeds them is refused; a child that exceeds its own bounds is killed. */
export const CHECK_LIMITS = {
  uploadBytes: MAX_DOCUMENT_BYTES,
  /** Size of the content that is stored: images that were encoded again can be larger than their upload, bytes. */
  contentBytes: 20 * 1024 * 1024,
  previewBytes: 512 * 1024,
  pages: MAX_PAGES,
  /** Pixels of a page; an A4 page at 600 dpi has 35 million. */
  pixels: 60_000_000,
  /** Bytes that all compressed streams of a PDF may have after decompression. */
  inflatedBytes: 512 * 1024 * 1024,
  /** Bytes that the object streams of a PDF may have after decompression. */
  objectStreamBytes: 64 * 1024 * 1024,
  /** Bytes that the content of pages, forms and glyphs of a PDF may have after decompression. */
  pageContentBytes: 64 * 1024 * 1024,
  /** Drawings of one page of a PDF, with those of forms for each use; a map of a district has 100,000. */
  drawings: 500_000,
  wallMs: 60_000,
} as const;

/** Longest side of an image that is encoded again, in pixels: A4 at 212 dpi. */
export const MAX_SIDE = 2480;
export const PREVIEW_SIDE = 400;

/** Media types that a check accepts as content. */
export const MEDIA_TYPES = ['application/pdf', 'image/jpeg', 'image/png'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];
