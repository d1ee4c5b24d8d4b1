import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompressSync } from 'node:zlib';
import { prepareKafkaClassPath } from '@cups/local';
import { createEvent, eventually, captureLog, testInfrastructure, publishEvents } from '@cups/testing';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ReceivedEvent, RefusedMessage } from '@cups/contracts';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { compress as snappy } from 'snappyjs';
import { connectKafka, encode, ensureTopics } from '../src/index.ts';
import { createTestConsumer } from './test-consumer.ts';

const here = testInfrastructure();
const { log, lines } = captureLog();
const topic = 'agency.asp.replies';
const running: { stop(): Promise<void> }[] = [];
const run = promisify(execFile);

/** Codecs of the test producer; consumers must not use them. */
const rejectUnpacking = () => Promise.reject(new Error('Nothing may uncompress without a limit.'));
CompressionCodecs[CompressionTypes.Snappy] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => Promise.resolve(snappy(buffer)),
  decompress: rejectUnpacking,
});
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => Promise.resolve(zstdCompressSync(buffer)),
  decompress: rejectUnpacking,
});

beforeAll(() => ensureTopics({ ...here, partitions: 1, agencies: ['asp'] }));
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

function consume() {
  const handled: ReceivedEvent[] = [];
  const refused: RefusedMessage[] = [];
  const consumer = createTestConsumer({
    ...here,
    topics: [topic],
    log,
    handle: (event) => Promise.resolve(void handled.push(event)).then(() => 'done' as const),
    keepRefused: (messages) => Promise.resolve(void refused.push(...messages)),
  });
  running.push(consumer);
  return { consumer, handled, refused };
}

async function send(compression: CompressionTypes, messages: { key?: string; value: Buffer }[]): Promise<number> {
  const producer = connectKafka(here.brokers, 'test').producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    const [sent] = await producer.send({ topic: here.prefix + topic, compression, messages });
    return Number(sent?.baseOffset);
  } finally {
    await producer.disconnect();
  }
}

/** Kafka's Java client: see Produce.java. */
async function produceByJava(...more: string[]): Promise<void> {
  const source = new URL('./Produce.java', import.meta.url).pathname;
  const given = [here.brokers.join(), here.prefix + topic, ...more];
  await run('java', ['-Xmx256m', '-cp', await prepareKafkaClassPath(), source, ...given]);
}

const event = (key: string, data = Buffer.alloc(0)) => createEvent({ topic, key, type: 'test', data });

describe('valid messages', () => {
  test('of the Java client are read in all compressions, complete and in order', async () => {
    const { handled } = consume();
    await produceByJava('60');
    const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
    await eventually(() => handled.filter(({ key }) => codecs.includes(key)).length === 300, { timeoutMs: 30_000 });
    for (const codec of codecs) {
      const ofCodec = handled.filter(({ key }) => key === codec);
      expect(ofCodec.map(({ id }) => id)).toEqual(ofCodec.map((_, at) => `${codec}-${at}`));
      for (const [at, { data }] of ofCodec.entries())
        expect(data.toString()).toBe(`message ${at} of ${codec}, `.repeat(200));
    }
  }, 90_000);

  test.each([
    ['gzip', CompressionTypes.GZIP],
    ['unframed snappy, as of librdkafka', CompressionTypes.Snappy],
    ['zstd', CompressionTypes.ZSTD],
  ])('in %s are read', async (name, compression) => {
    const { handled, refused } = consume();
    const key = randomUUID();
    const events = Array.from({ length: 20 }, (_, at) => event(key, Buffer.from(`${name} ${at} `.repeat(100))));
    await send(compression, events.map(encode));
    const ofKey = () => handled.filter((one) => one.key === key);
    await eventually(() => ofKey().length === 20, { timeoutMs: 30_000 });
    expect(ofKey().map(({ data }) => data.toString())).toEqual(events.map(({ data }) => data.toString()));
    expect(refused.filter(({ cause }) => cause.startsWith('BATCH'))).toEqual([]);
  });
});

describe('a decompression bomb', () => {
  test.each<[string, CompressionTypes, () => { value: Buffer }[], string]>([
    [
      'one value of 64 MiB in gzip',
      CompressionTypes.GZIP,
      () => [{ value: Buffer.alloc(64 << 20) }],
      'BATCH_TOO_LARGE',
    ],
    [
      'one value of 64 MiB in zstd',
      CompressionTypes.ZSTD,
      () => [{ value: Buffer.alloc(64 << 20) }],
      'BATCH_TOO_LARGE',
    ],
  ])(
    '%s is refused by topic, partition and offset, and skipped',
    async (_, compression, bomb, cause) => {
      const messages = bomb();
      const key = randomUUID();
      await publishEvents(here, [event(key)]);
      const base = await send(compression, messages);
      await publishEvents(here, [event(key)]);
      const { handled, refused } = consume();
      await eventually(() => handled.filter((one) => one.key === key).length === 2, { timeoutMs: 30_000 });
      const findRefusal = () => refused.find(({ offset }) => offset === String(base));
      await eventually(() => findRefusal() !== undefined);
      expect(findRefusal()).toEqual({
        topic,
        partition: 0,
        offset: String(base),
        lastOffset: String(base + messages.length - 1),
        cause,
        fields: [],
      });
    },
    60_000,
  );

  test('of 300,000 empty records, 2 MB compressed, is skipped', async () => {
    const key = randomUUID();
    await publishEvents(here, [event(key)]);
    await produceByJava('300000', 'empty');
    await publishEvents(here, [event(key)]);
    const { handled, refused } = consume();
    await eventually(() => handled.filter((one) => one.key === key).length === 2, { timeoutMs: 30_000 });
    const findOversized = () => refused.filter(({ cause }) => cause === 'BATCH_TOO_MANY_RECORDS');
    const count = () =>
      findOversized().reduce((sum, { offset, lastOffset }) => sum + Number(lastOffset) - Number(offset) + 1, 0);
    await eventually(() => count() === 300_000);
    expect(findOversized().length).toBeLessThan(10);
  }, 90_000);

  test('is logged once a minute', async () => {
    const before = lines.length;
    const { refused } = consume();
    const emptyRecords = Array.from({ length: 10_001 }, () => ({ value: Buffer.alloc(0) }));
    const bases = new Set<string>();
    for (let n = 0; n < 5; n += 1) bases.add(String(await send(CompressionTypes.GZIP, emptyRecords)));
    await eventually(() => refused.filter(({ offset }) => bases.has(offset)).length === 5, { timeoutMs: 30_000 });
    const skippedLines = lines.slice(before).filter((line) => line['event'] === 'batch-skipped');
    expect(skippedLines.filter((line) => line['reason'] === 'BATCH_TOO_MANY_RECORDS')).toHaveLength(1);
  }, 90_000);
});
