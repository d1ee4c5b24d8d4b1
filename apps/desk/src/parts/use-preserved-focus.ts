import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';

/** Regions that may take the focus of a removed control. */
const REGION_SELECTOR = 'section, form, fieldset, main, aside';

/**
 * Keeps the focus on the screen. If the focused control is removed, the region around it takes the focus, so that
 * keyboard users continue from there.
 * @returns the ref of the screen's root element
 */
export function usePreservedFocus(): RefObject<HTMLDivElement | null> {
  const area = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = area.current;
    if (!root) return;
    /** The focused element and its ancestors. */
    let path: Element[] = [];
    const onFocus = ({ target }: FocusEvent) => (path = target instanceof Element ? ancestorsOf(target, root) : []);
    // Blurring a control that stays is intended.
    const onLeave = ({ target }: FocusEvent) =>
      queueMicrotask(() => {
        if (target === path[0] && path[0]?.isConnected) path = [];
      });
    const observer = new MutationObserver(() => {
      if (path[0] === undefined || path[0].isConnected || document.activeElement !== document.body) return;
      const region = path.find((element) => element.isConnected && element.matches(REGION_SELECTOR));
      path = [];
      if (region instanceof HTMLElement) focusRegion(region);
    });
    observer.observe(root, { childList: true, subtree: true });
    root.addEventListener('focusin', onFocus);
    root.addEventListener('focusout', onLeave);
    return () => {
      observer.disconnect();
      root.removeEventListener('focusin', onFocus);
      root.removeEventListener('focusout', onLeave);
    };
  }, []);
  return area;
}

function ancestorsOf(target: Element, root: Element): Element[] {
  const path: Element[] = [];
  for (let element: Element | null = target; element && element !== root; element = element.parentElement)
    path.push(element);
  return path;
}

function focusRegion(region: HTMLElement): void {
  if (!region.hasAttribute('tabindex')) region.tabIndex = -1;
  region.focus({ preventScroll: true });
}
