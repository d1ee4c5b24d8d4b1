// at: apps/desk/src/session/violation.ts
// refused by: no-restricted-globals
export const isReady = (): Promise<boolean> => fetch('/readyz').then(({ ok }) => ok);
