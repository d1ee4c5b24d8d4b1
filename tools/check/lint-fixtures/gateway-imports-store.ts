// at: apps/gateway/src/operation-handlers.ts
// refused by: @nx/enforce-module-boundaries
import { openStore } from '@cups/store';
export const violation = openStore;
