// at: apps/intake/src/rpc.ts
// refused by: @nx/enforce-module-boundaries
import { createIdentity } from '@cups/identity';
export const violation = createIdentity;
