import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReceivedEvent } from '@cups/contracts';
import { connectKafka, decode, explainKafkaError } from '@cups/events';
import type { BackupConnections } from './connections.ts';

/** Positions of Kafka and its consumers, from which a restored store catches up. */
export interface Positions {
  /** Cluster ID: offsets are invalid in another cluster. */
  cluster: string;
  /** Committed offsets by group. A group starts at the beginning of a partition that is not listed. */
  groups: GroupOffset[];
  /** End offsets of the platform's topics. */
  ends: Ends;
}

/** A group's next offset in a partition. Names include the prefix. */
export interface GroupOffset {
  group: string;
  topic: string;
  partition: number;
  offset: string;
}

/** By topic: the offset after the last message of each partition. Names include the prefix. */
export type Ends = Record<string, { partition: number; offset: string }[]>;

/** Milliseconds. */
const REST_TIMEOUT_MS = 20_000;
const RETRY_INTERVAL_MS = 250;

type Admin = ReturnType<ReturnType<typeof connectKafka>['admin']>;

const hasPrefix = (name: string, prefix: string): boolean =>
  ['cups.', 'agency.', 'training.'].some((begin) => name.startsWith(prefix + begin));

/** Retries idempotent work: a broker that has just started rejects group requests for some seconds. */
async function withAdmin<T>({ brokers, access }: BackupConnections, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = connectKafka(brokers, 'cups-backup', access).admin();
  const end = Date.now() + REST_TIMEOUT_MS;
  try {
    await admin.connect().catch((error: unknown) => {
      const denial = explainKafkaError(error, { brokers, access, operation: 'administer' });
      throw new Error(denial ?? `Kafka does not respond at ${brokers.join(', ')}.`);
    });
    for (;;) {
      try {
        return await work(admin);
      } catch (error) {
        if (!isPassing(error) || Date.now() > end) throw error;
        await pause(RETRY_INTERVAL_MS);
      }
    }
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** kafkajs calls a missing coordinator final, though a new Kafka has none until it has made the topic of offsets. */
function isPassing(error: unknown): boolean {
  const { retriable = false, name } = error as { retriable?: boolean; name?: string };
  return retriable || name === 'KafkaJSGroupCoordinatorNotFound';
}

/** Returns the service of a group. Groups of agencies belong to none. */
export function serviceOfGroup(group: string, prefix: string, services: readonly string[]): string | undefined {
  const isOf = (service: string, end: string) =>
    [service, `${service}-training`, `${service}-documents`].includes(end) || end.startsWith(`${service}-replies-`);
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

/** @throws Error that names the groups of these services with active members */
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

/** Whether this is the cluster of the backup. */
export const isSameCluster = (parts: BackupConnections, { cluster }: Positions): Promise<boolean> =>
  withAdmin(parts, async (admin) => (await admin.describeCluster()).clusterId === cluster);

/**
 * Resets the groups of these services to the positions of the backup, so that they read again what their stores lack;
 * the rest counts as duplicates. An unlisted partition is read from its beginning: the current offset would skip events
 * that the restored store has not counted. Changes nothing in another cluster.
 * @returns whether the cluster is that of the backup
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
    // Delete all offsets first: if this is interrupted, groups repeat from the beginning and skip nothing.
    if (there.length > 0) await admin.deleteGroups(there);
    await setOffsets(admin, ours);
    return true;
  });
}

/** Forgets the offsets of an inactive group, so that it reads from the beginning. Does nothing without that group. */
export const deleteGroup = (parts: BackupConnections, group: string): Promise<void> =>
  withAdmin(parts, async (admin) => {
    const { groups } = await admin.listGroups();
    if (groups.some(({ groupId }) => groupId === group)) await admin.deleteGroups([group]);
  });

/** Sets the offsets of inactive groups; unlisted partitions keep theirs. */
export const setGroupOffsets = (parts: BackupConnections, offsets: readonly GroupOffset[]): Promise<void> =>
  withAdmin(parts, (admin) => setOffsets(admin, offsets));

/** Sets groups concurrently: joining each one takes seconds. */
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
 * Reads topics from `from`, or their beginning, to their current end, in order per partition. Skips messages that are not
 * platform events.
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

/** Reads as `readEvents` does, one event at a time, so that a caller need not hold all of them. */
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

/** kafkajs reads in groups only, so this uses a temporary one. */
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

/** A service's group and a topic that it reads. Names include the prefix. */
export interface GroupSubscription {
  group: string;
  service: string;
  topic: string;
}

/** Returns the groups that read these topics into a store. Groups of agencies are excluded. */
export function findSubscriptions(topics: readonly string[], prefix: string): GroupSubscription[] {
  const readings = topics.flatMap((topic): [string, string, string][] => {
    const name = topic.slice(prefix.length);
    if (name === 'cups.applications')
      return ['documents', 'agency-bridge', 'notifications', 'identity'].map((one) => [one, one, topic]);
    if (name === 'cups.mandates') return ['intake', 'notifications'].map((one) => [one, one, topic]);
    if (name === 'cups.deliveries') return [['intake', 'intake', topic]];
    if (name === 'cups.documents')
      return [
        ['intake', 'intake', topic],
        ['agency-bridge-documents', 'agency-bridge', topic],
      ];
    if (name === 'training.replies') return [['agency-bridge-training', 'agency-bridge', topic]];
    const code = /^agency\.(.+)\.replies$/.exec(name)?.[1];
    return code === undefined ? [] : [[`agency-bridge-replies-${code}`, 'agency-bridge', topic]];
  });
  return readings.map(([group, service, topic]) => ({ group: prefix + group, service, topic }));
}

/** A group's position in a partition. */
export interface GroupPosition extends GroupSubscription {
  partition: number;
  /** First retained offset, and the offset after the last message. */
  low: number;
  high: number;
  /** Next offset: the committed one, or else the first retained one. */
  next: number;
}

/** Reads the position of every service group in every partition, committed or not. */
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

/** Counts unread messages by service, also in partitions without a committed offset. */
export function computeLag(standings: readonly GroupPosition[], services: readonly string[]): Record<string, number> {
  const lag: Record<string, number> = Object.fromEntries(services.map((service) => [service, 0]));
  for (const { service, next, high } of standings) {
    if (service in lag) lag[service]! += Math.max(0, high - next);
  }
  return lag;
}
