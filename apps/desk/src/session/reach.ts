import { useEffect, useSyncExternalStore } from 'react';
import { listen } from '../api/client.ts';

/** Whether the platform answers, as the last request heard it; while it does not, it is asked again and again. */

export interface Reach {
  answers: boolean;
  /** When it last answered, in ms. */
  heardAt: number | undefined;
}

const ASK_MS = 5_000;
let reach: Reach = { answers: true, heardAt: undefined };
const listeners = new Set<() => void>();

function set(answers: boolean): void {
  reach = { answers, heardAt: answers ? Date.now() : reach.heardAt };
  listeners.forEach((listener) => listener());
}
listen((heard) => set(heard !== 'silence'));

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** @param onBack what to do when it answers again */
export function useReach(onBack?: () => void): Reach {
  const now = useSyncExternalStore(subscribe, () => reach);
  const { answers } = now;
  useEffect(() => {
    if (answers) return;
    const ask = () =>
      void fetch('/readyz', { cache: 'no-store' }).then(
        ({ ok }) => ok && (set(true), onBack?.()),
        () => undefined,
      );
    const timer = setInterval(ask, ASK_MS);
    window.addEventListener('online', ask);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', ask);
    };
  }, [answers, onBack]);
  return now;
}
