export type { Consumer, ConsumerOptions, Outcome } from './consume.ts';
export { createConsumer } from './consume.ts';
export type { CloudEvent, Entry } from './envelope.ts';
export { decode, encode } from './envelope.ts';
export { WRITERS } from './expect.ts';
export { connectKafka } from './kafka.ts';
export { createPublisher } from './publish.ts';
export { ensureTopics, topicsFor } from './topics.ts';
