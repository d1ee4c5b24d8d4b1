// at: apps/catalog/src/domain/planted.ts
// refused by: no-restricted-imports
import { parse } from 'yaml';
export const planted = parse;
