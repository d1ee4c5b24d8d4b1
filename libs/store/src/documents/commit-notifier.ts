import type { StoredEvent } from '@cups/contracts';
import type { StoredDocument } from './document.ts';

/** Who wants to know what became of writes: the relay, which publishes what they left in outboxes. */
export interface CommitNotifier {
  /** Told of a document's whole outbox when there is something in it. */
  readonly outboxListeners: Set<(id: string, entries: StoredEvent[]) => void>;
  /** Told when the answer of a write was lost: it may have been done, and nobody else knows of its events. */
  readonly uncertainListeners: Set<(id: string) => void>;
}

export const createCommitNotifier = (): CommitNotifier => ({
  outboxListeners: new Set(),
  uncertainListeners: new Set(),
});

/** Events wait in this document. One whose outbox is blocked is told of when it is unblocked. */
export function notifyOutbox(
  { outboxListeners }: CommitNotifier,
  { _id, outbox, outboxBlocked }: StoredDocument,
): void {
  if (outbox.length === 0 || outboxBlocked) return;
  for (const listener of outboxListeners) listener(_id, outbox);
}

export function notifyUncertain({ uncertainListeners }: CommitNotifier, id: string): void {
  for (const listener of uncertainListeners) listener(id);
}
