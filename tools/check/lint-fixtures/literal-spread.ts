// at: apps/intake/src/rpc.ts
// refused by: no-restricted-syntax
export const violation = (id: string) => ({ ...{ id }, kind: 'violation' });
