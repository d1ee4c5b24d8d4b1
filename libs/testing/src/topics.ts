import { randomUUID } from 'node:crypto';
import type { Event, ReceivedEvent } from '@cups/contracts';
import { connectKafka, createPublisher, decode, getErrorCode } from '@cups/events';
import type { TestInfrastructure } from './platform.ts';
import { eventually } from './platform.ts';

import { silentLog } from './services.ts';

/** Creates an event with defaults for everything the test does not set. */
export function createEvent(given: Partial<Event> & { topic: string; key: string; type: string }): Event {
  return {
    id: randomUUID(),
    subject: given.key,
    sequence: null,
    time: new Date(),
    correlationId: '',
    causationId: '',
    contentType: 'application/protobuf',
    source: '/cups/test',
    data: Buffer.alloc(0),
    ...given,
  };
}

/** Publishes events and waits for the acknowledgement; topics without the prefix. */
export async function publishEvents(
  { brokers, prefix }: Pick<TestInfrastructure, 'brokers' | 'prefix'>,
  events: Event[],
): Promise<void> {
  const publisher = createPublisher({ brokers, clientId: 'test', prefix, log: silentLog });
  try {
    const { rejected, later } = await whenLed(() => publisher.publish(events));
    if (rejected.length + later.length > 0) throw new Error(`not published: ${rejected[0]?.cause ?? 'topic missing'}`);
  } finally {
    await publisher.stop();
  }
}

/** Calls again while a broker does not lead a partition yet, as for a short time after the topic was created. */
async function whenLed<T>(call: () => Promise<T>): Promise<T> {
  const attempt = await eventually(() =>
    call().then(
      (result) => ({ result }),
      (error: unknown) => (getErrorCode(error) === 'NOT_LEADER_FOR_PARTITION' ? undefined : { error }),
    ),
  );
  if ('error' in attempt) throw attempt.error;
  return attempt.result;
}

/** Sends bytes that need not be a valid event. */
export async function produceRaw(
  { brokers, prefix }: Pick<TestInfrastructure, 'brokers' | 'prefix'>,
  topic: string,
  messages: { key: string | null; value: Buffer | string | null; headers?: Record<string, string> }[],
): Promise<void> {
  const producer = connectKafka(brokers, 'test').producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({ topic: prefix + topic, messages });
  } finally {
    await producer.disconnect();
  }
}

type Consumer = ReturnType<ReturnType<typeof connectKafka>['consumer']>;
type ConsumerRunConfig = Parameters<Consumer['run']>[0];

/**
 * Connects and runs a consumer, and returns when it is in its group. `run` of kafkajs succeeds though it could not join, as in a
 * Kafka that has just started: it has no group coordinator until it has made the topic of offsets.
 * @returns the error that ended the consumer later, if one did
 * @throws the error that keeps it from joining
 */
async function runJoined(consumer: Consumer, config: ConsumerRunConfig): Promise<{ error?: Error }> {
  const crash: { error?: Error } = {};
  let isJoined = false;
  consumer.on('consumer.group_join', () => (isJoined = true));
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) crash.error = payload.error;
  });
  await eventually(async () => {
    delete crash.error;
    await consumer.connect();
    await consumer.run(config);
    await eventually(() => isJoined || crash.error !== undefined);
    return isJoined || getErrorCode(crash.error) !== 'KafkaJSGroupCoordinatorNotFound';
  });
  if (!isJoined) throw crash.error ?? new Error('The consumer did not join its group.');
  return crash;
}

/**
 * Reads topics from the beginning in a group of its own. `events` grows; `until` waits for a condition. `garbage`
 * counts invalid events.
 */
export async function readTopic(
  { brokers, prefix }: Pick<TestInfrastructure, 'brokers' | 'prefix'>,
  ...topics: string[]
): Promise<{
  events: ReceivedEvent[];
  garbage: () => number;
  until(fits: (events: ReceivedEvent[]) => boolean, timeoutMs?: number): Promise<ReceivedEvent[]>;
  stop(): Promise<void>;
}> {
  const events: ReceivedEvent[] = [];
  let garbageCount = 0;
  const consumer = connectKafka(brokers, 'test').consumer({
    groupId: `test-${randomUUID()}`,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
  });
  await consumer.subscribe({ topics: topics.map((topic) => prefix + topic), fromBeginning: true });
  const crash = await runJoined(consumer, {
    autoCommit: false,
    eachMessage({ topic, partition, message }) {
      const event = decode(message, topic.slice(prefix.length), partition);
      if (event) events.push(event);
      else garbageCount += 1;
      return Promise.resolve();
    },
  });
  return {
    events,
    garbage: () => garbageCount,
    async until(fits, timeoutMs = 15_000) {
      await eventually(() => crash.error !== undefined || fits(events), { timeoutMs });
      if (crash.error && !fits(events)) throw new Error('The reader ended.', { cause: crash.error });
      return events;
    },
    stop: () => consumer.disconnect(),
  };
}
