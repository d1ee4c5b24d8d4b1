import { useCallback, useSyncExternalStore } from 'react';
import { useSignedIn } from '../session/session.tsx';
import type { Outbox, Passage } from './outbox.ts';

/** The outbox, and how the writes of one application stand. */
export function usePassage(application: string): Passage & { outbox: Outbox } {
  const { outbox } = useSignedIn();
  const passage = useSyncExternalStore(
    outbox.subscribe,
    useCallback(() => outbox.passage(application), [outbox, application]),
  );
  return Object.assign({ outbox }, passage);
}

/** How many writes wait in all. */
export function useWaiting(): number {
  const { outbox } = useSignedIn();
  return useSyncExternalStore(outbox.subscribe, outbox.waiting);
}
