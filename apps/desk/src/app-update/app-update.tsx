import { useEffect, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import { isIncomplete, useAllUploads } from '../documents/use-uploads.ts';
import { usePendingCount } from '../outbox/use-outbox.ts';
import { canContact } from '../session/device.ts';
import { useSignedIn } from '../session/session.tsx';
import { useUnsentCount } from '../visit/visits.tsx';
import { requestPersistence } from './persistence.ts';
import { followReleases } from './registration.ts';
import { useReloadCondition } from './reload-condition.ts';
import { useUnloadWarning } from './unload-warning.ts';

/** Screens on which an operator arrives between two tasks. */
const START_PATHS = ['/', '/centres', '/team'];

/** Stores the page in this browser, and takes new releases between two tasks. Shows nothing. */
export default function AppUpdate() {
  const [path] = useLocation();
  const isHidden = useSyncExternalStore(subscribeToVisibility, () => document.hidden);
  const hasUnsent = useHasUnsent();
  const { localStore } = useSignedIn();
  useReloadCondition(() => !hasUnsent && !localStore.hasUnstoredInput && (isHidden || START_PATHS.includes(path)));
  useUnloadWarning(() => localStore.hasUnstoredInput);
  useEffect(() => {
    void followReleases();
    void requestPersistence();
  }, []);
  return null;
}

/**
 * Whether this browser has work that the platform lacks, or that a reload would lose. An agency's clerk has no device, so
 * their store is in memory, and what it holds decides. That of a desk without its key is about to be replaced.
 */
function useHasUnsent(): boolean {
  const { localStore, session } = useSignedIn();
  const pending = usePendingCount();
  const unsent = useUnsentCount();
  const isWithoutKey = !localStore.isDurable && canContact(session);
  const uploads = useAllUploads().filter(isIncomplete).length;
  return isWithoutKey || pending + unsent + uploads > 0;
}

function subscribeToVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}
