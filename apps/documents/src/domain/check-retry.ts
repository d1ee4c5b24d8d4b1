import { backoffMs } from '@cups/contracts';
import type { DocumentFields } from './document.ts';

const RETRY_BACKOFF = { initialMs: 5_000, maxMs: 300_000 };
/** Share of the time since the upload. */
const OUTAGE_SHARE = 0.25;

/**
 * Returns the delay in ms before a check is repeated: at least 5 s and at most 5 minutes, less a jitter. A failure that
 * does not count, such as an unavailable scanner, follows the time since the upload, so that the documents of a long outage
 * are not all tried each 5 s.
 */
export function checkRetryMs(
  { checkAttempts, uploadTime = new Date(0) }: Pick<DocumentFields, 'checkAttempts' | 'uploadTime'>,
  isCounted: boolean,
  now: Date,
  random = Math.random,
): number {
  if (isCounted) return backoffMs(checkAttempts, { ...RETRY_BACKOFF, random });
  const waitedMs = now.getTime() - uploadTime.getTime();
  const initialMs = Math.max(RETRY_BACKOFF.initialMs, OUTAGE_SHARE * waitedMs);
  return backoffMs(1, { ...RETRY_BACKOFF, initialMs, random });
}
