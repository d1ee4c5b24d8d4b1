import { describe, expect, test } from '@jest/globals';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { startLocal, type LocalPlatform } from '../src/index.ts';
import { runs, until, withFolder } from './folder.ts';

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
        const values = Array.from({ length: 10 }, (_, i) => `${n}-${i}`);
        try {
          await producer.send({ topic: 'things', acks: -1, messages: values.map((value) => ({ key: value, value })) });
        } catch {
          return resolve();
        }
        for (const value of values) acknowledged.add(value);
      }
    })();
  });
  await until(() => acknowledged.size >= 3000, 'enough was sent');
  await local.killKafka();
  await enough;
  await producer.disconnect();
}

async function consume(local: LocalPlatform, until_: (seen: Set<string>) => boolean): Promise<Set<string>> {
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
    await until(() => until_(seen), 'all was consumed', 60);
  } finally {
    await consumer.disconnect();
  }
  return seen;
}

describe('the embedded Kafka', () => {
  test('has after a kill -9 under load every message it had acknowledged, and makes no topic by accident', async () => {
    await withFolder(async (folder) => {
      const local = await startLocal({ dataDir: folder, parts: ['kafka'], partitions: 3 });
      const { kafka } = local.pids;
      const brokers = local.kafkaBrokers;
      try {
        const admin = clientOf(local).admin();
        await admin.connect();
        await admin.createTopics({ topics: [{ topic: 'things' }] });
        expect((await admin.fetchTopicMetadata({ topics: ['things'] })).topics[0]?.partitions).toHaveLength(3);
        await expect(admin.fetchTopicMetadata({ topics: ['unknown'] })).rejects.toThrow();
        await admin.disconnect();

        const acknowledged = new Set<string>();
        await produceUntilKilled(local, acknowledged);
        expect(runs(kafka)).toBe(false);
        await local.restartKafka();
        expect(local.kafkaBrokers).toBe(brokers);
        const seen = await consume(local, (values) => [...acknowledged].every((value) => values.has(value)));
        expect(seen.size).toBeGreaterThanOrEqual(acknowledged.size);
      } finally {
        await local.stop();
      }
    });
  });
});
