// at: libs/store/src/store.ts
// refused by: @nx/enforce-module-boundaries
import { createDataKeys } from '@cups/data-keys';
export const violation = createDataKeys;
