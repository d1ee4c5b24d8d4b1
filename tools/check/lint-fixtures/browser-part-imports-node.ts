// at: libs/contracts/src/resource-names.ts
// refused by: no-restricted-imports
import { readFileSync } from 'node:fs';
export const violation = readFileSync;
