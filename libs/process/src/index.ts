export { serveHttp } from './http.ts';
export { createLog, reduceError } from './log.ts';
export type { LogDestination, ProcessLog } from './log.ts';
export { createMetrics } from './metrics.ts';
export type { ProcessMetrics } from './metrics.ts';
export { serve } from './serve.ts';
export type { RunningService } from './serve.ts';
export { createTracer } from './tracer.ts';
export type { ProcessTracer } from './tracer.ts';
