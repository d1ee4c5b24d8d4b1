import { useLayoutEffect } from 'react';
import type { RefObject } from 'react';

/**
 * Fits the bar into its width. Texts differ by language and names by person, so fixed breakpoints do not work. The
 * bar is measured before each paint; shell.module.css hides more at each step.
 */

const COLLAPSE_ATTRIBUTES = [1, 2, 3, 4, 5, 6, 7].map((step) => `data-tight-${step}`);

/** Sets attributes on a bar, in order, until its `nav` does not overflow. */
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
