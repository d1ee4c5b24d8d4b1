import { randomUUID } from 'node:crypto';
import { createEvent, eventually, captureLog, captureMetrics, testInfrastructure, publishEvents } from '@cups/testing';
import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { KafkaJSError } from 'kafkajs';
import { ConsumerGroup, Encoder } from '@cups/kafka-driver/internals';
import type { ReceivedEvent } from '@cups/contracts';
import { connectKafka, ensureTopics, openLagWatch, type ConsumerOptions, type LagWatch } from '../src/index.ts';
import { createTestConsumer } from './test-consumer.ts';
import { withAdminConnection, type ProtocolRequest, type ProtocolResponse } from '@cups/kafka-driver';

const here = testInfrastructure();
const { log, lines } = captureLog();
const topic = 'cups.applications';
const running: { stop(): Promise<void> }[] = [];

beforeAll(() => ensureTopics({ ...here, partitions: 3, agencies: ['asp'] }));
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

/** A consumer that records handled IDs and can be blocked. */
function consume(options: Partial<ConsumerOptions> = {}) {
  const handled = new Set<string>();
  const gate = { open: true, release: (): void => {} };
  let opened: Promise<void> = Promise.resolve();
  const consumer = createTestConsumer({
    ...here,
    log,
    keepRefused: () => Promise.resolve(),
    ...options,
    handle: async (event: ReceivedEvent) => {
      await opened;
      handled.add(event.id);
      return 'done';
    },
  });
  running.push(consumer);
  return {
    consumer,
    handled,
    hold(): void {
      opened = new Promise((resolve) => (gate.release = resolve));
    },
    release: () => gate.release(),
  };
}

const createEvents = (count: number, type: string) =>
  Array.from({ length: count }, (_, at) => createEvent({ topic, key: `${type}-${at}`, type }));

/** Returns the committed offset of the group, summed over all partitions. */
async function committed(groupId: string, of = topic): Promise<number> {
  const admin = connectKafka(here.brokers, 'test').admin();
  await admin.connect();
  try {
    const [found] = await admin.fetchOffsets({ groupId: here.prefix + groupId, topics: [here.prefix + of] });
    return found?.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0) ?? 0;
  } finally {
    await admin.disconnect();
  }
}

describe('createConsumer after a rebalance', () => {
  test('resumes paused partitions with full windows when a second member joins', async () => {
    const groupId = `g-${randomUUID()}`;
    const first = consume({ groupId });
    first.hold();
    await eventually(() => first.consumer.ready(), { timeoutMs: 30_000 });
    const events = createEvents(2_400, 'Rebalance');
    for (let at = 0; at < events.length; at += 400) await publishEvents(here, events.slice(at, at + 400));
    // The second member joins while each partition has 500 messages in progress and is paused.
    const second = consume({ groupId });
    await eventually(() => second.consumer.ready(), { timeoutMs: 30_000 });
    first.release();
    const all = () => new Set([...first.handled, ...second.handled]);
    await eventually(() => all().size === 2_400, { timeoutMs: 30_000 });
    await eventually(async () => (await committed(groupId)) === 2_400, { timeoutMs: 30_000 });
  }, 120_000);
});

describe('a consumer with lag and no progress', () => {
  let watch: LagWatch | undefined;
  afterEach(() => watch?.stop());

  test('is logged, sets consumer_stuck, and is rebuilt with growing intervals', async () => {
    const { metrics, text } = captureMetrics();
    const stuck = async () =>
      Number(/^consumer_stuck\{.*topic="agency\.asp\.replies".*\} (\d)$/m.exec(await text())?.[1]);
    watch = openLagWatch({ ...here, log, metrics, stuckMs: 1_000 });
    const groupId = `g-${randomUUID()}`;
    const blocked = consume({ groupId, watch, topics: ['agency.asp.replies'] });
    // Another replica, which reads none of it.
    const activity = () => 0;
    const elsewhere = {
      groupId,
      topics: ['agency.asp.replies'],
      isAssigned: () => false,
      activity,
      rebuild: jest.fn(),
    };
    const other = openLagWatch({ ...here, log, stuckMs: 1_000 });
    running.push(other);
    other.add(elsewhere);
    blocked.hold();
    await eventually(() => blocked.consumer.ready(), { timeoutMs: 30_000 });
    // The watch polls once the group has a committed position.
    await eventually(async () => (await stuck()) === 0, { timeoutMs: 30_000 });
    const event = Object.assign(createEvent({ topic: 'agency.asp.replies', key: 'held', type: 'Held' }));
    await publishEvents(here, [event]);
    const linesOf = (name: string) => lines.filter((line) => line['event'] === name && line['group'] === groupId);
    await eventually(async () => (await stuck()) === 1);
    expect(linesOf('consumer-stuck')).toMatchObject([{ topic: 'agency.asp.replies', level: 'error' }]);
    // The consumer may have been rebuilt for other reasons while the group formed.
    await eventually(() => linesOf('consumer-recreated').some(({ reason }) => reason === 'stuck'), {
      timeoutMs: 20_000,
    });
    const named = [{ groupId, topic: 'agency.asp.replies', unread: 1n }];
    expect(watch.stuck()).toMatchObject(named);
    await eventually(() => other.stuck().length > 0);
    expect(other.stuck()).toMatchObject(named);
    expect(elsewhere.rebuild).not.toHaveBeenCalled();
    blocked.release();
    await eventually(() => watch?.stuck().length === 0 && other.stuck().length === 0);
    await eventually(async () => (await stuck()) === 0);
    expect(blocked.handled.size).toBe(1);
    expect(linesOf('consumer-stuck')).toHaveLength(1);
    expect(linesOf('consumer-recovered')).toHaveLength(1);
  }, 90_000);
});

/** Makes the broker drop the members of a group, as it does after 10 s without heartbeats. */
async function forgetMembers(groupId: string): Promise<void> {
  const kafka = connectKafka(here.brokers, 'test');
  const admin = kafka.admin();
  await admin.connect();
  const { groups } = await admin.describeGroups([groupId]);
  await admin.disconnect();
  const leave = (memberId: string): ProtocolRequest => ({
    apiKey: 13,
    apiVersion: 0,
    apiName: 'LeaveGroup',
    encode: () => Promise.resolve(new Encoder().writeString(groupId).writeString(memberId)),
  });
  const answer: ProtocolResponse<{ code: number }> = {
    decode: (raw) => Promise.resolve({ code: raw.readInt16BE(0), throttleTime: 0, clientSideThrottleTime: 0 }),
    parse: (data) => Promise.resolve(data),
  };
  await withAdminConnection(kafka, async (ask) => {
    for (const { memberId } of groups[0]!.members) expect((await ask(leave(memberId), answer)).code).toBe(0);
  });
}

describe('a member that its group has removed', () => {
  test('is given up when its rejoin fails, because kafkajs continues without membership', async () => {
    const groupId = `g-${randomUUID()}`;
    const { consumer, handled } = consume({ groupId, heartbeatTimeoutMs: 5_000 });
    await eventually(() => consumer.ready(), { timeoutMs: 30_000 });
    const join = jest.spyOn(ConsumerGroup.prototype, 'joinAndSync');
    join.mockRejectedValueOnce(new KafkaJSError('the broker is busy'));
    await forgetMembers(here.prefix + groupId);
    await eventually(() => join.mock.calls.length > 0);
    join.mockRestore();
    const before = await committed(groupId);
    const events = createEvents(5, 'Forgotten');
    await publishEvents(here, events);
    await eventually(async () => (await committed(groupId)) >= before + 5, { timeoutMs: 30_000 });
    expect(events.every(({ id }) => handled.has(id))).toBe(true);
    const rebuilt = lines.filter((line) => line['event'] === 'consumer-recreated' && line['group'] === groupId);
    expect(rebuilt).toMatchObject([{ reason: 'silent' }]);
  }, 90_000);
});

describe('inheritFrom', () => {
  test('continues at the offsets of the old group', async () => {
    const old = consume({ groupId: 'old' });
    await publishEvents(here, createEvents(60, 'Before'));
    await eventually(() => old.handled.size >= 60, { timeoutMs: 30_000 });
    await old.consumer.stop();
    const before = await committed('old');
    const renamed = consume({ groupId: 'new', inheritFrom: 'old' });
    await publishEvents(here, createEvents(10, 'After'));
    await eventually(() => renamed.handled.size >= 10, { timeoutMs: 60_000 });
    await eventually(async () => (await committed('new')) === before + 10);
    expect(renamed.handled.size).toBe(10);
  }, 120_000);

  test('starts at the beginning without an old group', async () => {
    const fresh = consume({ groupId: `g-${randomUUID()}`, inheritFrom: 'never' });
    await publishEvents(here, createEvents(1, 'Fresh'));
    await eventually(() => fresh.handled.size > 1, { timeoutMs: 30_000 });
  }, 60_000);
});
