// at: libs/rpc/test/violation.test.ts
// refused by: no-warning-comments
export const count = 2; // So many calls are sent.
