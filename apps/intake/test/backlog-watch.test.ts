import { afterEach, expect, test } from '@jest/globals';
import { captureLog, captureMetrics, eventually } from '@cups/testing';
import { startBacklogWatch } from '../src/backlog-watch.ts';
import type { Backlog } from '../src/backlog-watch.ts';
import { startEscalationWatch } from '../src/escalation-watch.ts';
import type { EscalationWatchDeps } from '../src/escalation-watch.ts';
import type { StoredApplication } from '../src/store.ts';

/** The metrics of what waits in intake. */

const NOW = new Date('2026-03-10T09:00:00Z');
const now = () => NOW;
let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

/** Returns a function that reads a metric, by its name and label. */
const reader = (text: () => Promise<string>) => async (name: string, label: string) => {
  const lines = (await text()).split('\n').filter((line) => line.startsWith(name) && line.includes(label));
  return Number(lines[0]?.split(' ').at(-1));
};

test('counts what waits and its age, and nothing once nothing waits', async () => {
  const { metrics, text } = captureMetrics();
  const valueOf = reader(text);
  let waiting: Pick<StoredApplication, 'updateTime'>[] = [{ updateTime: new Date(NOW.getTime() - 90_000) }];
  const filters: object[] = [];
  const documents = {
    countEach: (asked: readonly object[]) => (filters.push(...asked), Promise.resolve([waiting.length])),
    find: () => Promise.resolve(waiting),
  };
  stop = startBacklogWatch(
    {
      documents: documents as unknown as Backlog<StoredApplication>['documents'],
      filter: () => ({ due: { $lte: now() } }),
      sinceField: 'updateTime',
      sinceOf: ({ updateTime }) => updateTime,
      count: metrics.gauge('waiting', 'Waiting.', []),
      oldest: metrics.gauge('oldest_seconds', 'Age.', []),
      onFailure: (error) => {
        throw error;
      },
    },
    { now, everyMs: 20 },
  );
  await eventually(async () => (await valueOf('oldest_seconds', '')) === 90);
  expect(await valueOf('waiting', '')).toBe(1);
  expect(filters[0]).toEqual({ due: { $lte: NOW } });
  waiting = [];
  await eventually(async () => (await valueOf('oldest_seconds', '')) === 0);
  expect(await valueOf('waiting', '')).toBe(0);
});

test('counts silent agencies by step beside open complaints', async () => {
  const { metrics, text } = captureMetrics();
  const valueOf = reader(text);
  const countEach = (filters: readonly object[]) =>
    Promise.resolve(filters.map((filter) => (JSON.stringify(filter).includes('term-150') ? 2 : 1)));
  const find = () => Promise.resolve([{ queue: { complaintDate: '2026-03-08' } }]);
  const applications = { countEach, find } as unknown as EscalationWatchDeps['applications'];
  stop = startEscalationWatch({ applications, log: captureLog().log, metrics, now, everyMs: 20 });
  await eventually(async () => (await valueOf('intake_escalated_applications', '"term-150"')) === 2);
  expect(await valueOf('intake_escalated_applications', '"term-75"')).toBe(1);
  expect(await valueOf('intake_open_complaints', '')).toBe(1);
  expect(await valueOf('intake_open_complaint_oldest_seconds', '')).toBe(57 * 3_600);
});
