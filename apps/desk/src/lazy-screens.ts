import { lazy, useEffect } from 'react';
import type { ComponentType } from 'react';

/**
 * Screens whose code comes after the first one is there. All of it is fetched then, so that each opens at once, and opens
 * while the platform is away, and after a release has taken the old files off the server.
 */

type ScreenLoader<Props> = () => Promise<{ default: ComponentType<Props> }>;
const loaders: (() => Promise<unknown>)[] = [];

/** How long the line is left to what is on the screen, in ms. */
const PREFETCH_DELAY_MS = 1_500;

export function lazyScreen<Props>(load: ScreenLoader<Props>) {
  loaders.push(load);
  return lazy(load);
}

/** @param ready the first screen shows what it is for */
export function usePrefetchScreens(ready: boolean): void {
  useEffect(() => {
    if (!ready) return;
    const timer = setTimeout(() => void prefetchScreens(), PREFETCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [ready]);
}

/** One after the other: a thin line is shared with whoever works. What fails now is fetched when it is wanted. */
async function prefetchScreens(): Promise<void> {
  for (const load of loaders) await load().catch(() => undefined);
}

/** When the page was last loaded anew for it, in ms. */
const RELOAD_TIME_KEY = 'cups-reloaded';
const RELOAD_COOLDOWN_MS = 60_000;

/**
 * A screen that could not be fetched: after a release its file has another name, which a reload finds. Nothing typed is lost by
 * it. While nobody answers there is nothing to reload, and once is enough: a file that is really gone must not turn in circles.
 */
export function reloadOnPreloadError(): void {
  window.addEventListener('vite:preloadError', () => {
    if (Date.now() - Number(sessionStorage.getItem(RELOAD_TIME_KEY)) < RELOAD_COOLDOWN_MS) return;
    void fetch('/readyz', { cache: 'no-store' }).then(
      ({ ok }) => {
        if (!ok) return;
        sessionStorage.setItem(RELOAD_TIME_KEY, String(Date.now()));
        location.reload();
      },
      () => undefined,
    );
  });
}
