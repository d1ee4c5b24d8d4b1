import { setTimeout as pause } from 'node:timers/promises';
import type { ReceivedEvent } from '@cups/contracts';
import type { Consumer } from 'kafkajs';
import type { KafkaAccess } from './access.ts';
import { readEvent } from './envelope.ts';
import { connectKafka } from './kafka.ts';

/** Kafka accepts no shorter one by default. */
const SESSION_TIMEOUT_MS = 6_000;

export interface ReadTailOptions {
  brokers: string[];
  access?: KafkaAccess | undefined;
  prefix: string;
  clientId: string;
  /** Group of the reader, without the prefix. It commits no offsets. */
  groupId: string;
  /** Topic of one partition, without the prefix. */
  topic: string;
  /** Number of offsets before the end; a compacted topic has fewer messages in them. */
  count: number;
  timeoutMs: number;
}

/**
 * Returns the last events of a topic of one partition, in order; invalid messages are left out.
 * @throws Error if Kafka is unavailable, the topic does not exist, or that takes longer than `timeoutMs`
 */
export async function readTail(options: ReadTailOptions): Promise<ReceivedEvent[]> {
  const { brokers, access, prefix, clientId, groupId, topic, count } = options;
  const kafka = connectKafka(brokers, clientId, access);
  const admin = kafka.admin();
  const consumer = kafka.consumer({
    groupId: prefix + groupId,
    allowAutoTopicCreation: false,
    // The group waits this long for the member that a killed process left. It ends before `timeoutMs` of the callers.
    sessionTimeout: SESSION_TIMEOUT_MS,
    retry: { retries: 2 },
  });
  try {
    await admin.connect();
    const [ends] = await admin.fetchTopicOffsets(prefix + topic);
    const end = Number(ends?.high ?? 0);
    const start = Math.max(Number(ends?.low ?? 0), end - count);
    if (start >= end) return [];
    await consumer.connect();
    return await readRange(consumer, { start, end }, options);
  } finally {
    await consumer.disconnect().catch(() => {});
    await admin.disconnect().catch(() => {});
  }
}

/** Reads the messages of these offsets, the last of which exists. */
async function readRange(
  consumer: Consumer,
  { start, end }: { start: number; end: number },
  { prefix, topic, timeoutMs }: ReadTailOptions,
): Promise<ReceivedEvent[]> {
  const found = new Map<number, ReceivedEvent | undefined>();
  const done = Promise.withResolvers<void>();
  const late = new AbortController();
  await consumer.subscribe({ topic: prefix + topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage({ partition, message }) {
      const offset = Number(message.offset);
      if (offset >= start) found.set(offset, readEvent(message, topic, partition).event);
      if (offset >= end - 1) done.resolve();
      return Promise.resolve();
    },
  });
  consumer.seek({ topic: prefix + topic, partition: 0, offset: String(start) });
  // Not before: `seek` throws for a consumer that could not join, and nobody would handle this rejection then.
  consumer.on('consumer.crash', ({ payload: { restart, error } }) => {
    if (!restart) done.reject(error);
  });
  void pause(timeoutMs, undefined, { signal: late.signal }).then(
    () => done.reject(new Error('The end of the topic was not reached in time.')),
    () => {},
  );
  await done.promise.finally(() => late.abort());
  return [...found.values()].filter((event) => event !== undefined);
}
