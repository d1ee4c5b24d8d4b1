import { escapeSubject, type StoredDocument } from './document.ts';
import type { Cause } from './cause.ts';

/** A conditional update: it matches one revision, and its cause would be recognised if it were repeated. */
export interface ConditionalUpdate {
  id: string;
  /** The revision that it matches; it writes the next one. */
  revision: number;
  /** The `updateTime` that it writes. */
  time: Date;
  cause: Pick<Cause, 'request' | 'sequence'>;
}

/** What a stored document shows about its writers. */
export type WriteTraces = Pick<StoredDocument, '_id' | 'revision' | 'updateTime' | 'requests' | 'lastSeqs'>;
export const TRACES_PROJECTION = { revision: 1, updateTime: 1, requests: 1, lastSeqs: 1 } as const;

/**
 * Tells which updates of one command were applied, although the server returns only their number: those that the
 * stored documents do not rule out, if there are as many of them. Otherwise none counts as applied. That is safe: the
 * caller reads the document again, and finds the request or the sequence of an update that was applied after all.
 * @param matched number of updates that were applied
 * @param stored the documents as read after the command, by ID
 */
export function settleUpdates(
  updates: readonly ConditionalUpdate[],
  matched: number,
  stored: ReadonlyMap<string, WriteTraces>,
): boolean[] {
  const possible = updates.map((update) => mayBeApplied(update, stored.get(update.id)));
  return possible.filter(Boolean).length === matched ? possible : updates.map(() => false);
}

/**
 * Whether a stored document leaves it open that an update was applied. A removed or outdated document always does.
 * False is a proof, whatever was written since: each revision has one writer, which sets the time and leaves its mark.
 */
function mayBeApplied({ revision, time, cause }: ConditionalUpdate, found: WriteTraces | undefined): boolean {
  if (!found || found.revision <= revision) return true;
  const laterWrites = found.revision - revision - 1;
  if (laterWrites === 0 && found.updateTime.getTime() !== time.getTime()) return false;
  const { request, sequence } = cause;
  if (sequence && (found.lastSeqs?.[escapeSubject(sequence.subject)] ?? 0) < sequence.value) return false;
  // Each later write adds at most one record, and only the oldest are dropped.
  if (!request || found.requests.length <= laterWrites) return true;
  return found.requests.some(
    ({ id, key, time: recorded }) => id === request.id && key === request.key && recorded.getTime() === time.getTime(),
  );
}
