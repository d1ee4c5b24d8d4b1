// at: apps/gateway/src/http/violation.ts
// refused by: no-restricted-syntax
export function openNeighbours(): void {}
