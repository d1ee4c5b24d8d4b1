import { useEffect, useEffectEvent } from 'react';

/**
 * Lets the browser ask before the window closes or reloads.
 * @param isAsking whether it would lose something at that moment
 */
export function useUnloadWarning(isAsking: () => boolean): void {
  const warn = useEffectEvent((event: BeforeUnloadEvent) => {
    if (!isAsking()) return;
    event.preventDefault();
    // Chrome asks only with this before version 119.
    event.returnValue = true;
  });
  useEffect(() => {
    const onUnload = (event: BeforeUnloadEvent) => warn(event);
    window.addEventListener('beforeunload', onUnload);
    return () => window.removeEventListener('beforeunload', onUnload);
  }, []);
}
