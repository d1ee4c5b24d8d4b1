import { useSyncExternalStore } from 'react';

const WIDE_QUERY = '(min-width: 1100px)';

/** Whether the window has room for a side pane. Without room nothing is read for it. */
export function useWideLayout(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(WIDE_QUERY);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => matchMedia(WIDE_QUERY).matches,
  );
}
