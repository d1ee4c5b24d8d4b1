// at: apps/intake/src/domain/violation.ts
// refused by: no-restricted-imports
import { readConfig } from '../config.ts';
export const violation = readConfig;
