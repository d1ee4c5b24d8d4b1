import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReceivedEvent } from '@cups/contracts';
import { connectKafka, decode, explainKafkaError } from '@cups/events';
import type { BackupConnections } from './connections.ts';

/** Where Kafka and its readers stood: from there a restored store catches up. */
export interface Positions {
  /** The cluster's own id: offsets mean nothing in another one. */
  cluster: string;
  /** What each group had committed. A partition that is not listed was not committed: its group begins at its beginning. */
  groups: GroupOffset[];
  /** Where the topics of the platform ended. */
  ends: Ends;
}

/** Where a group goes on in a partition. Names with the prefix. */
export interface GroupOffset {
  group: string;
  topic: string;
  partition: number;
  offset: string;
}

/** By topic: the offset after the last message of each partition. Names with the prefix. */
export type Ends = Record<string, { partition: number; offset: string }[]>;

/** ms */
const REST_TIMEOUT_MS = 20_000;
const RETRY_INTERVAL_MS = 250;

type Admin = ReturnType<ReturnType<typeof connectKafka>['admin']>;

const hasPrefix = (name: string, prefix: string): boolean =>
  ['cups.', 'agency.', 'training.'].some((begin) => name.startsWith(prefix + begin));

/** Work that may be done again: a broker that has just started refuses for some seconds what concerns groups. */
async function withAdmin<T>({ brokers, access }: BackupConnections, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = connectKafka(brokers, 'cups-backup', access).admin();
  const end = Date.now() + REST_TIMEOUT_MS;
  try {
    await admin.connect().catch((error: unknown) => {
      const denial = explainKafkaError(error, { brokers, access, operation: 'administer' });
      throw new Error(denial ?? `Kafka does not answer at ${brokers.join(', ')}.`);
    });
    for (;;) {
      try {
        return await work(admin);
      } catch (error) {
        if (!(error as { retriable?: boolean }).retriable || Date.now() > end) throw error;
        await pause(RETRY_INTERVAL_MS);
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

export function readPositions(parts: BackupConnections, services: readonly string[]): Promise<Positions> {
  return withAdmin(parts, async (admin) => {
    const { clusterId: cluster } = await admin.describeCluster();
    const topics = (await admin.listTopics()).filter((name) => hasPrefix(name, parts.prefix));
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
export function assertAtRest(parts: BackupConnections, services: readonly string[]): Promise<void> {
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
 * know already is a repeat. A partition that the backup does not list had no committed offset, and is read from its beginning: its
 * offset of today would skip events that the restored store has never counted. In another cluster nothing is set.
 * @returns whether it is the cluster of the backup
 */
export function rewind(
  parts: BackupConnections,
  { cluster, groups }: Positions,
  services: readonly string[],
): Promise<boolean> {
  return withAdmin(parts, async (admin) => {
    if ((await admin.describeCluster()).clusterId !== cluster) return false;
    const ours = groups.filter(({ group }) => serviceOfGroup(group, parts.prefix, services));
    const there = (await admin.listGroups()).groups
      .map(({ groupId }) => groupId)
      .filter((group) => serviceOfGroup(group, parts.prefix, services));
    // First all are forgotten: should this end half-way, groups repeat from the beginning and skip nothing.
    if (there.length > 0) await admin.deleteGroups(there);
    await setOffsets(admin, ours);
    return true;
  });
}

/** Sets groups that have no member to these offsets; what is not listed stays as it is. */
export const setGroupOffsets = (parts: BackupConnections, offsets: readonly GroupOffset[]): Promise<void> =>
  withAdmin(parts, (admin) => setOffsets(admin, offsets));

/** Groups at once: setting one takes seconds, for it is joined. */
async function setOffsets(admin: Admin, offsets: readonly GroupOffset[]): Promise<void> {
  await Promise.all(
    [...Map.groupBy(offsets, ({ group }) => group)].map(async ([groupId, rows]) => {
      for (const [topic, partitions] of Map.groupBy(rows, (row) => row.topic)) {
        const places = partitions.map(({ partition, offset }) => ({ partition, offset }));
        await admin.setOffsets({ groupId, topic, partitions: places });
      }
    }),
  );
}

/**
 * Reads topics from `from`, or from their beginning, to where they end now; in the order of each partition. What is no event of
 * the platform's form is left out.
 */
export async function readEvents(
  parts: BackupConnections,
  topics: string[],
  from: Ends = {},
): Promise<ReceivedEvent[]> {
  const events: ReceivedEvent[] = [];
  await forEachEvent(parts, topics, (event) => events.push(event), from);
  return events;
}

/** As `readEvents`, one event after the other, so that whoever needs little of each keeps little. */
export async function forEachEvent(
  parts: BackupConnections,
  topics: string[],
  take: (event: ReceivedEvent) => void,
  from: Ends = {},
): Promise<void> {
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
  if (ends.length > 0) await readUntil(parts, ends, take);
}

/** kafkajs reads in groups only: one that is forgotten afterwards. */
async function readUntil(
  parts: BackupConnections,
  ends: { topic: string; partition: number; low: number; high: number }[],
  take: (event: ReceivedEvent) => void,
): Promise<void> {
  const groupId = `${parts.prefix}cups-restore-${randomUUID()}`;
  const consumer = connectKafka(parts.brokers, groupId, parts.access).consumer({
    groupId,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
    retry: { retries: 10 },
  });
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
          if (event) take(event);
        }
        if (Number(batch.lastOffset()) >= end.high - 1) open.delete(`${topic} ${partition}`);
        if (open.size === 0) resolve();
        return Promise.resolve();
      },
    });
    for (const { topic, partition, low } of ends) consumer.seek({ topic, partition, offset: String(low) });
    await promise;
  } finally {
    await consumer.disconnect();
    await withAdmin(parts, (admin) => admin.deleteGroups([groupId])).catch(() => {});
  }
}

/** A group of a service, and the topic that it reads. Names with the prefix. */
export interface GroupSubscription {
  group: string;
  service: string;
  topic: string;
}

/** Who reads which of these topics to keep a store; the groups of agencies are their own. */
export function findSubscriptions(topics: readonly string[], prefix: string): GroupSubscription[] {
  const readings = topics.flatMap((topic): [string, string, string][] => {
    const name = topic.slice(prefix.length);
    if (name === 'cups.applications') return ['agency-bridge', 'notifications'].map((one) => [one, one, topic]);
    if (name === 'cups.deliveries') return [['intake', 'intake', topic]];
    if (name === 'training.replies') return [['agency-bridge-training', 'agency-bridge', topic]];
    const code = /^agency\.(.+)\.replies$/.exec(name)?.[1];
    return code === undefined ? [] : [[`agency-bridge-replies-${code}`, 'agency-bridge', topic]];
  });
  return readings.map(([group, service, topic]) => ({ group: prefix + group, service, topic }));
}

/** A partition that a group reads. */
export interface GroupPosition extends GroupSubscription {
  partition: number;
  /** The first message that is kept, and the offset after the last. */
  low: number;
  high: number;
  /** Where the group goes on: what it has committed, else at the first that is kept. */
  next: number;
}

/** Where every group of the services goes on, in every partition that it reads, also where it has committed nothing. */
export function readGroupPositions(parts: BackupConnections): Promise<GroupPosition[]> {
  return withAdmin(parts, async (admin) => {
    const topics = (await admin.listTopics()).filter((name) => hasPrefix(name, parts.prefix));
    const standings: GroupPosition[] = [];
    for (const reading of findSubscriptions(topics, parts.prefix)) {
      const { group: groupId, topic } = reading;
      const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const offsets = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        const next = Math.max(Number(low), offsets.get(partition) ?? -1);
        standings.push(Object.assign({ partition, low: Number(low), high: Number(high), next }, reading));
      }
    }
    return standings;
  });
}

/** How many messages each of these services has still to read, also in partitions where it has committed nothing. */
export function computeLag(standings: readonly GroupPosition[], services: readonly string[]): Record<string, number> {
  const lag: Record<string, number> = Object.fromEntries(services.map((service) => [service, 0]));
  for (const { service, next, high } of standings) {
    if (service in lag) lag[service]! += Math.max(0, high - next);
  }
  return lag;
}
