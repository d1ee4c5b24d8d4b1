/**
 * Detects whether somebody uses this desk. The page polls in the background; if polls counted as activity, an
 * abandoned desk would never sign out. Requests without recent activity carry a header and do not renew the session.
 */

/** How long after the last activity requests still count as the user's, in ms. */
const IDLE_AFTER_MS = 60_000;

/** Tells the gateway that nobody is active: a structured-field boolean (RFC 9651). */
export const BACKGROUND_HEADER = ['Cups-Background', '?1'] as const;

/** Events that only a user causes. Pointer movement is not one: a hanging cable can move the mouse. */
const ACTIVITY_EVENTS = ['pointerdown', 'keydown', 'wheel', 'touchmove'] as const;

/** Opening the page counts as activity. */
let lastActivityAt = Date.now();

function recordActivity(): void {
  lastActivityAt = Date.now();
}

/** Records user activity from now on. */
export function trackActivity(): void {
  for (const kind of ACTIVITY_EVENTS) window.addEventListener(kind, recordActivity, { capture: true, passive: true });
}

/** Whether the last activity is older than this, in ms. */
export function isUserIdle(afterMs = IDLE_AFTER_MS): boolean {
  return Date.now() - lastActivityAt > afterMs;
}
