// at: apps/notifications/src/violation.ts
// refused by: no-warning-comments
/** Waits until the store is back. */
export const TIMEOUT_MS = 500;
