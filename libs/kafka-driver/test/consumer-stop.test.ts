import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import Runner from 'kafkajs/src/consumer/runner.js';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { patchConsumerStop } from '../src/patch-consumer-stop.ts';

const [group, runner] = [ConsumerGroup.prototype, Runner.prototype];
const original = { fetch: group.fetch, heartbeat: runner.heartbeat, stop: runner.stop };
/** Brokers of the fetches that reached kafkajs, which no broker answers. */
const fetches: number[] = [];
group.fetch = (nodeId) => {
  fetches.push(nodeId);
  return new Promise(() => {});
};
runner.heartbeat = () => Promise.reject(new Error('REBALANCE_IN_PROGRESS'));
runner.stop = () => Promise.resolve();
patchConsumerStop();
beforeEach(() => void fetches.splice(0));
afterAll(() => {
  group.fetch = original.fetch;
  Object.assign(runner, { heartbeat: original.heartbeat, stop: original.stop });
});

/** A consumer of one broker, with the errors of the requests that its fetch connection rejected. */
function createConsumer() {
  const rejected: Error[] = [];
  const requestQueue = { rejectAll: (error: Error) => void rejected.push(error) };
  const brokers = { 1: { connectionPool: { pool: [undefined, { requestQueue }] } } };
  const consumerGroup = { cluster: { brokerPool: { brokers } } } as unknown as ConsumerGroup;
  const consumer = { consumerGroup } as Runner;
  const fetch = (nodeId: number) => group.fetch.call(consumerGroup, nodeId);
  return {
    rejected,
    fetch,
    heartbeat: () => runner.heartbeat.call(consumer),
    stop: () => runner.stop.call(consumer),
  };
}

test('a stop ends the fetches in progress and starts no further one', async () => {
  const [consumer, other] = [createConsumer(), createConsumer()];
  const pending = [consumer.fetch(1), consumer.fetch(2)];
  const otherFetch = other.fetch(1).then(() => 'ended');
  await consumer.stop();
  expect(await Promise.all(pending)).toEqual([[], []]);
  expect(await consumer.fetch(1)).toEqual([]);
  expect(consumer.rejected.map(({ message }) => message)).toEqual(['The consumer stops.']);
  expect(fetches).toEqual([1, 2, 1]);
  expect(await Promise.race([otherFetch, Promise.resolve('in progress')])).toBe('in progress');
});

test('a rebalance ends the fetches in progress, and further ones follow', async () => {
  const consumer = createConsumer();
  const pending = consumer.fetch(1);
  await expect(consumer.heartbeat()).rejects.toThrow('REBALANCE_IN_PROGRESS');
  expect(await pending).toEqual([]);
  void consumer.fetch(1);
  expect(fetches).toEqual([1, 1]);
  expect(consumer.rejected).toEqual([]);
});
