/**
 * The line to the platform. All requests of the page go over it, so that a switch can cut it for an exercise: the page
 * then behaves as without a network, in all windows of this browser, until the switch restores the line. Two kinds of
 * requests are the browser's own, and carry no data: the page's code, until the prefetch of its screens has ended, and the
 * check for a newer `/sw.js` after a navigation. A release that it finds waits until no window would lose input.
 */

/** Local storage: set while the switch has cut the line. It survives a reload. */
const CUT_KEY = 'cups-line';

let isCut = readSwitch();
/** Counts the cuts: a response that arrives after one is lost. */
let cuts = 0;
const listeners = new Set<() => void>();

function readSwitch(): boolean {
  return globalThis.localStorage?.getItem(CUT_KEY) === 'cut';
}

export const isLineCut = (): boolean => isCut;

/**
 * Calls a listener when the switch cuts or restores the line, in this window or in another one.
 * @returns a function that unsubscribes
 */
export function subscribeToLine(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Cuts the line. Requests in progress lose their responses. */
export function cutLine(): void {
  localStorage.setItem(CUT_KEY, 'cut');
  applySwitch();
}

export function restoreLine(): void {
  localStorage.removeItem(CUT_KEY);
  applySwitch();
}

function applySwitch(): void {
  if (isCut === readSwitch()) return;
  isCut = !isCut;
  if (isCut) cuts += 1;
  listeners.forEach((listener) => listener());
}

globalThis.addEventListener?.('storage', ({ key }: StorageEvent) => {
  // A null key: the whole storage was cleared.
  if (key === CUT_KEY || key === null) applySwitch();
});

/** Fails while the switch has cut the line. @throws TypeError as fetch does without a network */
export function requireLine(): void {
  if (isCut) throw new TypeError('The line is cut.');
}

/**
 * Sends a request over the line. The only caller of `fetch` in the page.
 * @throws TypeError without a network, and while the switch has cut the line
 */
export async function fetchOverLine(...request: Parameters<typeof fetch>): Promise<Response> {
  requireLine();
  const cutsBefore = cuts;
  const response = await fetch(...request);
  if (cuts !== cutsBefore) throw new TypeError('The line was cut.');
  return response;
}
