import { beforeEach, expect, test } from '@jest/globals';
import { REQUEST_TYPES } from '@cups/agency-contract';
import { createMetrics } from '@cups/process';
import { silentLog } from '@cups/testing';
import { FeedReader } from '../src/pull/feed-reader.ts';
import type { FeedReaderDeps } from '../src/pull/feed-reader.ts';
import type { PositionedEntry } from '../src/pull/feed.ts';

/** How a read waits, on a feed and waits of the test. */

const NOW = new Date('2026-03-10T09:00:00Z');
const ENTRY: PositionedEntry = {
  position: 1,
  agency: 'arhiva',
  key: 'deliveries/01JAPP00000000000000000001-arhiva/1',
  subject: 'deliveries/01JAPP00000000000000000001-arhiva',
  type: REQUEST_TYPES.expired,
  id: 'e1',
  time: NOW,
  correlationId: '',
  causationId: '',
  data: { application: 'applications/01JAPP00000000000000000001' },
  addTime: NOW,
};

let entries: PositionedEntry[];
let acts: unknown[];
/** What happens during a wait. */
let onWait: () => void;
beforeEach(() => {
  entries = [];
  acts = [];
  onWait = () => {};
});

function open(): FeedReader {
  const feeds = {
    recordRead: (_agency: string, position: number) => Promise.resolve(void acts.push(['recordRead', position])),
    read: () => {
      acts.push('read');
      return Promise.resolve(entries);
    },
  };
  const waits: FeedReaderDeps['waits'] = {
    untilAdded: (agency, after, { maxMs }) => {
      acts.push(['wait', agency, after, maxMs > 29_000 ? 'long' : maxMs > 0 && maxMs <= 4_000 ? 'short' : maxMs]);
      onWait();
      return Promise.resolve();
    },
  };
  const unused = {} as never;
  const others = { deliveries: unused, submissions: unused, messages: unused, copies: unused };
  const metrics = createMetrics('agency-bridge');
  return new FeedReader({ feeds: feeds as never, waits, ...others, log: silentLog, metrics, now: () => NOW });
}

function read({ waitMs = 30_000, remainingMs = 40_000, signal = new AbortController().signal } = {}) {
  const call = {
    deadline: new Date(Date.now() + remainingMs),
    signal,
    async waitIdle<T>(wait: () => Promise<T>): Promise<T> {
      acts.push('idle');
      return wait();
    },
    onRead: () => undefined,
  };
  return open().read({ agency: 'arhiva', cursor: '', pageSize: 20, waitMs }, call);
}

test('records the cursor once, waits idly, and returns what was added meanwhile', async () => {
  onWait = () => entries.push(ENTRY);
  const page = await read();
  expect(page.events.map((event) => (JSON.parse(event.toString()) as { id: string }).id)).toEqual(['e1']);
  expect(acts).toEqual([['recordRead', 0], 'read', 'idle', ['wait', 'arhiva', 0, 'long'], 'read']);
});

test('does not wait without a wait, or with a message', async () => {
  await read({ waitMs: 0 });
  entries.push(ENTRY);
  await read();
  expect(acts).toEqual([['recordRead', 0], 'read', ['recordRead', 0], 'read']);
});

test('ends a wait one second before the deadline of its call', async () => {
  expect(await read({ remainingMs: 5_000 })).toMatchObject({ events: [], hasMore: false });
  expect(acts).toContainEqual(['wait', 'arhiva', 0, 'short']);
  acts = [];
  await read({ remainingMs: 500 });
  expect(acts).toEqual([['recordRead', 0], 'read', 'read']);
});

test('reads nothing for a caller that left during the wait', async () => {
  const controller = new AbortController();
  onWait = () => {
    entries.push(ENTRY);
    controller.abort();
  };
  await expect(read({ signal: controller.signal })).rejects.toMatchObject({ reason: 'CANCELLED' });
  expect(acts.filter((act) => act === 'read')).toHaveLength(1);
});
