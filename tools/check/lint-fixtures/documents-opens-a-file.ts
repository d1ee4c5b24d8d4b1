// at: apps/documents/src/check/checker.ts
// refused by: no-restricted-imports
import sharp from 'sharp';
export const violation = sharp;
