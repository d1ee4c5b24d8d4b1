import { useEffect, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import { isIncomplete, useAllUploads } from '../documents/use-uploads.ts';
import { usePendingCount } from '../outbox/use-outbox.ts';
import { useSignedIn } from '../session/session.tsx';
import { useUnsentCount } from '../visit/visits.tsx';
import { requestPersistence } from './persistence.ts';
import { followReleases } from './registration.ts';
import { useReloadCondition } from './reload-condition.ts';

/** Screens on which an operator arrives between two tasks. */
const START_PATHS = ['/', '/centres', '/team'];

/** Stores the page in this browser, and takes new releases between two tasks. Shows nothing. */
export default function AppUpdate() {
  const [path] = useLocation();
  const isHidden = useSyncExternalStore(subscribeToVisibility, () => document.hidden);
  const hasUnsent = useHasUnsent();
  useReloadCondition(!hasUnsent && (isHidden || START_PATHS.includes(path)));
  useEffect(() => {
    void followReleases();
    void requestPersistence();
  }, []);
  return null;
}

/** Whether this browser has work that the platform lacks. It is stored, unless the store is in memory. */
function useHasUnsent(): boolean {
  const { localStore } = useSignedIn();
  const pending = usePendingCount();
  const unsent = useUnsentCount();
  const uploads = useAllUploads().filter(isIncomplete).length;
  return !localStore.isDurable || pending + unsent + uploads > 0;
}

function subscribeToVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}
