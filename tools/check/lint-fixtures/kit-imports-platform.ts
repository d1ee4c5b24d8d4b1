// at: libs/agency-kit/src/check.ts
// refused by: @nx/enforce-module-boundaries
import { Problem } from '@cups/problem';
export const violation = Problem;
