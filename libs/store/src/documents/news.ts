import type { StoredEvent } from '@cups/contracts';
import type { StoredDocument } from './document.ts';

/** Who wants to know what became of writes: the relay, which publishes what they left in outboxes. */
export interface News {
  /** Told of a document's whole outbox when there is something in it. */
  readonly listeners: Set<(id: string, entries: StoredEvent[]) => void>;
  /** Told when the answer of a write was lost: it may have been done, and nobody else knows of its events. */
  readonly doubts: Set<(id: string) => void>;
}

export const openNews = (): News => ({ listeners: new Set(), doubts: new Set() });

/** Events wait in this document. One whose outbox is blocked is told of when it is unblocked. */
export function tellOutbox({ listeners }: News, { _id, outbox, outboxBlocked }: StoredDocument): void {
  if (outbox.length === 0 || outboxBlocked) return;
  for (const listener of listeners) listener(_id, outbox);
}

export function tellDoubt({ doubts }: News, id: string): void {
  for (const doubt of doubts) doubt(id);
}
