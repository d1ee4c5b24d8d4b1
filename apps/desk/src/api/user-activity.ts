/**
 * Detects whether somebody uses this desk. The page polls in the background; if polls counted as activity, an
 * abandoned desk would never sign out. Requests without recent activity carry a header and do not renew the session.
 * All windows of this browser share the time of the last activity: the desk is in use, whichever window has the focus.
 */

/** Local storage: when somebody last used a window of this browser, in ms. */
const ACTIVITY_KEY = 'cups-activity';
/** The stored time lags behind by at most this, in ms. */
const STORE_INTERVAL_MS = 5_000;

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
  if (Math.abs(lastActivityAt - readSharedActivity()) > STORE_INTERVAL_MS)
    localStorage.setItem(ACTIVITY_KEY, String(lastActivityAt));
}

const readSharedActivity = (): number => Number(globalThis.localStorage?.getItem(ACTIVITY_KEY) ?? 0);

/** Records user activity from now on. */
export function trackActivity(): void {
  for (const kind of ACTIVITY_EVENTS) window.addEventListener(kind, recordActivity, { capture: true, passive: true });
}

/** Whether the last activity in any window is older than this, in ms. */
export function isUserIdle(afterMs = IDLE_AFTER_MS): boolean {
  const now = Date.now();
  const shared = readSharedActivity();
  // A time ahead is of before the clock was set back.
  return now - Math.max(lastActivityAt, shared > now ? 0 : shared) > afterMs;
}
