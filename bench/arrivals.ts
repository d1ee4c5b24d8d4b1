import { connectKafka } from '@cups/events';
import type { Platform } from '@cups/tools/platform';
import { nowMs } from './processes.ts';

/** Observes the published messages with a separate consumer. */

export interface Arrivals {
  /** Distinct message keys, `<application>-<agency>`. */
  deliveries: Set<string>;
  /** First appearance of an application on an agency topic, by the clock of nowMs. */
  applications: Map<string, number>;
  /** All messages, duplicates included. */
  messages(): number;
  /** Time of the last new delivery. */
  lastMs(): number;
  stop(): Promise<void>;
}

/** Creates a client that may read everything. */
export const createKafkaClient = ({ kafkaBrokers, kafkaAccess }: Platform) =>
  connectKafka(kafkaBrokers.split(','), 'cups-bench', kafkaAccess);

/** Resolves after joining, so that no measurement is late. */
export async function watchAgencies(platform: Platform, groupId: string, topics: string[]): Promise<Arrivals> {
  const consumer = createKafkaClient(platform).consumer({ groupId, allowAutoTopicCreation: false });
  const deliveries = new Set<string>();
  const applications = new Map<string, number>();
  let messages = 0;
  let last = 0;
  const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const seen = nowMs();
      for (const { key } of batch.messages) {
        messages += 1;
        const delivery = String(key);
        if (deliveries.has(delivery)) continue;
        deliveries.add(delivery);
        last = seen;
        // A delivery ID is its application's ULID and the agency.
        if (!applications.has(delivery.slice(0, 26))) applications.set(delivery.slice(0, 26), seen);
      }
      return Promise.resolve();
    },
  });
  await joined;
  return { deliveries, applications, messages: () => messages, lastMs: () => last, stop: () => consumer.disconnect() };
}

/** Reads a topic to its current end, and returns the applications with events of this type. */
export async function readSubjects(platform: Platform, topic: string, type: string): Promise<Set<string>> {
  const kafka = createKafkaClient(platform);
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map(
    (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => [partition, { low, high: BigInt(high) }]),
  );
  await admin.disconnect();
  const left = new Set([...ends].filter(([, { low, high }]) => BigInt(low) < high).map(([partition]) => partition));
  const subjects = new Set<string>();
  if (left.size === 0) return subjects;
  const consumer = kafka.consumer({ groupId: `${topic}-bench-count`, allowAutoTopicCreation: false });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
    consumer
      .run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          for (const { headers } of batch.messages) {
            if (String(headers?.['ce_type']) !== type) continue;
            subjects.add(String(headers?.['ce_subject']).replace('applications/', ''));
          }
          if (BigInt(batch.lastOffset()) + 1n >= ends.get(batch.partition)!.high) left.delete(batch.partition);
          if (left.size === 0) resolve();
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return subjects;
}
