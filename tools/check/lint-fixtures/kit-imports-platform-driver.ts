// at: libs/agency-kit/src/check.ts
// refused by: no-restricted-imports
import { connectKafka } from '@cups/events';
export const violation = connectKafka;
