// at: apps/intake/src/domain/planted.ts
// refused by: no-restricted-imports
import { openStore } from '@cups/store';
export const planted = openStore;
