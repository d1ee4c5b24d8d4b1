import { useEffect } from 'react';

/** Sets the title of the browser tab. It contains no personal names: others see it, and the history keeps it. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'CUPS' : `${title} · CUPS`;
  }, [title]);
}
