/** The agency contract as code: what an agency and the platform say to each other, and how it travels. */
export * from './messages.ts';
export * from './validate.ts';
export * from './cloudevents.ts';
export * from './kafka.ts';
export { openForReaders } from './readers.ts';
export { SCHEMAS } from './schemas.ts';
