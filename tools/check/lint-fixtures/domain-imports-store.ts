// at: apps/intake/src/domain/violation.ts
// refused by: no-restricted-imports
import { openStore } from '@cups/store';
export const violation = openStore;
