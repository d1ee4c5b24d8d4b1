/**
 * Slows attempts at the passphrase down. It guards against trying words at the desk; a copied profile is guarded by the
 * passphrase itself and by the cost of each attempt.
 */

/** Local storage: wrong attempts, and the end of the pause, in ms. */
const ATTEMPTS_KEY = 'cups-unlock';
const MAX_ATTEMPTS = 5;
const PAUSE_MS = 30_000;

interface Attempts {
  wrong: number;
  pauseEnd: number;
}

function read(): Attempts {
  const [wrong = 0, pauseEnd = 0] = (localStorage.getItem(ATTEMPTS_KEY) ?? '').split(' ').map(Number);
  return { wrong, pauseEnd };
}

/** Returns how long the next attempt waits, in ms. At most the pause, also if the clock was set back. */
export function remainingPause(now = Date.now()): number {
  return Math.min(Math.max(0, read().pauseEnd - now), PAUSE_MS);
}

/** Counts a wrong attempt. @returns whether a pause begins */
export function countAttempt(now = Date.now()): boolean {
  const wrong = read().wrong + 1;
  const isPaused = wrong >= MAX_ATTEMPTS;
  localStorage.setItem(ATTEMPTS_KEY, isPaused ? `0 ${now + PAUSE_MS}` : `${wrong} 0`);
  return isPaused;
}

export function clearAttempts(): void {
  localStorage.removeItem(ATTEMPTS_KEY);
}
