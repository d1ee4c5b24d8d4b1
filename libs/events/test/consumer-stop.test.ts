import { randomUUID } from 'node:crypto';
import { createEvent, eventually, publishEvents, silentLog, testInfrastructure } from '@cups/testing';
import { expect, test } from '@jest/globals';
import { connectKafka, createConsumer, ensureTopics } from '../src/index.ts';

test('a consumer leaves its group although the broker holds its fetch', async () => {
  const here = testInfrastructure();
  await ensureTopics({ ...here, partitions: 3, agencies: [] });
  const groupId = `g-${randomUUID()}`;
  let handled = 0;
  const consumer = createConsumer({
    ...here,
    groupId,
    topics: ['cups.applications'],
    expects: {},
    log: silentLog,
    // Longer than `stop` waits.
    maxWaitMs: 30_000,
    handle: () => Promise.resolve((handled += 1) > 0 ? 'done' : 'refused'),
    keepRefused: () => Promise.resolve(),
  });
  await publishEvents(here, [createEvent({ topic: 'cups.applications', key: 'a', type: 'T' })]);
  await eventually(() => handled === 1);
  await consumer.stop();

  const admin = connectKafka(here.brokers, 'test').admin();
  try {
    await admin.connect();
    const { groups } = await admin.describeGroups([here.prefix + groupId]);
    expect(groups.map(({ members }) => members)).toEqual([[]]);
  } finally {
    await admin.disconnect();
  }
});
