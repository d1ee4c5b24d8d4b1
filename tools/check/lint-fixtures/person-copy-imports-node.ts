// at: libs/application/src/person-copy/refused.ts
// refused by: no-restricted-imports
import { readFileSync } from 'node:fs';
export const bytes = readFileSync;
