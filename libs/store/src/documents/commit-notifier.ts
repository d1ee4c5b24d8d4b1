import type { StoredEvent } from '@cups/contracts';
import type { StoredDocument } from './document.ts';

/** Listeners for committed and uncertain writes; the relay uses them to publish outboxes. */
export interface CommitNotifier {
  /** Called with a document's complete, non-empty outbox. */
  readonly outboxListeners: Set<(id: string, entries: StoredEvent[]) => void>;
  /**
   * Called when the response to a write was lost. The write may have happened, and no other part knows its events.
   */
  readonly uncertainListeners: Set<(id: string) => void>;
}

export const createCommitNotifier = (): CommitNotifier => ({
  outboxListeners: new Set(),
  uncertainListeners: new Set(),
});

/** Notifies of pending events. A blocked outbox is reported once it is unblocked. */
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
