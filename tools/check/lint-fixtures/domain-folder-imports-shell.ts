// at: apps/intake/src/domain/commands/violation.ts
// refused by: no-restricted-imports
import { readConfig } from '../../config.ts';
export const violation = readConfig;
