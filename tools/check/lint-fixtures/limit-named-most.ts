// at: apps/intake/src/domain/violation.ts
// refused by: no-restricted-syntax
const MOST_NOTES = 500;
export const isFull = (count: number) => count >= MOST_NOTES;
