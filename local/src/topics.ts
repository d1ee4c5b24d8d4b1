import { setTimeout as pause } from 'node:timers/promises';

/** What is needed of a client's administrator: kafkajs's fits. */
export interface TopicAdmin<T extends { topic: string }> {
  createTopics(options: { topics: T[]; waitForLeaders: boolean }): Promise<boolean>;
  fetchTopicMetadata(options: {
    topics: string[];
  }): Promise<{ topics: { name: string; partitions: { leader: number }[] }[] }>;
}

/** Kafka is not as far yet: it has acknowledged a topic of which this broker does not know, or which has no leader. */
const RETRIABLE_ERRORS = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_CONTROLLER',
  'REQUEST_TIMED_OUT',
]);
const RETRY_INTERVAL_MS = 100;

/**
 * Makes topics, and waits until every partition of them has a leader: only then can they be used. Those that exist are left as they
 * are. A broker that was just told of a topic may answer that it does not host it: that is asked again.
 * @param timeoutMs how long at most. Default 20,000
 * @throws Error the client's own, when it is another one or the time is over
 */
export async function createTopicsAndWait<T extends { topic: string }>(
  admin: TopicAdmin<T>,
  topics: T[],
  timeoutMs = 20_000,
): Promise<void> {
  if (topics.length === 0) return;
  const end = Date.now() + timeoutMs;
  const names = topics.map(({ topic }) => topic);
  for (;;) {
    try {
      await admin.createTopics({ topics, waitForLeaders: false });
      const found = await admin.fetchTopicMetadata({ topics: names });
      const isServed = found.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
      if (isServed && found.topics.length === names.length) return;
      if (Date.now() > end) throw new Error(`Topics have no leader after ${timeoutMs} ms: ${names.join(', ')}.`);
    } catch (error) {
      if (!isRetriable(error) || Date.now() > end) throw error;
    }
    await pause(RETRY_INTERVAL_MS);
  }
}

interface KafkaClientError {
  type?: string;
  retriable?: boolean;
  errors?: KafkaClientError[];
  cause?: unknown;
}

/** Of several errors at once each must be one that passes; that a topic is there already is none. */
function isRetriable(error: unknown): boolean {
  const { errors, type = '', retriable, cause } = error as KafkaClientError;
  if (errors) return errors.every((one) => one.type === 'TOPIC_ALREADY_EXISTS' || isRetriable(one));
  // One that the client has given up names what it tried.
  return retriable === true || RETRIABLE_ERRORS.has(type) || (cause !== undefined && isRetriable(cause));
}
