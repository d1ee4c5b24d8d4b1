import { useLayoutEffect } from 'react';
import type { RefObject } from 'react';

/**
 * Gives a bar as much as it has room for. Words differ by language and names by person, so no width of the window says
 * when something must go: the bar is measured before each paint, and shell.module.css hides more at each step.
 */

const COLLAPSE_ATTRIBUTES = [1, 2, 3, 4, 5, 6, 7].map((step) => `data-tight-${step}`);

/** Sets attributes of a bar, in their order, until its `nav` does not run over. */
export function useCollapsibleBar(ref: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const bar = ref.current;
    const nav = bar?.querySelector('nav');
    if (!bar || !nav) return undefined;
    const fit = () => {
      for (const step of COLLAPSE_ATTRIBUTES) bar.removeAttribute(step);
      for (const step of COLLAPSE_ATTRIBUTES) {
        if (nav.scrollWidth <= nav.clientWidth) return;
        bar.setAttribute(step, '');
      }
    };
    fit();
    const sizeObserver = new ResizeObserver(fit);
    sizeObserver.observe(bar);
    const contentObserver = new MutationObserver(fit);
    contentObserver.observe(bar, { childList: true, characterData: true, subtree: true });
    document.fonts.addEventListener('loadingdone', fit);
    return () => {
      sizeObserver.disconnect();
      contentObserver.disconnect();
      document.fonts.removeEventListener('loadingdone', fit);
    };
  }, [ref]);
}
