// at: libs/problem/src/index.ts
// refused by: no-restricted-imports
import { readFileSync } from 'node:fs';
export const violation = readFileSync;
