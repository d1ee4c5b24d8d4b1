import { createHash } from 'node:crypto';
import compression from 'compression';
import type { Request, RequestHandler } from 'express';

/** Saves bandwidth: compression, conditional requests and minimal responses. */

/** A smaller response fits into one packet anyway. */
const MIN_COMPRESSED_BYTES = 1_000;

/**
 * Compresses responses with brotli or gzip. No response combines input of another site with a secret, so its length
 * reveals nothing (docs/explanation/security.md).
 */
export const compressResponses = (): RequestHandler =>
  compression({
    threshold: MIN_COMPRESSED_BYTES,
    // The default filter does not know that YAML is text.
    filter: (req, res) =>
      String(res.getHeader('Content-Type')).startsWith('application/yaml') || compression.filter(req, res),
  }) as RequestHandler;

/** Returns a weak ETag, because the same text may be sent compressed or not. */
export const etagOfText = (text: string): string => etagOfBytes(Buffer.from(text));

export function etagOfBytes(bytes: Uint8Array): string {
  return `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
}

/** Returns whether If-None-Match has this ETag, by weak comparison (RFC 9110). */
export function matchesEtag(req: Request, etag: string): boolean {
  const header = req.headers['if-none-match'];
  if (header === undefined) return false;
  const withoutWeakPrefix = (value: string) => value.trim().replace(/^W\//, '');
  return (
    header.trim() === '*' || header.split(',').some((value) => withoutWeakPrefix(value) === withoutWeakPrefix(etag))
  );
}

/** Returns whether the client prefers a minimal response to a write (RFC 7240). */
export function prefersMinimal(req: Request): boolean {
  return /(^|[,;])\s*return\s*=\s*"?minimal"?\s*([,;]|$)/i.test(String(req.headers['prefer'] ?? ''));
}
