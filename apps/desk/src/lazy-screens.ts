import { createElement, lazy, Suspense, useEffect, useState } from 'react';
import type { ComponentType, FunctionComponent } from 'react';
import { fetchOverLine } from './api/line.ts';

/**
 * Lazy screens. Their code is prefetched after the first screen, so that each opens immediately, while the platform
 * is unavailable, and after a release has removed the old files.
 */

type ScreenLoader<Props> = () => Promise<{ default: ComponentType<Props> }>;
const loaders: (() => Promise<unknown>)[] = [];

/** Delay before prefetching, so that the first screen has the network to itself, in ms. */
const PREFETCH_DELAY_MS = 1_500;

/**
 * A screen whose code is loaded when it is opened. If that fails, the page reloads once: a release may have removed it.
 * @param isPrefetched false for a screen of a few operators
 */
export function lazyScreen<Props>(load: ScreenLoader<Props>, isPrefetched = true) {
  if (isPrefetched) loaders.push(load);
  return lazy(() => load().catch(reloadOpenedScreen));
}

/**
 * A part that a screen can do without. It shows nothing while its code loads, and nothing if that fails: the next start
 * of the page loads it.
 * @param isPrefetched false for a part of a few operators
 */
export function lazyExtra<Props extends object>(
  load: ScreenLoader<Props>,
  isPrefetched = true,
): FunctionComponent<Props> {
  if (isPrefetched) loaders.push(load);
  const Part: ComponentType<Props> = lazy(() => load().catch(() => ({ default: () => null })));
  return (props) => createElement(Suspense, { fallback: null }, createElement(Part, props));
}

/** Code without a screen that the page uses once it is prefetched. */
export interface LaterModule<Module> {
  /** The module, once it is loaded. */
  readonly current: Module | undefined;
  /** Resolves then. */
  readonly loaded: Promise<void>;
}

/** Prefetches a module with the screens. */
export function prefetchLater<Module>(load: () => Promise<Module>): LaterModule<Module> {
  let onLoad: () => void;
  const later: { current: Module | undefined; loaded: Promise<void> } = {
    current: undefined,
    loaded: new Promise((resolve) => (onLoad = resolve)),
  };
  loaders.push(async () => {
    later.current = await load();
    onLoad();
  });
  return later;
}

/**
 * Prefetches all screens once.
 * @param ready the first screen shows its content
 * @returns whether that is done
 */
export function usePrefetchScreens(ready: boolean): boolean {
  const [isDone, setIsDone] = useState(false);
  useEffect(() => {
    if (!ready) return;
    const timer = setTimeout(() => void prefetchScreens().then(() => setIsDone(true)), PREFETCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [ready]);
  return isDone;
}

/** User Timing mark of the moment from which the screens need no line. */
const PREFETCHED_MARK = 'cups-screens-prefetched';

/** Sequential, to leave bandwidth for the user. */
async function prefetchScreens(): Promise<void> {
  for (const load of loaders) await load().catch(() => undefined);
  performance.mark(PREFETCHED_MARK);
}

/** Session storage: the time of the last automatic reload, in ms. */
const RELOAD_TIME_KEY = 'cups-reloaded';
const RELOAD_COOLDOWN_MS = 60_000;
/** How long after the start of a navigation failed files are no error, in ms. Firefox stops loading them at once. */
const LEAVING_MS = 10_000;

let isMissing = false;
let leftAt = 0;

/**
 * Whether code that the page loads in the background is missing: after a release its file has another name, or the line
 * failed. Browsers do not load a failed module again before a reload, which `reloadForMissingCode` makes.
 */
export const isCodeMissing = (): boolean => isMissing;

/** Follows which code is missing, from the start of the page. */
export function followPreloadErrors(): void {
  window.addEventListener('beforeunload', () => (leftAt = Date.now()));
  window.addEventListener('vite:preloadError', () => {
    if (Date.now() - leftAt > LEAVING_MS) isMissing = true;
  });
}

/**
 * Reloads the page, so that it loads missing code. Does nothing while the platform is unavailable, and reloads at most
 * once a minute.
 * @param isAllowed whether a reload loses nothing, asked just before it
 * @returns whether the page reloads
 */
export async function reloadForMissingCode(isAllowed = () => true): Promise<boolean> {
  if (Date.now() - Number(sessionStorage.getItem(RELOAD_TIME_KEY)) < RELOAD_COOLDOWN_MS) return false;
  const isAvailable = await fetchOverLine('/readyz', { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (!isAvailable || !isAllowed()) return false;
  sessionStorage.setItem(RELOAD_TIME_KEY, String(Date.now()));
  location.reload();
  return true;
}

/**
 * Reloads at once when an opened screen cannot be loaded: the operator has left the screen before it.
 * @throws the error, if the page does not reload
 */
async function reloadOpenedScreen(error: unknown): Promise<never> {
  if (!(await reloadForMissingCode())) throw error;
  // The screen keeps loading until the page goes.
  return new Promise(() => undefined);
}
