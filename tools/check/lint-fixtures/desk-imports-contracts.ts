// at: apps/desk/src/api/states.ts
// refused by: no-restricted-imports
import { backoffMs } from '@cups/contracts';

export const wait = backoffMs;
