// at: apps/catalog/src/domain/violation.ts
// refused by: no-restricted-imports
import { parse } from 'yaml';
export const violation = parse;
