// at: apps/intake/src/rpc.ts
// refused by: no-console
console.log('violation');
