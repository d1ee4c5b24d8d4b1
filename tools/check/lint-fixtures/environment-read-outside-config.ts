// at: apps/intake/src/rpc.ts
// refused by: no-restricted-syntax
export const violation = process.env['HOME'];
