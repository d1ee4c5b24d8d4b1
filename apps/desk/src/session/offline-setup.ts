/** When an operator of this browser is asked again to set up work without the platform. */

/** Local storage: times in ms, by operator. */
const LATER_KEY = 'cups-offline-setup';
const DAY_MS = 24 * 3_600_000;

function readTimes(): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(LATER_KEY) ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}

/** Whether the operator was asked less than a day ago. A clock that was set back asks again. */
export function isAskedLater(owner: string, now: number): boolean {
  const askedAt = readTimes()[owner];
  return askedAt !== undefined && Math.abs(now - askedAt) < DAY_MS;
}

export function askLater(owner: string, now: number): void {
  localStorage.setItem(LATER_KEY, JSON.stringify(Object.assign(readTimes(), { [owner]: now })));
}
