import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocal, type LocalPlatform } from '@cups/local';
import { openEventPark, openStore } from '@cups/store';
import {
  createEvent,
  eventually,
  captureLog,
  testInfrastructure,
  publishEvents,
  produceRaw,
  readTopic,
} from '@cups/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ReceivedEvent, RefusedMessage } from '@cups/contracts';
import {
  connectKafka,
  createPublisher,
  decode,
  encode,
  ensureTopics,
  buildTopics,
  type Consumer,
  type ConsumerOptions,
} from '../src/index.ts';
import { createTestConsumer } from './test-consumer.ts';

const here = testInfrastructure();
const { log, lines } = captureLog();
const topic = 'cups.applications';
const running: { stop(): Promise<void> }[] = [];

beforeAll(() => ensureTopics({ ...here, partitions: 3, agencies: ['asp'] }));
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

/** A consumer with its own group that records handled and refused messages. */
function consume(options: Partial<ConsumerOptions> = {}) {
  const done: ReceivedEvent[] = [];
  const refused: RefusedMessage[] = [];
  const consumer: Consumer = createTestConsumer({
    ...here,
    log,
    keepRefused: (messages) => Promise.resolve(void refused.push(...messages)),
    ...options,
    handle: async (event) => {
      const outcome = await (options.handle?.(event) ?? 'done');
      if (outcome === 'done') done.push(event);
      return outcome;
    },
  });
  running.push(consumer);
  return { consumer, done, refused };
}
/** Returns the events of this test, even if others share the topic. */
const selectType = (events: ReceivedEvent[], type: string) => events.filter((event) => event.type === type);
const sequences = (events: ReceivedEvent[], key: string) =>
  events.filter((event) => event.key === key).map(({ sequence }) => sequence);
const removeDuplicates = <T>(all: T[]) => all.filter((one, index) => all.indexOf(one) === index);
const createRange = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const series = (type: string, key: string, count: number) =>
  createRange(count).map((sequence) => createEvent({ topic, key, type, subject: `applications/${key}`, sequence }));

describe('encode and decode', () => {
  test('preserves an event', () => {
    const entry = createEvent({
      topic,
      key: 'k',
      type: 'cups.intake.v1.ApplicationSubmitted',
      subject: 'applications/k',
      sequence: 7,
      correlationId: 'c',
      causationId: 'e',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      extra: { dataschema: 'https://example.md/s.json', priority: 'high' },
      data: Buffer.from([0, 255]),
    });
    const { key, value, headers } = encode(entry);
    const message = { key: Buffer.from(key), value, headers, offset: '12', timestamp: '0' };
    const { extra, ...rest } = entry;
    expect(decode(message, topic, 1)).toEqual({
      ...rest,
      extra: { priority: 'high' },
      dataschema: extra?.['dataschema'],
      partition: 1,
      offset: '12',
    });
  });

  test.each([
    ['no headers', {}],
    ['no id', { ce_specversion: '1.0', ce_source: 's', ce_type: 't' }],
    ['another version', { ce_specversion: '0.3', ce_id: 'i', ce_source: 's', ce_type: 't' }],
    ['a bad sequence', { ce_specversion: '1.0', ce_id: 'i', ce_source: 's', ce_type: 't', ce_sequence: '-1' }],
  ])('rejects a message with %s', (_, headers) => {
    const message = { key: null, value: Buffer.from('x'), headers, offset: '0', timestamp: '0' };
    expect(decode(message, topic, 0)).toBeUndefined();
  });
});

describe('event time', () => {
  const read = (ce_time: string | undefined, timestamp: string) => {
    const headers = { ce_specversion: '1.0', ce_id: 'i', ce_source: 's', ce_type: 't', ...(ce_time && { ce_time }) };
    return decode({ key: null, value: Buffer.from('x'), headers, offset: '0', timestamp }, topic, 0)!;
  };

  const outOfRange = ['9999-12-31T23:59:59-12:00', '0000-01-01T00:00:00+12:00'];
  test.each([undefined, 'yesterday', '2026-03-02T08:00:00', '2026-03-02', '2026-02-30T25:00:00Z', ...outOfRange])(
    'replaces %p by the time of Kafka and marks the event',
    (given) => {
      const { time, timeReplaced } = read(given, '1772438400000');
      expect([time.toISOString(), timeReplaced]).toEqual(['2026-03-02T08:00:00.000Z', true]);
    },
  );
  test('accepts a time with an offset', () => {
    const { time, timeReplaced } = read('2026-03-02T10:00:00.5+02:00', '0');
    expect([time.toISOString(), timeReplaced]).toEqual(['2026-03-02T08:00:00.500Z', undefined]);
  });
  test('uses the current time if the Kafka timestamp is invalid too', () => {
    for (const timestamp of ['-1', '0', '9999999999999999'])
      expect(Math.abs(read(undefined, timestamp).time.getTime() - Date.now())).toBeLessThan(60_000);
  });
});

describe('ensureTopics', () => {
  test('creates all topics with partitions and retention, and is idempotent', async () => {
    await ensureTopics({ ...here, partitions: 3, agencies: ['asp'] });
    const admin = connectKafka(here.brokers, 'test').admin();
    await admin.connect();
    const names = buildTopics(here.prefix, { partitions: 3, agencies: ['asp'] }).map(({ name }) => name);
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    expect(topics.map(({ name, partitions }) => [name.slice(here.prefix.length), partitions.length]).sort()).toEqual([
      ['agency.asp.replies', 3],
      ['agency.asp.requests', 3],
      ['cups.applications', 3],
      ['cups.centres', 1],
      ['cups.checkpoints', 1],
      ['cups.deliveries', 3],
      ['cups.documents', 3],
      ['cups.journal.agency-bridge', 1],
      ['cups.journal.documents', 1],
      ['cups.journal.identity', 1],
      ['cups.journal.intake', 1],
      ['cups.journal.notifications', 1],
      ['cups.mandates', 3],
      ['training.replies', 3],
      ['training.requests', 3],
    ]);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: `${here.prefix}agency.asp.requests`, configNames: ['retention.ms'] }],
    });
    expect(resources[0]?.configEntries[0]?.configValue).toBe(String(90 * 24 * 3_600_000));
    await admin.disconnect();
  });
});

describe('createPublisher', () => {
  test('reports rejected and deferred entries and sends the others in order', async () => {
    const publisher = createPublisher({ ...here, clientId: 'test', log });
    running.push(publisher);
    const [first, second, third] = series('Mixed', 'large', 3);
    const nowhere = createEvent({ topic: 'cups.nowhere', key: 'n', type: 'Mixed' });
    const valid = series('Mixed', 'good', 3);
    if (!first || !second || !third) throw new Error('three are needed');
    second.data = Buffer.alloc(2_000_000);
    const result = await publisher.publish([first, nowhere, second, third, ...valid]);
    expect(result.rejected).toEqual([{ entry: second, cause: 'MESSAGE_TOO_LARGE' }]);
    expect(new Set(result.later)).toEqual(new Set([third, nowhere]));
    const read = await readTopic(here, topic);
    running.push(read);
    await read.until((events) => selectType(events, 'Mixed').length >= 4);
    expect(removeDuplicates(sequences(selectType(read.events, 'Mixed'), 'good'))).toEqual([1, 2, 3]);
    expect(removeDuplicates(sequences(selectType(read.events, 'Mixed'), 'large'))).toEqual([1]);
  });
});

describe('createConsumer', () => {
  test('keeps the order of a key while other keys run concurrently', async () => {
    let now = 0;
    let most = 0;
    const { done } = consume({
      handle: async () => {
        most = Math.max(most, (now += 1));
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
        now -= 1;
        return 'done';
      },
    });
    const keys = Array.from({ length: 10 }, (_, index) => `order-${index}`);
    const all = keys.map((key) => series('Order', key, 20));
    await publishEvents(
      here,
      createRange(20).flatMap((n) => all.flatMap((one) => one[n - 1] ?? [])),
    );
    await eventually(() => selectType(done, 'Order').length === 200);
    for (const key of keys) expect(sequences(done, key)).toEqual(createRange(20));
    expect(most).toBeGreaterThan(4);
    expect(most).toBeLessThanOrEqual(16);
  });

  test('retries a failing handler for its key only', async () => {
    let broken = true;
    const { done } = consume({
      handle: ({ key }) => (broken && key === 'stuck' ? Promise.reject(new Error('not now')) : Promise.resolve('done')),
    });
    await publishEvents(here, [...series('Throw', 'stuck', 3), ...series('Throw', 'free', 300)]);
    await eventually(() => sequences(selectType(done, 'Throw'), 'free').length === 300);
    expect(sequences(selectType(done, 'Throw'), 'stuck')).toEqual([]);
    broken = false;
    await eventually(() => sequences(selectType(done, 'Throw'), 'stuck').length === 3);
    expect(sequences(selectType(done, 'Throw'), 'stuck')).toEqual([1, 2, 3]);
  });

  test('stores invalid and refused events and continues', async () => {
    const { done, refused } = consume({
      topics: ['agency.asp.replies'],
      handle: ({ key }) => Promise.resolve(key === 'foreign' ? { cause: 'UNKNOWN_APPLICATION', fields: [] } : 'done'),
    });
    const bytes = [null, 'x', Buffer.from([0, 1, 2]), '{"a":1}'];
    await produceRaw(
      here,
      'agency.asp.replies',
      bytes.map((value) => ({ key: 'r', value })),
    );
    await publishEvents(here, [
      createEvent({ topic: 'agency.asp.replies', key: 'foreign', type: 'R' }),
      createEvent({ topic: 'agency.asp.replies', key: 'r', type: 'R' }),
    ]);
    await eventually(() => done.length === 1 && refused.length === 5);
    expect(refused.map(({ cause }) => cause).sort()).toEqual([
      ...Array(4).fill('NOT_A_CLOUDEVENT'),
      'UNKNOWN_APPLICATION',
    ]);
    expect(refused[0]).toMatchObject({
      topic: 'agency.asp.replies',
      partition: expect.any(Number),
      offset: expect.any(String),
    });
  });

  test('parks a subject at a gap and applies it after the missing event', async () => {
    const store = openStore({ uri: here.mongoUri, database: `${here.prefix}cups-gaps`, log });
    const park = openEventPark(store, { now: () => new Date() });
    await eventually(() => store.ready());
    const last = new Map<string, number>();
    const groupId = `g-${randomUUID()}`;
    const createCountingOptions = (): Partial<ConsumerOptions> => ({
      groupId,
      park,
      handle: ({ type, key, sequence: given }) => {
        const sequence = given ?? 0;
        if (type !== 'Gap') return Promise.resolve('done');
        const before = last.get(key) ?? 0;
        if (sequence > before + 1) return Promise.resolve('wait');
        if (sequence === before + 1) last.set(key, sequence);
        return Promise.resolve('done');
      },
    });
    const first = consume(createCountingOptions());
    const gap = series('Gap', 'gap', 5);
    const missing = gap.splice(1, 1);
    await publishEvents(here, [...gap, ...series('Gap', 'whole', 5)]);
    await eventually(() => last.get('whole') === 5 && first.refused.length === 3);
    expect(last.get('gap')).toBe(1);
    expect(new Set(first.refused.map(({ cause }) => cause))).toEqual(new Set(['SEQUENCE_GAP']));
    // Another member continues: the waiting events are in the store, not in the process.
    await first.consumer.stop();
    const second = consume(createCountingOptions());
    await publishEvents(here, missing);
    await eventually(() => last.get('gap') === 5);
    expect(await park.subjects()).toEqual([]);
    await second.consumer.stop();
    await store.close();
  });

  test('restarts at its committed position', async () => {
    const groupId = `g-${randomUUID()}`;
    const first = consume({ groupId });
    await publishEvents(here, series('Again', 'again', 5));
    await eventually(() => selectType(first.done, 'Again').length === 5);
    await first.consumer.stop();
    const second = consume({ groupId });
    await publishEvents(here, [createEvent({ topic, key: 'again', type: 'Again', sequence: 6 })]);
    await eventually(() => selectType(second.done, 'Again').length > 0);
    expect(sequences(selectType(second.done, 'Again'), 'again')).toEqual([6]);
  });

  test('shares partitions with a second member and loses nothing when it leaves', async () => {
    const groupId = `g-${randomUUID()}`;
    const members = [consume({ groupId }), consume({ groupId })];
    const handledEvents = () => members.flatMap(({ done }) => selectType(done, 'Shared'));
    await eventually(() => members.every(({ consumer }) => consumer.ready()));
    for (let round = 1; round <= 40; round += 1) {
      await publishEvents(
        here,
        createRange(6).map((key) => createEvent({ topic, key: `s${key}`, type: 'Shared', sequence: round })),
      );
      if (round === 20) void members[1]?.consumer.stop();
    }
    await eventually(() => new Set(handledEvents().map(({ id }) => id)).size === 240);
    for (const key of createRange(6))
      for (const { done } of members) {
        const ownSequences = removeDuplicates(sequences(selectType(done, 'Shared'), `s${key}`));
        expect(ownSequences).toEqual([...ownSequences].sort((a, b) => (a ?? 0) - (b ?? 0)));
      }
  }, 60_000);

  test('pauses after a fetch with messages', async () => {
    const type = `paused-${randomUUID()}`;
    const pauseMs = 700;
    const receivedMs: number[] = [];
    const { done } = consume({
      pauseMs,
      handle: (event) => {
        if (event.type === type) receivedMs.push(performance.now());
        return Promise.resolve('done');
      },
    });
    const [first, ...later] = series(type, 'paused', 3);
    await publishEvents(here, [first!]);
    await eventually(() => selectType(done, type).length === 1);
    await publishEvents(here, later);
    await eventually(() => selectType(done, type).length === 3);
    // Within one fetch, messages are milliseconds apart.
    expect(receivedMs[1]! - receivedMs[0]!).toBeGreaterThan(pauseMs / 2);
    expect(receivedMs[2]! - receivedMs[1]!).toBeLessThan(pauseMs / 2);
  });

  test('waits for a missing topic and logs that once', async () => {
    const prefix = `${here.prefix}late-`;
    const groupId = `g-${randomUUID()}`;
    const { consumer, done } = consume({ prefix, groupId });
    const awaitLines = () =>
      lines.filter(({ event, group }) => event === 'consumer-topic-missing' && group === groupId);
    await eventually(() => awaitLines().length > 0);
    expect(consumer.ready()).toBe(false);
    expect(consumer.live()).toBe(true);
    await ensureTopics({ ...here, prefix, partitions: 1, agencies: [] });
    await publishEvents({ ...here, prefix }, series('Late', 'late', 1));
    await eventually(() => done.length === 1);
    expect(awaitLines()).toHaveLength(1);
  });
});

describe('a broker outage', () => {
  let local: LocalPlatform;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'cups-events-'));
    local = await startLocal({ dataDir, parts: ['kafka'] });
  }, 60_000);
  afterAll(async () => {
    await local.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('interrupts publisher and consumer, which recover without loss', async () => {
    const own = { brokers: local.kafkaBrokers.split(','), prefix: 'own-' };
    await ensureTopics({ ...own, partitions: 2, agencies: [] });
    const { consumer, done } = consume(own);
    const publisher = createPublisher({ ...own, clientId: 'test', log });
    running.push(publisher);
    const [before, during, after] = series('Kill', 'kill', 3);
    if (!before || !during || !after) throw new Error('three are needed');
    await publisher.publish([before]);
    await eventually(() => done.length === 1, { timeoutMs: 60_000 });
    await local.killKafka();
    await expect(publisher.publish([during])).rejects.toThrow();
    expect(publisher.connected()).toBe(false);
    expect(consumer.live()).toBe(true);
    await local.restartKafka();
    await eventually(() => publisher.publish([during, after]).then(() => true), { timeoutMs: 60_000 });
    await eventually(() => removeDuplicates(sequences(done, 'kill')).length === 3, { timeoutMs: 60_000 });
    expect(removeDuplicates(sequences(done, 'kill'))).toEqual([1, 2, 3]);
    await eventually(() => consumer.ready());
  }, 150_000);
});
