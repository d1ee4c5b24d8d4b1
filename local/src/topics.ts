import { setTimeout as pause } from 'node:timers/promises';

/** The used part of a Kafka admin client; kafkajs implements it. */
export interface TopicAdmin<T extends { topic: string }> {
  createTopics(options: { topics: T[]; waitForLeaders: boolean }): Promise<boolean>;
  fetchTopicMetadata(options: {
    topics: string[];
  }): Promise<{ topics: { name: string; partitions: { leader: number }[] }[] }>;
}

/** Transient errors: the broker does not know an acknowledged topic yet, or it has no leader. */
const RETRIABLE_ERRORS = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_CONTROLLER',
  'REQUEST_TIMED_OUT',
]);
const RETRY_INTERVAL_MS = 100;

/**
 * Creates topics and waits until every partition has a leader, which clients need. Existing ones stay unchanged.
 * Retries while a broker does not know a new topic yet.
 * @param timeoutMs maximum duration. Default 20,000
 * @throws the client's error if it is permanent or the time is over
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

/** An aggregate is retriable if each of its errors is; an existing topic is not an error. */
function isRetriable(error: unknown): boolean {
  const { errors, type = '', retriable, cause } = error as KafkaClientError;
  if (errors) return errors.every((one) => one.type === 'TOPIC_ALREADY_EXISTS' || isRetriable(one));
  // The client wraps the original error after its own retries.
  return retriable === true || RETRIABLE_ERRORS.has(type) || (cause !== undefined && isRetriable(cause));
}
