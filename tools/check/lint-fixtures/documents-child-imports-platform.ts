// at: apps/documents/src/check/child/inspect.ts
// refused by: no-restricted-imports
import { createLog } from '@cups/process';
export const violation = createLog;
