import { Problem } from '@cups/problem';
import type { Cause } from './cause.ts';
import { etagOf, escapeSubject, type StoredDocument } from './document.ts';

/** `replayed`: the request was done before; `ignored`: a repeat of an event; `gap`: its predecessor has not come. */
export type WriteOutcome = 'replayed' | 'ignored' | 'gap';

/** Refuses a request id that came with other content before. */
export function assertSameRequest(known: { fingerprint?: string | undefined }, fingerprint: string): void {
  if (known.fingerprint !== fingerprint)
    throw new Problem({
      reason: 'REQUEST_ID_REUSED',
      message: 'This request id was used before with other content. Use a new one.',
    });
}

/**
 * What a document answers to a write without deciding anything; undefined when the write may be decided. A known request
 * comes first: its repeat is answered whatever etag it names, because its own write made that one stale.
 *
 * @throws Problem REQUEST_ID_REUSED, ETAG_STALE
 */
export function checkPreconditions(
  document: Pick<StoredDocument, 'requests' | 'lastSeqs' | 'revision'>,
  { cause: { request, sequence }, etag }: { cause: Cause; etag?: string | undefined },
): WriteOutcome | undefined {
  const known = request && document.requests.find(({ id, key }) => id === request.id && key === request.key);
  if (known) {
    assertSameRequest(known, request.fingerprint);
    return 'replayed';
  }
  if (sequence) {
    const last = document.lastSeqs?.[escapeSubject(sequence.subject)] ?? 0;
    if (sequence.value <= last) return 'ignored';
    if (sequence.value > last + 1) return 'gap';
  }
  if (etag !== undefined && etag !== etagOf(document))
    throw new Problem({ reason: 'ETAG_STALE', message: 'It was changed in the meantime. Read it again.' });
  return undefined;
}
