/**
 * The time at this desk. Acts are dated by it, so a PC with a wrong clock is corrected by the platform's clock, as it
 * was at the last response. The correction is stored for pages that open without the platform.
 */

/** Local storage: milliseconds that the platform is ahead of this PC. */
const OFFSET_KEY = 'cups-clock-offset';
/** A smaller difference is the resolution of the header and the network. */
const MIN_OFFSET_MS = 5_000;

let offset = readOffset();
const listeners = new Set<() => void>();

function readOffset(): number {
  const stored = Number(globalThis.localStorage?.getItem(OFFSET_KEY));
  return Number.isFinite(stored) ? stored : 0;
}

/** Desk time in ms. */
export const deskNow = (): number => Date.now() + offset;

/** Milliseconds that the platform is ahead of this PC; negative if the PC is ahead. */
export const clockOffset = (): number => offset;

export function subscribeToClock(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Compares the clocks.
 * @param date header `Date` of a response, if any
 * @param sentAt time of this PC at which its request was sent, in ms
 */
export function recordServerTime(date: string | null, sentAt: number): void {
  const serverTime = Date.parse(date ?? '');
  if (Number.isNaN(serverTime)) return;
  const here = (sentAt + Date.now()) / 2;
  // The header is rounded down to seconds.
  const difference = Math.round(serverTime + 500 - here);
  const next = Math.abs(difference) < MIN_OFFSET_MS ? 0 : difference;
  // Each response differs a little; the first correction stays until the clock is set.
  if (next === offset || (next !== 0 && Math.abs(next - offset) < MIN_OFFSET_MS)) return;
  offset = next;
  globalThis.localStorage?.setItem(OFFSET_KEY, String(offset));
  listeners.forEach((listener) => listener());
}
