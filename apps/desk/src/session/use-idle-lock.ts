import { useEffect } from 'react';
import { isUserIdle } from '../api/user-activity.ts';
import type { SessionState } from './session.tsx';

/** A desk without activity for this long locks, in ms. */
const IDLE_LOCK_MS = 10 * 60_000;
/** How often activity and the clock are checked, in ms. */
const CHECK_INTERVAL_MS = 15_000;

/**
 * Locks an abandoned desk, so that its data key leaves the memory. While the platform is unreachable, also locks once
 * the last contact is too old or the clock was set back.
 */
export function useIdleLock(state: SessionState, lock: () => void): void {
  const isSignedIn = state.kind === 'signedIn';
  const offlineOwner = isSignedIn && state.isOffline ? state.session.operator.name : undefined;
  useEffect(() => {
    if (!isSignedIn) return undefined;
    const timer = setInterval(() => {
      if (isUserIdle(IDLE_LOCK_MS)) lock();
      else if (offlineOwner) void checkClock(offlineOwner, lock);
    }, CHECK_INTERVAL_MS);
    return () => clearInterval(timer);
  }, [isSignedIn, offlineOwner, lock]);
}

async function checkClock(owner: string, lock: () => void): Promise<void> {
  const { advanceClock, endExpired } = await import('./offline-session.ts');
  const refusal = await advanceClock(owner);
  if (!refusal) return;
  lock();
  if (refusal === 'expired') await endExpired();
}
