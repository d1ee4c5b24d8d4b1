import { isRefusalCode } from '../domain/refusals.ts';
import { CheckError } from './check-error.ts';
import { CHECK_LIMITS, MEDIA_TYPES } from './limits.ts';
import type { MediaType } from './limits.ts';
import type { CheckResult } from './port.ts';

/** The answer of a child. It comes from a process that a file may have taken over, so each member is checked. */

const MAGIC: Record<MediaType, Buffer> = {
  'application/pdf': Buffer.from('%PDF-'),
  'image/jpeg': Buffer.from([0xff, 0xd8, 0xff]),
  'image/png': Buffer.from([0x89, 0x50, 0x4e, 0x47]),
};

interface AcceptedHeader {
  mediaType?: unknown;
  pages?: unknown;
  unchanged?: unknown;
  sizes?: { content?: unknown; preview?: unknown };
}

/**
 * Reads the answer to one file.
 * @param start the first bytes of the uploaded file
 * @throws CheckError if the child failed or answered something else
 */
export function parseAnswer(header: unknown, bytes: Buffer, start: Buffer): CheckResult {
  const { accepted, refused } = (header ?? {}) as { accepted?: AcceptedHeader; refused?: unknown };
  if (isRefusalCode(refused)) return { refused };
  if (!accepted) throw new CheckError('CHECK_FAILED');
  const { pages, unchanged, sizes } = accepted;
  const mediaType = MEDIA_TYPES.find((one) => one === accepted.mediaType);
  const contentSize = toSize(sizes?.content);
  const previewSize = toSize(sizes?.preview);
  if (mediaType === undefined || contentSize + previewSize !== bytes.length) throw new CheckError('CHECK_INVALID');
  if (!Number.isInteger(pages) || (pages as number) < 1 || (pages as number) > CHECK_LIMITS.pages)
    throw new CheckError('CHECK_INVALID');
  const content = bytes.subarray(0, contentSize);
  const preview = bytes.subarray(contentSize);
  if (unchanged === true ? mediaType !== 'application/pdf' || contentSize > 0 : contentSize === 0)
    throw new CheckError('CHECK_INVALID');
  assertStart(unchanged === true ? start : content, mediaType);
  if (previewSize > 0) assertStart(preview, 'image/jpeg');
  if (contentSize > CHECK_LIMITS.contentBytes) return { refused: 'TOO_LARGE' };
  return {
    accepted: {
      mediaType,
      pages: pages as number,
      scan: 'not-scanned',
      content: unchanged === true ? 'unchanged' : content,
      ...(previewSize > 0 && { preview }),
    },
  };
}

const toSize = (value: unknown): number =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : NaN;

function assertStart(bytes: Buffer, mediaType: MediaType): void {
  const magic = MAGIC[mediaType];
  if (!bytes.subarray(0, magic.length).equals(magic)) throw new CheckError('CHECK_INVALID');
}
