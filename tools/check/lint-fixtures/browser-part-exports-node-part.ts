// at: libs/contracts/src/index.ts
// refused by: no-restricted-imports
export { canonicalJson } from './node/index.ts';
