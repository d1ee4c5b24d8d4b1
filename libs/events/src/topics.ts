import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import { connectKafka, failureOf, RETRY } from './kafka.ts';

export interface Topic {
  /** With the prefix. */
  name: string;
  partitions: number;
  config: { 'cleanup.policy': 'delete' | 'compact'; 'retention.ms': string };
}

const days = (count: number) => String(count * 24 * 60 * 60 * 1_000);

/**
 * The one list of topics: internal streams 30 days, agency topics 90 days, registries compacted. One
 * producer for each.
 */
export function topicsFor(
  prefix: string,
  { partitions, agencies }: { partitions: number; agencies: string[] },
): Topic[] {
  const stream = (name: string, kept: number): Topic => ({
    name: prefix + name,
    partitions,
    config: { 'cleanup.policy': 'delete', 'retention.ms': days(kept) },
  });
  return [
    stream('cups.applications', 30), // intake
    stream('cups.deliveries', 30), // agency-bridge
    {
      name: `${prefix}cups.centres`, // identity
      partitions: 1,
      config: { 'cleanup.policy': 'compact', 'retention.ms': '-1' },
    },
    ...agencies.flatMap((code) => [
      stream(`agency.${code}.requests`, 90), // agency-bridge
      stream(`agency.${code}.replies`, 90), // the agency
    ]),
  ];
}

/**
 * Creates the topics of the list that are missing; those that exist are left as they are.
 * @throws Error when the broker stays away for `timeoutMs` (default 15,000)
 */
export async function ensureTopics(options: {
  brokers: string[];
  prefix: string;
  partitions: number;
  agencies: string[];
  /** Default -1: the broker's own. */
  replicationFactor?: number;
  timeoutMs?: number;
}): Promise<void> {
  const { brokers, prefix, replicationFactor = -1, timeoutMs = 15_000 } = options;
  const admin = connectKafka(brokers, 'cups-topics').admin();
  const end = Date.now() + timeoutMs;
  const waits = backoff(RETRY);
  try {
    for (;;) {
      try {
        await admin.connect();
        const existing = new Set(await admin.listTopics());
        const missing = topicsFor(prefix, options).filter(({ name }) => !existing.has(name));
        if (missing.length === 0) return;
        await admin.createTopics({
          waitForLeaders: true,
          topics: missing.map(({ name, partitions, config }) => ({
            topic: name,
            numPartitions: partitions,
            replicationFactor,
            configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
          })),
        });
      } catch (error) {
        if (Date.now() > end) throw new Error(`The topics could not be created: ${failureOf(error)}`, { cause: error });
        await pause(waits.next());
      }
    }
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
