import { useEffect, useRef } from 'react';

/**
 * Handles keys of an open dialog, which takes them all.
 * @param handle returns true for a key that it used
 */
export function useDialogKeys(handle: (event: KeyboardEvent) => boolean): void {
  const latest = useRef(handle);
  useEffect(() => {
    latest.current = handle;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.repeat && !event.defaultPrevented && latest.current(event)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
