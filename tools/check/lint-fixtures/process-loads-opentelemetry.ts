// at: libs/process/src/metrics.ts
// refused by: no-restricted-imports
import { trace } from '@opentelemetry/api';
export const violation = trace;
