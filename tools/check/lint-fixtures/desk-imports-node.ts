// at: apps/desk/src/queue/rows.ts
// refused by: no-restricted-imports
import { readFileSync } from 'node:fs';

export const rows = readFileSync('rows.json', 'utf8');
