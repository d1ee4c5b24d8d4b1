// at: apps/agency-simulator/src/service.ts
// refused by: @nx/enforce-module-boundaries
import { Problem } from '@cups/problem';
export const violation = Problem;
