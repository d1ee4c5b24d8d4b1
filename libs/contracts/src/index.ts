export { backoff, backoffMs } from './backoff.ts';
export type { Backoff, BackoffOptions } from './backoff.ts';
export { toFormerRequest } from './former-requests.ts';
export { MAX_REPLICA_LAG_MS, DataVersions } from './data-versions.ts';
export { boundDeskTime, MAX_OFFLINE_HOURS, occurTimeOf } from './desk-time.ts';
export type { DeskTime } from './desk-time.ts';
export type { Event, ReceivedEvent, StoredEvent } from './event.ts';
export { instantOf, isClientUlid, isUlid, isUuid, MAX_ID_LEAD_DAYS, parseRequestId } from './formats.ts';
export { LOG_NUMBERS, LOG_TEXTS } from './log.ts';
export type { Log, LogFields } from './log.ts';
export type { Counter, Gauge, Metrics } from './metrics.ts';
export type { Refusal, RefusalDetail, RefusedMessage } from './refusal.ts';
export {
  complaintName,
  isResourceName,
  parseResourceName,
  messageName,
  parseMessageName,
  parseSubmissionName,
  resourceName,
  submissionName,
} from './resource-names.ts';
export type { ResourceCollection } from './resource-names.ts';
export { runInSpan, SPAN_ATTRIBUTES } from './tracer.ts';
export type { Span, SpanAttributes, SpanKind, Tracer } from './tracer.ts';
