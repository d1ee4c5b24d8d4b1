import { useEffect } from 'react';
import { api, bodyOf } from '../api/client.ts';
import type { Session } from '../api/types.ts';

/** How often the page asks whether the session is what it was, in ms: less than a hand counts as present after its last touch. */
const POLL_INTERVAL_MS = 45_000;

/**
 * Asks from time to time, while the page is seen, for whom and where the session is: roles come and go while somebody works.
 * That it has ended the client tells to all.
 * @param session the one that is known; undefined while nobody is in
 */
export function useSessionPolling(session: Session | undefined, onChange: (newSession: Session) => void): void {
  useEffect(() => {
    if (!session) return;
    let isStopped = false;
    const poll = async () => {
      if (document.hidden) return;
      const now = await bodyOf(api.GET('/api/v1/sessions/current')).catch(() => undefined);
      // What was asked before somebody went to another centre is no news.
      if (now && !isStopped && !isSameSession(now, session)) onChange(now);
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

const isSameSession = (one: Session, other: Session): boolean => JSON.stringify(one) === JSON.stringify(other);
