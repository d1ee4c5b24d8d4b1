// at: apps/intake/src/domain/violation.ts
// refused by: no-restricted-syntax
export interface Told {
  time: string;
}
