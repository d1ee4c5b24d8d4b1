import type { SyncStatus } from './outbox.ts';
import type { WriteQueue } from './write-queue.ts';

/** Returns the status of a queue after a change. @param isDurable whether the browser stores writes */
export const toStatus = (
  { status, writes, hold, storing, unstored }: WriteQueue,
  changes: Omit<SyncStatus, 'pending'>,
  isDurable: boolean,
): SyncStatus =>
  Object.assign({}, status, changes, {
    pending: [...writes],
    undoableKey: hold?.key,
    isStored: isDurable && storing.size === 0 && unstored.size === 0,
    hasStorageError: unstored.size > 0,
  });

/** Ends the retry and the undo window of a queue. */
export function clearTimers({ timer, hold }: WriteQueue): void {
  clearTimeout(timer);
  clearTimeout(hold?.timer);
}

/** Returns the applications with pending writes, the oldest write first. */
export const listPending = (queues: ReadonlyMap<string, WriteQueue>): readonly string[] =>
  [...queues]
    .filter(([, { writes }]) => writes.length > 0)
    .sort(([, a], [, b]) => a.writes[0]!.madeAt.localeCompare(b.writes[0]!.madeAt))
    .map(([application]) => application);
