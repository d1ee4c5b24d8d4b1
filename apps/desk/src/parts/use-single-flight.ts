import { useCallback, useEffect, useRef, useState } from 'react';

/**
 * Runs an async function at most once at a time. Calls during a run are ignored, even before the next render.
 * @returns the guarded function, and whether it is running
 */
export function useSingleFlight<Args extends unknown[]>(
  run: (...args: Args) => Promise<unknown>,
): [runOnce: (...args: Args) => Promise<void>, isRunning: boolean] {
  const [isRunning, setRunning] = useState(false);
  const isInFlight = useRef(false);
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  const runOnce = useCallback(async (...args: Args) => {
    if (isInFlight.current) return;
    isInFlight.current = true;
    setRunning(true);
    try {
      await latest.current(...args);
    } finally {
      isInFlight.current = false;
      setRunning(false);
    }
  }, []);
  return [runOnce, isRunning];
}
