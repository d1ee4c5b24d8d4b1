// at: libs/application/src/idnp.ts
// refused by: no-restricted-imports
import { readFileSync } from 'node:fs';
export const violation = readFileSync;
