import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import type { Admin } from 'kafkajs';
import { explainDenial, type KafkaAccess } from './access.ts';
import { connectKafka, getErrorCode, RETRY_BACKOFF } from './kafka.ts';

export interface Topic {
  /** With the prefix. */
  name: string;
  partitions: number;
  config: { 'cleanup.policy': 'delete' | 'compact'; 'retention.ms': string };
}

const daysToMs = (count: number) => String(count * 24 * 60 * 60 * 1_000);

const streamTopic = (name: string, partitions: number, retentionDays: number): Topic => ({
  name,
  partitions,
  config: { 'cleanup.policy': 'delete', 'retention.ms': daysToMs(retentionDays) },
});

/** The two topics of an agency, kept 90 days: requests are written by the bridge, replies by the agency. */
export const buildAgencyTopics = (prefix: string, code: string, partitions: number): Topic[] => [
  streamTopic(`${prefix}agency.${code}.requests`, partitions, 90),
  streamTopic(`${prefix}agency.${code}.replies`, partitions, 90),
];

/** The two topics of trainings, one pair for all agencies: requests are written by the bridge, replies by the simulator. */
export const buildTrainingTopics = (prefix: string, partitions: number): Topic[] => [
  streamTopic(`${prefix}training.requests`, partitions, 30),
  streamTopic(`${prefix}training.replies`, partitions, 30),
];

/** All topics: internal streams and those of trainings are kept 30 days, those of agencies 90, registries are compacted. One producer for each. */
export function buildTopics(
  prefix: string,
  { partitions, agencies }: { partitions: number; agencies: string[] },
): Topic[] {
  return [
    streamTopic(`${prefix}cups.applications`, partitions, 30), // intake
    streamTopic(`${prefix}cups.deliveries`, partitions, 30), // agency-bridge
    {
      name: `${prefix}cups.centres`, // identity
      partitions: 1,
      config: { 'cleanup.policy': 'compact', 'retention.ms': '-1' },
    },
    ...buildTrainingTopics(prefix, partitions),
    ...agencies.flatMap((code) => buildAgencyTopics(prefix, code, partitions)),
  ];
}

/** Those of the topics that the broker does not have. */
async function findMissingTopics(admin: Admin, topics: Topic[]): Promise<Topic[]> {
  const existing = new Set(await admin.listTopics());
  return topics.filter(({ name }) => !existing.has(name));
}

async function createTopics(admin: Admin, topics: Topic[], replicationFactor: number): Promise<void> {
  await admin.createTopics({
    waitForLeaders: true,
    topics: topics.map(({ name, partitions, config }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor,
      configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
    })),
  });
}

/**
 * Looks once whether the topics are there, and creates those that are missing if it may; those that exist are left as they are.
 * @returns what is missing then, and the broker's word for why, such as TOPIC_AUTHORIZATION_FAILED
 * @throws Error of kafkajs when the broker is away or denies to be asked: `denialIn` says it in words
 */
export async function reconcileTopics(options: {
  brokers: string[];
  access?: KafkaAccess | undefined;
  topics: Topic[];
  create: boolean;
  /** Default -1: the broker's own. */
  replicationFactor?: number;
}): Promise<{ missing: Topic[]; reason: string }> {
  const { brokers, access, topics, create, replicationFactor = -1 } = options;
  const admin = connectKafka(brokers, 'cups-topics', access).admin();
  try {
    await admin.connect();
    let missing = await findMissingTopics(admin, topics);
    let reason = '';
    if (create && missing.length > 0) {
      reason = await createTopics(admin, missing, replicationFactor).then(() => '', getErrorCode);
      missing = await findMissingTopics(admin, topics);
    }
    return { missing, reason };
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/**
 * Creates the topics of the list that are missing; those that exist are left as they are.
 * @throws Error when the broker stays away for `timeoutMs` (default 15,000)
 */
export async function ensureTopics(options: {
  brokers: string[];
  access?: KafkaAccess | undefined;
  prefix: string;
  partitions: number;
  agencies: string[];
  /** Default -1: the broker's own. */
  replicationFactor?: number;
  timeoutMs?: number;
}): Promise<void> {
  const { brokers, access, prefix, replicationFactor = -1, timeoutMs = 15_000 } = options;
  const topics = buildTopics(prefix, options);
  const end = Date.now() + timeoutMs;
  const waits = backoff(RETRY_BACKOFF);
  for (;;) {
    const result = await reconcileTopics({ brokers, access, topics, create: true, replicationFactor }).catch(
      (error: unknown) => ({ missing: topics, reason: getErrorCode(error) }),
    );
    if (result.missing.length === 0) return;
    if (Date.now() > end) {
      const denial = explainDenial(result.reason, { brokers, access, operation: 'administer' });
      throw new Error(denial ?? `The topics could not be created: ${result.reason}`);
    }
    await pause(waits.next());
  }
}
