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

/** Services that publish entries for the journal, each on a topic of its own, `cups.journal.<service>`. */
export const JOURNAL_SOURCES = ['intake', 'identity', 'documents', 'notifications', 'agency-bridge'] as const;

/** Returns the topic of a service's entries, without the prefix. */
export const journalTopic = (service: string): string => `cups.journal.${service}`;

/** Topic of the journal's signed checkpoints, without the prefix. Agencies may read it. */
export const CHECKPOINTS_TOPIC = 'cups.checkpoints';

/**
 * Days of the topics from which a restore repeats erasures, revocations and entries. Backups of keys live at most 35 days.
 */
const REPEATED_RETENTION_DAYS = 40;

/** Days that entries wait for the journal. */
export const JOURNAL_RETENTION_DAYS = REPEATED_RETENTION_DAYS;

/** Days that requests and replies stay in the topics of an agency, and in those of trainings. */
export const AGENCY_RETENTION_DAYS = 90;
export const TRAINING_RETENTION_DAYS = 30;

/** One process reads all entries, so more partitions would only make batches smaller. */
const ENTRY_PARTITIONS = 1;

const daysToMs = (count: number) => String(count * 24 * 60 * 60 * 1_000);

/** Reference data: one partition, of which Kafka keeps the newest message of each key. */
const registryTopic = (name: string): Topic => ({
  name,
  partitions: 1,
  config: { 'cleanup.policy': 'compact', 'retention.ms': '-1' },
});

const streamTopic = (name: string, partitions: number, retentionDays: number): Topic => ({
  name,
  partitions,
  config: { 'cleanup.policy': 'delete', 'retention.ms': daysToMs(retentionDays) },
});

/** Returns the two topics of an agency, retained 90 days. The bridge writes requests, the agency replies. */
export const buildAgencyTopics = (prefix: string, code: string, partitions: number): Topic[] => [
  streamTopic(`${prefix}agency.${code}.requests`, partitions, AGENCY_RETENTION_DAYS),
  streamTopic(`${prefix}agency.${code}.replies`, partitions, AGENCY_RETENTION_DAYS),
];

/** Returns the two training topics of all agencies. The bridge writes requests, the simulator replies. */
export const buildTrainingTopics = (prefix: string, partitions: number): Topic[] => [
  streamTopic(`${prefix}training.requests`, partitions, TRAINING_RETENTION_DAYS),
  streamTopic(`${prefix}training.replies`, partitions, TRAINING_RETENTION_DAYS),
];

/**
 * Returns all topics, each with one producer. Retention: deliveries and training streams 30 days; applications,
 * documents, mandates and entries 40; agency streams 90; registries are compacted. Entries have one partition.
 */
export function buildTopics(
  prefix: string,
  { partitions, agencies }: { partitions: number; agencies: string[] },
): Topic[] {
  return [
    streamTopic(`${prefix}cups.applications`, partitions, REPEATED_RETENTION_DAYS), // intake
    streamTopic(`${prefix}cups.deliveries`, partitions, 30), // agency-bridge
    streamTopic(`${prefix}cups.documents`, partitions, REPEATED_RETENTION_DAYS), // documents
    streamTopic(`${prefix}cups.mandates`, partitions, REPEATED_RETENTION_DAYS), // identity
    registryTopic(`${prefix}cups.centres`), // identity
    ...JOURNAL_SOURCES.map((service) =>
      streamTopic(prefix + journalTopic(service), ENTRY_PARTITIONS, REPEATED_RETENTION_DAYS),
    ),
    registryTopic(prefix + CHECKPOINTS_TOPIC), // journal
    ...buildTrainingTopics(prefix, partitions),
    ...agencies.flatMap((code) => buildAgencyTopics(prefix, code, partitions)),
  ];
}

/** Returns the topics that the broker lacks. */
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
 * Checks the topics once and creates missing ones with `create`. Existing topics stay unchanged.
 * @returns the topics still missing and the broker's error name, such as TOPIC_AUTHORIZATION_FAILED
 * @throws Error of kafkajs if the broker is unavailable or denies access; see `explainKafkaError`
 */
export async function reconcileTopics(options: {
  brokers: string[];
  access?: KafkaAccess | undefined;
  topics: Topic[];
  create: boolean;
  /** Default -1: the broker's own setting. */
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
 * Creates missing topics and retries until they exist. Existing topics stay unchanged.
 * @throws Error if that takes longer than `timeoutMs` (default 15,000)
 */
export async function ensureTopics(options: {
  brokers: string[];
  access?: KafkaAccess | undefined;
  prefix: string;
  partitions: number;
  agencies: string[];
  /** Default -1: the broker's own setting. */
  replicationFactor?: number;
  timeoutMs?: number;
}): Promise<void> {
  const { brokers, access, prefix, replicationFactor = -1, timeoutMs = 15_000 } = options;
  const topics = buildTopics(prefix, options);
  const end = Date.now() + timeoutMs;
  const retryDelay = backoff(RETRY_BACKOFF);
  for (;;) {
    const result = await reconcileTopics({ brokers, access, topics, create: true, replicationFactor }).catch(
      (error: unknown) => ({ missing: topics, reason: getErrorCode(error) }),
    );
    if (result.missing.length === 0) return;
    if (Date.now() > end) {
      const denial = explainDenial(result.reason, { brokers, access, operation: 'administer' });
      throw new Error(denial ?? `The topics could not be created: ${result.reason}`);
    }
    await pause(retryDelay.next());
  }
}
