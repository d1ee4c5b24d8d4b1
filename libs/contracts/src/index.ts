export { backoff, backoffMs } from './backoff.ts';
export type { Backoff, BackoffShape } from './backoff.ts';
export type { Event, ReceivedEvent, StoredEvent } from './event.ts';
export { instantOf, isUlid, isUuid, parseRequestId } from './formats.ts';
export { LOG_NUMBERS, LOG_TEXTS } from './log.ts';
export type { Log, LogFields } from './log.ts';
export type { Counter, Gauge, Metrics } from './metrics.ts';
export { nameOf, parseName, parseSubmissionName, submissionName } from './names.ts';
export type { Collection } from './names.ts';
