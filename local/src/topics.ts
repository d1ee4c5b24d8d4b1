import { setTimeout as pause } from 'node:timers/promises';

/** What is needed of a client's administrator: kafkajs's fits. */
export interface TopicAdmin<T extends { topic: string }> {
  createTopics(options: { topics: T[]; waitForLeaders: boolean }): Promise<boolean>;
  fetchTopicMetadata(options: {
    topics: string[];
  }): Promise<{ topics: { name: string; partitions: { leader: number }[] }[] }>;
}

/** Kafka is not as far yet: it has acknowledged a topic of which this broker does not know, or which has no leader. */
const NOT_YET = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_CONTROLLER', 'REQUEST_TIMED_OUT']);
const AGAIN_MS = 100;

/**
 * Makes topics, and waits until every partition of them has a leader: only then can they be used. Those that exist are left as they
 * are. A broker that was just told of a topic may answer that it does not host it: that is asked again.
 * @param timeoutMs how long at most. Default 20,000
 * @throws Error the client's own, when it is another one or the time is over
 */
export async function makeTopics<T extends { topic: string }>(
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
      if (!isNotYet(error) || Date.now() > end) throw error;
    }
    await pause(AGAIN_MS);
  }
}

interface Failure {
  type?: string;
  retriable?: boolean;
  errors?: Failure[];
  cause?: unknown;
}

/** Of several errors at once each must be one that passes; that a topic is there already is none. */
function isNotYet(error: unknown): boolean {
  const { errors, type = '', retriable, cause } = error as Failure;
  if (errors) return errors.every((one) => one.type === 'TOPIC_ALREADY_EXISTS' || isNotYet(one));
  // One that the client has given up names what it tried.
  return retriable === true || NOT_YET.has(type) || (cause !== undefined && isNotYet(cause));
}
