/**
 * Whether somebody is at this desk. The page asks for news by itself; were that to count as work, a desk that nobody sits at would
 * never be signed out. So what is asked while nobody touches the page says so, and renews no session.
 */

/** How long after the last touch what the page asks is still asked for a person, in ms. */
const IDLE_AFTER_MS = 60_000;

/** What the gateway knows it by; a boolean of structured fields (RFC 9651). */
export const BACKGROUND_HEADER = ['X-Cups-Background', '?1'] as const;

/** What only a hand does. A pointer that moves may be a cable that hangs. */
const ACTIVITY_EVENTS = ['pointerdown', 'keydown', 'wheel', 'touchmove'] as const;

/** Whoever opens the page is there. */
let lastActivityAt = Date.now();

function recordActivity(): void {
  lastActivityAt = Date.now();
}

/** Notes each touch of the page from now on. */
export function trackActivity(): void {
  for (const kind of ACTIVITY_EVENTS) window.addEventListener(kind, recordActivity, { capture: true, passive: true });
}

/** Whether what is asked at this moment is asked for nobody. */
export function isUserIdle(): boolean {
  return Date.now() - lastActivityAt > IDLE_AFTER_MS;
}
