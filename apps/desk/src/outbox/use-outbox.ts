import { useCallback, useSyncExternalStore } from 'react';
import { useSignedIn } from '../session/session.tsx';
import type { Outbox, SyncStatus } from './outbox.ts';

/** Returns the outbox and the sync state of one application. */
export function useSyncStatus(application: string): SyncStatus & { outbox: Outbox } {
  const { outbox } = useSignedIn();
  const status = useSyncExternalStore(
    outbox.subscribe,
    useCallback(() => outbox.syncStatus(application), [outbox, application]),
  );
  return Object.assign({ outbox }, status);
}

export function usePendingCount(): number {
  const { outbox } = useSignedIn();
  return useSyncExternalStore(outbox.subscribe, outbox.countPending);
}

/** Applications with pending writes, the oldest write first. */
export function usePendingApplications(): readonly string[] {
  const { outbox } = useSignedIn();
  return useSyncExternalStore(outbox.subscribe, outbox.pendingApplications);
}
