import { useCallback, useEffect, useRef, useState } from 'react';

/**
 * Runs something that takes time once at a time. A call while it runs does nothing, also before the page has drawn itself anew.
 * @returns how to run it, and whether it runs
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
