import { setTimeout as pause } from 'node:timers/promises';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { afterAll, expect, test } from '@jest/globals';
import { FETCH_INTERVAL_MS, MAX_FETCH_BURST, MAX_PAUSED_WAIT_MS, patchFetchPace } from '../src/patch-fetch-pace.ts';

const { prototype } = ConsumerGroup;
const { fetch } = prototype;
/** Broker and time of each fetch that reached kafkajs. */
const fetches: { nodeId: number; at: number }[] = [];
prototype.fetch = (nodeId) => {
  fetches.push({ nodeId, at: performance.now() });
  return Promise.resolve([]);
};
patchFetchPace();
afterAll(() => {
  prototype.fetch = fetch;
});

const fetchFrom = (group: object, nodeId: number) => prototype.fetch.call(group as typeof prototype, nodeId);

/** A consumer without paused partitions. */
const createGroup = () => ({ maxWaitTime: 4_000, paused: (): unknown[] => [] });

test('paces the fetches of a busy consumer from one broker, after a burst', async () => {
  const [group, other] = [createGroup(), createGroup()];
  const burst = Array.from({ length: MAX_FETCH_BURST }, () => fetchFrom(group, 1));
  await Promise.all([...burst, fetchFrom(group, 1), fetchFrom(group, 2), fetchFrom(other, 1)]);
  expect(fetches.map(({ nodeId }) => nodeId)).toEqual([...Array<number>(MAX_FETCH_BURST).fill(1), 2, 1, 1]);
  // A timer of Node counts from the start of its turn, so it may fire some milliseconds early.
  expect(fetches.at(-1)!.at - fetches[0]!.at).toBeGreaterThanOrEqual(FETCH_INTERVAL_MS / 2);

  await pause(FETCH_INTERVAL_MS * MAX_FETCH_BURST);
  const before = fetches.length;
  for (let n = 0; n < MAX_FETCH_BURST - 1; n += 1) void fetchFrom(group, 1);
  expect(fetches).toHaveLength(before + MAX_FETCH_BURST - 1);
});

test('waits less while partitions are paused', async () => {
  const group = createGroup();
  await fetchFrom(group, 1);
  expect(group.maxWaitTime).toBe(4_000);
  group.paused = () => [{ topic: 'cups.applications', partitions: [0] }];
  await fetchFrom(group, 1);
  expect(group.maxWaitTime).toBe(MAX_PAUSED_WAIT_MS);
  group.paused = () => [];
  await fetchFrom(group, 1);
  expect(group.maxWaitTime).toBe(4_000);
});
