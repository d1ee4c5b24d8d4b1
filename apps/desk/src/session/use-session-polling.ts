import { useEffect } from 'react';
import { api, bodyOf } from '../api/client.ts';
import type { Session } from '../api/types.ts';

/** How often the page checks its session, in ms. Shorter than the idle limit. */
const POLL_INTERVAL_MS = 45_000;

/**
 * Polls the session while the page is visible: roles and centres change at any time. The client reports its end.
 * @param session the known session; undefined while signed out
 */
export function useSessionPolling(session: Session | undefined, onChange: (newSession: Session) => void): void {
  useEffect(() => {
    if (!session) return;
    let isStopped = false;
    const poll = async () => {
      if (document.hidden) return;
      const current = await bodyOf(api.GET('/api/v1/sessions/current')).catch(() => undefined);
      // A response from before a switch of centres is outdated.
      if (current && !isStopped && !isSameSession(current, session)) onChange(current);
    };
    const pollNow = () => void poll();
    const timer = setInterval(pollNow, POLL_INTERVAL_MS);
    document.addEventListener('visibilitychange', pollNow);
    return () => {
      isStopped = true;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', pollNow);
    };
  }, [session, onChange]);
}

const isSameSession = (a: Session, b: Session): boolean => JSON.stringify(a) === JSON.stringify(b);
