// at: apps/intake/src/rpc.ts
// refused by: no-restricted-syntax
export const violation = import.meta.url;
