import { useEffect } from 'react';

/** Names the tab of the browser by its screen. Nobody's name stands in it: it is seen by others, and kept in the history. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'CUPS' : `${title} · CUPS`;
  }, [title]);
}
