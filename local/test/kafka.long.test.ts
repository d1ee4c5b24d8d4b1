import { cp, mkdtemp, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigResourceTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { createTopicsAndWait, startLocal, type LocalPlatform } from '../src/index.ts';
import { isProcessRunning, waitUntil, withFolder } from './folder.ts';

function clientOf(local: LocalPlatform): Kafka {
  return new Kafka({ brokers: [local.kafkaBrokers], logLevel: logLevel.NOTHING, retry: { retries: 8 } });
}

async function produceUntilKilled(local: LocalPlatform, acknowledged: Set<string>): Promise<void> {
  const kafka = new Kafka({ brokers: [local.kafkaBrokers], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const enough = new Promise<void>((resolve) => {
    void (async () => {
      for (let n = 0; ; n++) {
        const values = Array.from({ length: 300 }, (_, i) => `${n}-${i}`);
        try {
          await producer.send({ topic: 'things', acks: -1, messages: values.map((value) => ({ key: value, value })) });
        } catch {
          return resolve();
        }
        for (const value of values) acknowledged.add(value);
      }
    })();
  });
  // Each send waits for a sync of each partition, so ten sends are soon done on a slow disk too.
  await waitUntil(() => acknowledged.size >= 3000, 'enough was sent', 120);
  await local.killKafka();
  await enough;
  await producer.disconnect();
}

async function consume(local: LocalPlatform, until_: (received: Set<string>) => boolean): Promise<Set<string>> {
  const seen = new Set<string>();
  const consumer = clientOf(local).consumer({ groupId: 'readers' });
  await consumer.connect();
  await consumer.subscribe({ topic: 'things', fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      seen.add(message.value?.toString() ?? '');
      return Promise.resolve();
    },
  });
  try {
    await waitUntil(() => until_(seen), 'all was consumed', 60);
  } finally {
    await consumer.disconnect();
  }
  return seen;
}

describe('startKafka', () => {
  test('keeps acknowledged messages after kill -9 and creates no topic by accident', async () => {
    await withFolder(async (folder) => {
      const local = await startLocal({ dataDir: folder, parts: ['kafka'], partitions: 3 });
      const { kafka } = local.pids;
      const brokers = local.kafkaBrokers;
      try {
        const admin = clientOf(local).admin();
        await admin.connect();
        await createTopicsAndWait(admin, [{ topic: 'things' }]);
        expect((await admin.fetchTopicMetadata({ topics: ['things'] })).topics[0]?.partitions).toHaveLength(3);
        await expect(admin.fetchTopicMetadata({ topics: ['unknown'] })).rejects.toThrow();
        await admin.disconnect();

        const acknowledged = new Set<string>();
        await produceUntilKilled(local, acknowledged);
        expect(isProcessRunning(kafka)).toBe(false);
        await local.restartKafka();
        expect(local.kafkaBrokers).toBe(brokers);
        const seen = await consume(local, (values) => [...acknowledged].every((value) => values.has(value)));
        expect(seen.size).toBeGreaterThanOrEqual(acknowledged.size);
      } finally {
        await local.stop();
      }
    });
  });

  test('syncs events and offsets to disk before it acknowledges', async () => {
    await withFolder(async (folder) => {
      const local = await startLocal({ dataDir: folder, parts: ['kafka'], partitions: 1 });
      try {
        await sendAll(local, ['only']);
        await consume(local, (seen) => seen.has('only'));
        const admin = clientOf(local).admin();
        await admin.connect();
        const resources = ['things', '__consumer_offsets'].map((name) => {
          return { type: ConfigResourceTypes.TOPIC, name, configNames: ['flush.messages'] };
        });
        const { resources: found } = await admin.describeConfigs({ includeSynonyms: false, resources });
        await admin.disconnect();
        expect(found.map(({ configEntries }) => configEntries[0]?.configValue)).toEqual(['1', '1']);
      } finally {
        await local.stop();
      }
    });
  });
});

describe('a copy of the Kafka log after a power cut', () => {
  const values = Array.from({ length: 40 }, (_, n) => `v${n}`);
  let source: string;

  beforeAll(async () => {
    source = await mkdtemp(join(tmpdir(), 'cups-local-'));
    const local = await startLocal({ dataDir: join(source, 'first'), parts: ['kafka'], partitions: 1 });
    try {
      await sendAll(local, values);
      // Copied while Kafka runs: nothing was closed in order.
      const filter = (path: string) => !path.endsWith('running.json');
      await cp(join(source, 'first'), join(source, 'copy'), { recursive: true, filter });
    } finally {
      await local.stop();
    }
  });
  afterAll(() => rm(source, { recursive: true, force: true }));

  test.each<[string, (log: string) => Promise<void>, number]>([
    ['has everything acknowledged', () => Promise.resolve(), values.length],
    ['with a torn unacknowledged message has everything acknowledged', appendTornBatch, values.length],
    ['with a truncated end has the rest and accepts messages', truncateBy(7), values.length - 1],
  ])('%s', async (_what, damage, kept) => {
    await withFolder(async (folder) => {
      await cp(join(source, 'copy'), folder, { recursive: true });
      await damage(await findLogSegment(join(folder, 'kafka', 'things-0')));
      const local = await startLocal({ dataDir: folder, parts: ['kafka'], partitions: 1 });
      try {
        await sendAll(local, ['later']);
        const seen = await consume(local, (all) => all.has('later'));
        expect([...seen]).toEqual([...values.slice(0, kept), 'later']);
      } finally {
        await local.stop();
      }
    });
  });
});

/** Sends messages one after another, each after the acknowledgement of the previous one. */
async function sendAll(local: LocalPlatform, values: readonly string[]): Promise<void> {
  const kafka = clientOf(local);
  const admin = kafka.admin();
  await admin.connect();
  await createTopicsAndWait(admin, [{ topic: 'things' }]);
  await admin.disconnect();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  for (const value of values) await producer.send({ topic: 'things', acks: -1, messages: [{ key: value, value }] });
  await producer.disconnect();
}

/** Returns the newest segment of a partition. */
async function findLogSegment(folder: string): Promise<string> {
  const segments = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  return join(folder, segments.at(-1)!);
}

/** Appends the header of a batch without its body, as a power cut leaves it. */
async function appendTornBatch(log: string): Promise<void> {
  const file = await open(log, 'r+');
  try {
    const head = Buffer.alloc(61);
    await file.read(head, 0, head.length, 0);
    head.writeBigInt64BE(40n, 0);
    await file.write(head, 0, 40, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

function truncateBy(bytes: number) {
  return async (log: string): Promise<void> => truncate(log, (await stat(log)).size - bytes);
}
