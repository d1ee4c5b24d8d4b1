import { useEffect, useSyncExternalStore } from 'react';
import { listen } from '../api/client.ts';

/**
 * Whether the platform answers, as the last request heard it. While it does not, it is asked again and again, and whoever waits
 * for it is told by the first answer of all, whoever asked.
 */

export interface Reach {
  answers: boolean;
  /** When it last answered, in ms. */
  heardAt: number | undefined;
}

/** Pauses between two questions double from the first to the longest, in ms. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
/** How long one question waits for its answer, in ms. */
const PATIENCE_MS = 5_000;

let reach: Reach = { answers: true, heardAt: undefined };
let pause = FIRST_PAUSE_MS;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();
const waiters = new Set<() => void>();

function set(answers: boolean): void {
  const isBack = answers && !reach.answers;
  reach = { answers, heardAt: answers ? Date.now() : reach.heardAt };
  listeners.forEach((listener) => listener());
  if (isBack) waiters.forEach((onBack) => onBack());
}

listen((heard) => {
  if (heard !== 'silence') {
    pause = FIRST_PAUSE_MS;
    clearTimeout(timer);
    return set(true);
  }
  const isNew = reach.answers;
  set(false);
  if (isNew) askLater();
});

/** The pause begins anew only when an interface has answered: a gateway that is ready may still have nobody behind it. */
function askLater(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void ask(), pause);
  pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
}

async function ask(): Promise<void> {
  clearTimeout(timer);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const isReady = await fetch('/readyz', { cache: 'no-store', signal }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (reach.answers) return;
  if (isReady) set(true);
  else askLater();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** @param onBack what to do when it answers again */
export function useReach(onBack?: () => void): Reach {
  const now = useSyncExternalStore(subscribe, () => reach);
  const { answers } = now;
  useEffect(() => {
    if (!onBack) return;
    waiters.add(onBack);
    return () => void waiters.delete(onBack);
  }, [onBack]);
  useEffect(() => {
    if (answers) return;
    const askNow = () => void ask();
    window.addEventListener('online', askNow);
    document.addEventListener('visibilitychange', askNow);
    return () => {
      window.removeEventListener('online', askNow);
      document.removeEventListener('visibilitychange', askNow);
    };
  }, [answers]);
  return now;
}
