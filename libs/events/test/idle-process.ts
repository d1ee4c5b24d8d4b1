import { createHook } from 'node:async_hooks';
import { createEvent, eventually, silentLog } from '@cups/testing';
import { createConsumer, createPublisher, ensureTopics } from '../src/index.ts';

let wakeUps = 0;
const timers = new Set<number>();
createHook({
  init: (id, type) => type === 'Timeout' && timers.add(id),
  before: (id) => timers.has(id) && (wakeUps += 1),
}).enable();
/** Started by patch-idle-timers.test.ts: an idle consumer and producer for 3 s; prints their cost. */
const [brokers = '', prefix = ''] = process.argv.slice(2);
const to = { brokers: brokers.split(','), prefix, log: silentLog };
await ensureTopics({ ...to, partitions: 3, agencies: [] });
let handled = 0;
const consumer = createConsumer({
  ...to,
  groupId: 'idle',
  topics: ['cups.applications'],
  expects: {},
  handle: () => Promise.resolve((handled += 1) > 0 ? 'done' : 'refused'),
  keepRefused: () => Promise.resolve(),
});
const publisher = createPublisher({ ...to, clientId: 'idle' });
await publisher.publish([createEvent({ topic: 'cups.applications', key: 'a', type: 'T' })]);
await eventually(() => handled === 1);

wakeUps = 0;
const before = process.cpuUsage();
const startedAt = performance.now();
await new Promise((resolve) => setTimeout(resolve, 3_000));
const seconds = (performance.now() - startedAt) / 1_000;
const { user, system } = process.cpuUsage(before);
await consumer.stop();
await publisher.stop();
console.log(JSON.stringify({ perSecond: wakeUps / seconds, cpuPercent: (user + system) / seconds / 10_000 }));
