// at: apps/intake/src/domain/commands/planted.ts
// refused by: no-restricted-imports
import { readConfig } from '../../config.ts';
export const planted = readConfig;
