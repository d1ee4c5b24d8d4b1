import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReceivedEvent } from '@cups/contracts';
import { connectKafka, decode, denialIn } from '@cups/events';
import type { Parts } from './parts.ts';

/** Where Kafka and its readers stood: from there a restored store catches up. */
export interface Positions {
  /** The cluster's own id: offsets mean nothing in another one. */
  cluster: string;
  /** What each group had committed. */
  groups: { group: string; topic: string; partition: number; offset: string }[];
  /** Where the topics of the platform ended. */
  ends: Ends;
}
/** By topic: the offset after the last message of each partition. Names with the prefix. */
export type Ends = Record<string, { partition: number; offset: string }[]>;

/** ms */
const PATIENCE_MS = 20_000;
const AGAIN_MS = 250;

type Admin = ReturnType<ReturnType<typeof connectKafka>['admin']>;

const isOurs = (name: string, prefix: string): boolean =>
  ['cups.', 'agency.', 'training.'].some((begin) => name.startsWith(prefix + begin));

/** Work that may be done again: a broker that has just started refuses for some seconds what concerns groups. */
async function withAdmin<T>({ brokers, access }: Parts, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = connectKafka(brokers, 'cups-backup', access).admin();
  const end = Date.now() + PATIENCE_MS;
  try {
    await admin.connect().catch((error: unknown) => {
      const denial = denialIn(error, { brokers, access, does: 'administer' });
      throw new Error(denial ?? `Kafka does not answer at ${brokers.join(', ')}.`);
    });
    for (;;) {
      try {
        return await work(admin);
      } catch (error) {
        if (!(error as { retriable?: boolean }).retriable || Date.now() > end) throw error;
        await pause(AGAIN_MS);
      }
    }
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** Groups of the services whose stores are kept; the groups of agencies are their own. */
export function serviceOfGroup(group: string, prefix: string, services: readonly string[]): string | undefined {
  const isOf = (service: string, end: string) =>
    end === service || end === `${service}-training` || end.startsWith(`${service}-replies-`);
  if (!group.startsWith(prefix)) return undefined;
  return services.find((service) => isOf(service, group.slice(prefix.length)));
}

export function readPositions(parts: Parts, services: readonly string[]): Promise<Positions> {
  return withAdmin(parts, async (admin) => {
    const { clusterId: cluster } = await admin.describeCluster();
    const topics = (await admin.listTopics()).filter((name) => isOurs(name, parts.prefix));
    const groups: Positions['groups'] = [];
    for (const { groupId: group } of (await admin.listGroups()).groups) {
      if (!serviceOfGroup(group, parts.prefix, services)) continue;
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId: group, topics })) {
        for (const { partition, offset } of partitions) {
          if (Number(offset) >= 0) groups.push({ group, topic, partition, offset });
        }
      }
    }
    const ends: Ends = {};
    for (const topic of topics) {
      ends[topic] = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({ partition, offset: high }));
    }
    return { cluster, groups, ends };
  });
}

/** @throws Error naming the groups of these services that have a member: somebody consumes */
export function mustBeAtRest(parts: Parts, services: readonly string[]): Promise<void> {
  return withAdmin(parts, async (admin) => {
    const ids = (await admin.listGroups()).groups
      .map(({ groupId }) => groupId)
      .filter((group) => serviceOfGroup(group, parts.prefix, services));
    if (ids.length === 0) return;
    const { groups } = await admin.describeGroups(ids);
    const busy = groups.filter(({ members }) => members.length > 0).map(({ groupId }) => groupId);
    if (busy.length === 0) return;
    throw new Error(`Services are running (consumer groups ${busy.join(', ')}): stop them first. Nothing was changed.`);
  });
}

/**
 * Sets the groups of these services to where they stood, so that they read again what their stores do not know any more; what these
 * know already is a repeat. In another cluster nothing is set: groups begin with what is there.
 * @returns whether it is the cluster of the backup
 */
export function rewind(parts: Parts, { cluster, groups }: Positions, services: readonly string[]): Promise<boolean> {
  return withAdmin(parts, async (admin) => {
    if ((await admin.describeCluster()).clusterId !== cluster) return false;
    const ours = groups.filter(({ group }) => serviceOfGroup(group, parts.prefix, services));
    const known = new Set(ours.map(({ group }) => group));
    // A group that came after the backup begins anew.
    const later = (await admin.listGroups()).groups
      .map(({ groupId }) => groupId)
      .filter((group) => serviceOfGroup(group, parts.prefix, services) && !known.has(group));
    if (later.length > 0) await admin.deleteGroups(later);
    // Groups at once: setting one takes seconds, for it is joined.
    await Promise.all(
      [...Map.groupBy(ours, ({ group }) => group)].map(async ([groupId, rows]) => {
        for (const [topic, partitions] of Map.groupBy(rows, (row) => row.topic)) {
          await admin.setOffsets({
            groupId,
            topic,
            partitions: partitions.map(({ partition, offset }) => ({ partition, offset })),
          });
        }
      }),
    );
    return true;
  });
}

/**
 * Reads topics from `from`, or from their beginning, to where they end now; in the order of each partition. What is no event of
 * the platform's form is left out.
 */
export async function readEvents(parts: Parts, topics: string[], from: Ends = {}): Promise<ReceivedEvent[]> {
  const ends = await withAdmin(parts, async (admin) => {
    const there = new Set(await admin.listTopics());
    const found: { topic: string; partition: number; low: number; high: number }[] = [];
    for (const topic of topics.filter((name) => there.has(name))) {
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        const begin = from[topic]?.find((one) => one.partition === partition)?.offset ?? low;
        found.push({ topic, partition, low: Math.max(Number(low), Number(begin)), high: Number(high) });
      }
    }
    return found.filter(({ low, high }) => low < high);
  });
  return ends.length === 0 ? [] : readTo(parts, ends);
}

/** kafkajs reads in groups only: one that is forgotten afterwards. */
async function readTo(
  parts: Parts,
  ends: { topic: string; partition: number; low: number; high: number }[],
): Promise<ReceivedEvent[]> {
  const groupId = `${parts.prefix}cups-restore-${randomUUID()}`;
  const consumer = connectKafka(parts.brokers, groupId, parts.access).consumer({
    groupId,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
    retry: { retries: 10 },
  });
  const events: ReceivedEvent[] = [];
  const open = new Map(ends.map((end) => [`${end.topic} ${end.partition}`, end]));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...new Set(ends.map(({ topic }) => topic))], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        const { topic, partition, messages } = batch;
        const end = open.get(`${topic} ${partition}`);
        if (!end) return Promise.resolve();
        for (const message of messages) {
          if (Number(message.offset) < end.low || Number(message.offset) >= end.high) continue;
          const event = decode(message, topic.slice(parts.prefix.length), partition);
          if (event) events.push(event);
        }
        if (Number(batch.lastOffset()) >= end.high - 1) open.delete(`${topic} ${partition}`);
        if (open.size === 0) resolve();
        return Promise.resolve();
      },
    });
    for (const { topic, partition, low } of ends) consumer.seek({ topic, partition, offset: String(low) });
    await promise;
    return events;
  } finally {
    await consumer.disconnect();
    await withAdmin(parts, (admin) => admin.deleteGroups([groupId])).catch(() => {});
  }
}

/** How many messages each service has still to read. */
export async function lagOf(parts: Parts, services: readonly string[]): Promise<Record<string, number>> {
  const { groups, ends } = await readPositions(parts, services);
  const lag: Record<string, number> = Object.fromEntries(services.map((service) => [service, 0]));
  for (const { group, topic, partition, offset } of groups) {
    const service = serviceOfGroup(group, parts.prefix, services);
    const end = ends[topic]?.find((one) => one.partition === partition)?.offset ?? offset;
    if (service) lag[service]! += Math.max(0, Number(end) - Number(offset));
  }
  return lag;
}
