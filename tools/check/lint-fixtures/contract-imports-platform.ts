// at: libs/agency-contract/src/index.ts
// refused by: @nx/enforce-module-boundaries
import { Problem } from '@cups/problem';
export const violation = Problem;
