import { lazy, useEffect } from 'react';
import type { ComponentType } from 'react';

/**
 * Screens whose code comes after the first one is there. All of it is fetched then, so that each opens at once, and opens
 * while the platform is away, and after a release has taken the old files off the server.
 */

type Load<Props> = () => Promise<{ default: ComponentType<Props> }>;
const loads: (() => Promise<unknown>)[] = [];

/** How long the line is left to what is on the screen, in ms. */
const PAUSE_MS = 1_500;

export function later<Props>(load: Load<Props>) {
  loads.push(load);
  return lazy(load);
}

/** @param ready the first screen shows what it is for */
export function useLaterScreens(ready: boolean): void {
  useEffect(() => {
    if (!ready) return;
    const timer = setTimeout(() => void fetchAll(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [ready]);
}

/** One after the other: a thin line is shared with whoever works. What fails now is fetched when it is wanted. */
async function fetchAll(): Promise<void> {
  for (const load of loads) await load().catch(() => undefined);
}

/** When the page was last loaded anew for it, in ms. */
const RELOADED = 'cups-reloaded';
const ONCE_MS = 60_000;

/**
 * A screen that could not be fetched: after a release its file has another name, which a reload finds. Nothing typed is lost by
 * it. While nobody answers there is nothing to reload, and once is enough: a file that is really gone must not turn in circles.
 */
export function reloadWhenScreensAreGone(): void {
  window.addEventListener('vite:preloadError', () => {
    if (Date.now() - Number(sessionStorage.getItem(RELOADED)) < ONCE_MS) return;
    void fetch('/readyz', { cache: 'no-store' }).then(
      ({ ok }) => {
        if (!ok) return;
        sessionStorage.setItem(RELOADED, String(Date.now()));
        location.reload();
      },
      () => undefined,
    );
  });
}
