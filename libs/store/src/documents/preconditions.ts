import { Problem } from '@cups/problem';
import type { Cause, RequestIdentity } from './cause.ts';
import { etagOf, escapeSubject, type StoredDocument } from './document.ts';

/** `replayed`: the request was applied before; `ignored`: a repeated event; `gap`: an earlier event is missing. */
export type WriteOutcome = 'replayed' | 'ignored' | 'gap';

/** Whether a request was applied with this content, under its names now or the former ones. */
export const hasFingerprint = ({ fingerprint, former }: RequestIdentity, known: string | undefined): boolean =>
  known === fingerprint || (former !== undefined && known === former.fingerprint);

/** Rejects a request ID that was used with other content. @throws Problem REQUEST_ID_REUSED */
export function assertSameRequest(known: { fingerprint?: string | undefined }, request: RequestIdentity): void {
  if (!hasFingerprint(request, known.fingerprint))
    throw new Problem({
      reason: 'REQUEST_ID_REUSED',
      message: 'The request ID was already used with other content.',
    });
}

/**
 * Returns the outcome of a write that needs no decision, or undefined. Checks a known request first: the etag of a
 * repeat is always stale, because its own write changed it.
 * @throws Problem REQUEST_ID_REUSED, ETAG_STALE
 */
export function checkPreconditions(
  document: Pick<StoredDocument, 'requests' | 'lastSeqs' | 'revision'>,
  { cause: { request, sequence }, etag }: { cause: Cause; etag?: string | undefined },
): WriteOutcome | undefined {
  const known =
    request &&
    document.requests.find(({ id, key }) => id === request.id && (key === request.key || key === request.former?.key));
  if (known) {
    assertSameRequest(known, request);
    return 'replayed';
  }
  if (sequence) {
    const last = document.lastSeqs?.[escapeSubject(sequence.subject)] ?? 0;
    if (sequence.value <= last) return 'ignored';
    if (sequence.value > last + 1 && !sequence.isStart) return 'gap';
  }
  if (etag !== undefined && etag !== etagOf(document))
    throw new Problem({ reason: 'ETAG_STALE', message: 'The resource has changed since this etag.' });
  return undefined;
}
