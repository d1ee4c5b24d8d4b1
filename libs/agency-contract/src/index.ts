/** The agency contract as code: messages, their validation and their transport. */
export * from './messages.ts';
export * from './refusals.ts';
export * from './delivery-lifecycle.ts';
export * from './validate.ts';
export * from './centres.ts';
export * from './checkpoints.ts';
export { parseContent, readAttributes, readContent } from './cloudevents.ts';
export type { ParsedContent } from './cloudevents.ts';
export { fromMessage, findCloudEventViolations, textHeaders, toMessage, toPayload } from './kafka.ts';
export type { IncomingMessage, OutgoingMessage } from './kafka.ts';
export { openForReaders } from './readers.ts';
export { SCHEMAS } from './schemas.ts';
export type { Violation } from './violations.ts';
