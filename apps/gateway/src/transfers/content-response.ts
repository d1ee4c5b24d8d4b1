import type { Request } from 'express';
import type { Document__Output } from '@cups/contracts/gen/cups/documents/v1/Document.ts';
import { Problem } from '@cups/problem';
import { idOf } from '../convert.ts';
import type { HandlerRequest, HandlerResponse } from '../http/handler.ts';
import { matchesEtag } from '../http/conditional-responses.ts';
import type { TransferPool } from './transfer-pool.ts';

/** Sends the content of a checked document, or a range of it (RFC 9110, section 14). */

/** One call reads at most this number of bytes. */
const PIECE_BYTES = 1024 * 1024;

/** The media types of checked documents, with their file extensions and whether a browser may show them in a page. */
const MEDIA_TYPES: Readonly<Record<string, { extension: string; inline: boolean }>> = {
  'application/pdf': { extension: 'pdf', inline: true },
  'image/jpeg': { extension: 'jpg', inline: true },
  'image/png': { extension: 'png', inline: true },
  'image/tiff': { extension: 'tiff', inline: false },
};
const OTHER_MEDIA_TYPE = 'application/octet-stream';

export interface ContentOptions {
  document: Document__Output;
  pool: TransferPool;
  /** Whose transfers are counted: a session or an agency. */
  owner: string;
  /** Reads a range; returns fewer bytes at the end only. */
  read: (range: { offset: number; limit: number }) => Promise<{ data: Buffer }>;
  /** Headers of the whole response, such as a digest. */
  headers?: Record<string, string>;
}

/**
 * Returns the response with the content of a document, or with one range of it. Reads the first bytes at once, so that a
 * failure still has a status.
 * @throws Problem INVALID_ARGUMENT (416) for a range outside the content; what `pool` and `read` throw
 */
export async function contentResponse(
  { client: { req } }: HandlerRequest,
  { document, pool, owner, read, headers: ownHeaders }: ContentOptions,
): Promise<HandlerResponse> {
  const size = Number(document.size);
  const etag = `"${document.sha256}"`;
  const headers = { ...contentHeaders(document), ...ownHeaders, ETag: etag };
  if (matchesEtag(req, etag)) return { status: 304, headers: { ETag: etag } };
  const range = parseRange(req, { size, etag });
  if (range === 'unsatisfiable') return { ...rangeNotSatisfiable(size) };
  const { start, end } = range ?? { start: 0, end: size };
  const response = {
    status: range ? 206 : 200,
    headers: range ? { ...headers, 'Content-Range': `bytes ${start}-${end - 1}/${size}` } : headers,
  };
  if (req.method === 'HEAD') return { ...response, content: { length: end - start, pieces: () => noPieces() } };
  const release = pool.begin(owner);
  try {
    const first = (await read({ offset: start, limit: Math.min(PIECE_BYTES, end - start) })).data;
    const pieces = () => readPieces(first, { start, end }, read);
    return { ...response, content: { length: end - start, pieces, release } };
  } catch (error) {
    release();
    throw error;
  }
}

async function* readPieces(
  first: Buffer,
  { start, end }: ByteRange,
  read: ContentOptions['read'],
): AsyncGenerator<Uint8Array> {
  let [offset, piece] = [start, first];
  for (;;) {
    if (piece.length === 0) throw new Problem({ reason: 'INTERNAL', message: 'The content ended early.' });
    yield piece;
    offset += piece.length;
    if (offset >= end) return;
    piece = (await read({ offset, limit: Math.min(PIECE_BYTES, end - offset) })).data;
  }
}

async function* noPieces(): AsyncGenerator<Uint8Array> {}

/** Content is never a page of the platform: it runs no script, and browsers take it for what it says. */
function contentHeaders({ name, mediaType }: Document__Output): Record<string, string> {
  const known = MEDIA_TYPES[mediaType];
  const disposition = known?.inline ? 'inline' : 'attachment';
  return {
    'Content-Type': known ? mediaType : OTHER_MEDIA_TYPE,
    'Content-Disposition': `${disposition}; filename="document-${idOf(name)}.${known?.extension ?? 'bin'}"`,
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    // Compressed content would have other bytes than the digest and the ranges.
    'Cache-Control': 'private, no-store, no-transform',
    'Accept-Ranges': 'bytes',
  };
}

/** First byte, and the byte after the last one. */
interface ByteRange {
  start: number;
  end: number;
}

/**
 * Returns the requested range; undefined for the whole content: no range, several ranges, another unit, or an If-Range of other
 * content.
 */
export function parseRange(
  { headers }: Pick<Request, 'headers'>,
  { size, etag }: { size: number; etag: string },
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (!match || (first === '' && last === '')) return undefined;
  if (headers['if-range'] !== undefined && headers['if-range'] !== etag) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  return start < end ? { start, end } : 'unsatisfiable';
}

/** A range outside the content, with its size (RFC 9110, section 15.5.17). */
function rangeNotSatisfiable(size: number): HandlerResponse {
  return { status: 416, headers: { 'Content-Range': `bytes */${size}` } };
}
