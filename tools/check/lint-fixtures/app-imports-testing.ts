// at: apps/intake/src/rpc.ts
// refused by: no-restricted-imports
import { eventually } from '@cups/testing';
export const violation = eventually;
