import { createHash } from 'node:crypto';
import compression from 'compression';
import type { Request, RequestHandler } from 'express';

/** What spares a slow line: compressed answers, answers that have not changed, and writes that are answered by their headers. */

/** Less than a packet is not made quicker by fewer bytes. */
const MIN_COMPRESSED_BYTES = 1_000;

/**
 * Answers in brotli or gzip, for whoever takes them. No answer holds what a request of another site put there beside a secret
 * (docs/security.md), so that its length tells nothing.
 */
export const compressResponses = (): RequestHandler =>
  compression({
    threshold: MIN_COMPRESSED_BYTES,
    // YAML is text, which the list of types that are worth it does not know.
    filter: (req, res) =>
      String(res.getHeader('Content-Type')).startsWith('application/yaml') || compression.filter(req, res),
  }) as RequestHandler;

/** An etag of what is answered: weak, since the same text may go out compressed or not. */
export const etagOfText = (text: string): string => etagOfBytes(Buffer.from(text));

/** The same of a file. */
export function etagOfBytes(bytes: Uint8Array): string {
  return `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
}

/** RFC 9110: whether the client has this already; a weak comparison. */
export function matchesEtag(req: Request, etag: string): boolean {
  const header = req.headers['if-none-match'];
  if (header === undefined) return false;
  const withoutWeakPrefix = (one: string) => one.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((one) => withoutWeakPrefix(one) === withoutWeakPrefix(etag));
}

/** RFC 7240: whether the client wants no body after a write. */
export function prefersMinimal(req: Request): boolean {
  return /(^|[,;])\s*return\s*=\s*"?minimal"?\s*([,;]|$)/i.test(String(req.headers['prefer'] ?? ''));
}
