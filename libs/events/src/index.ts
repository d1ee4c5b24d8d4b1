export type { Consumer, ConsumerOptions, Outcome, Park } from './consume.ts';
export { createConsumer } from './consume.ts';
export type { CloudEvent, Entry } from './envelope.ts';
export { decode, encode } from './envelope.ts';
export type { Log, Metrics } from './kafka.ts';
export type { Publisher } from './publish.ts';
export { createPublisher } from './publish.ts';
export type { Topic } from './topics.ts';
export { ensureTopics, topicsFor } from './topics.ts';
