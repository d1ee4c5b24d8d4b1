// at: apps/gateway/src/service.ts
// refused by: no-restricted-imports
import { openStoredBackend } from '@cups/backend/stored';
export const violation = openStoredBackend;
