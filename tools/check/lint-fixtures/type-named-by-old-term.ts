// at: apps/identity/test/violation.test.ts
// refused by: no-restricted-syntax
export type Witness = { idnp: string };
