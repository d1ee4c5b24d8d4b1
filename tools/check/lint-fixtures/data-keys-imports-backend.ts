// at: libs/data-keys/src/data-keys.ts
// refused by: no-restricted-imports
import { openStoredBackend } from '@cups/backend/stored';
export const violation = openStoredBackend;
