// at: bench/violation.ts
// refused by: no-restricted-syntax
export const LOOK_MS = 500;
