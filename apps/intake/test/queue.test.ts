import { expect, test } from '@jest/globals';
import { BUCKETS, STATES } from '@cups/application';
import { resolveBuckets, resolveQueueStatus } from '../src/domain/queue.ts';
import type { QueueStatus } from '../src/domain/queue.ts';
import type { Application } from '../src/domain/application.ts';
import { resolveQueueList, QUEUE_INDEXES } from '../src/store/queue.ts';
import { applicationInState, NOW } from './fixtures.ts';

/** The place of an application in the queue: what follows from its state, its dates, and what was said and told. */

const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
const ME = 'operators/cu-001-specialist';
const withEmail = (app: Application): Application => ({
  ...app,
  content: { ...app.content, contact: { email: 'a@example.md' } },
});
const bucketsOn = (app: Application, now: Date) =>
  resolveBuckets({ ...app, queue: resolveQueueStatus(app)! }, { operator: ME, now });

test('Every state has its place; what has ended has none.', () => {
  const places = Object.fromEntries(
    STATES.map((state) => [state, resolveQueueStatus(applicationInState(state))?.place]),
  );
  expect(places).toEqual({
    draft: 'drafts',
    submitted: 'at-agency',
    'in-progress': 'at-agency',
    'documents-requested': 'documents-requested',
    ready: 'ready',
    rejected: 'ready',
    'handed-over': 'to-confirm',
    closed: undefined,
    withdrawn: undefined,
    expired: undefined,
  });
});

const rows: [what: string, app: () => Application, place: Partial<QueueStatus>][] = [
  [
    'a draft runs out thirty days after it was touched, and reminds of it three days before',
    () => applicationInState('draft'),
    { since: NOW, runsOut: '2026-04-09', actOn: '2026-04-06' },
  ],
  [
    'what is at an agency is nothing to do until its due date has passed',
    () => ({ ...applicationInState('submitted'), dueDate: '2026-03-24' }),
    { runsOut: '2026-03-24', actOn: '2026-03-25' },
  ],
  [
    'without a due date it never is',
    () => ({ ...applicationInState('submitted'), dueDate: undefined }) as never,
    { place: 'at-agency' },
  ],
  [
    'documents that are asked for are to do ten days before the last day',
    () => withEmail({ ...applicationInState('documents-requested'), seenTime: later(1) }),
    { runsOut: '2026-04-10', actOn: '2026-03-31' },
  ],
  [
    'and at once while somebody who gets no mail does not know',
    () => ({ ...applicationInState('documents-requested'), seenTime: later(1) }),
    { ring: NOW, runsOut: '2026-04-10', actOn: '2026-03-10' },
  ],
  [
    'a result is to do at once',
    () => withEmail({ ...applicationInState('ready'), seenTime: later(1) }),
    { actOn: '2026-03-10' },
  ],
  ['and is news until somebody has dealt with it', () => withEmail(applicationInState('ready')), { news: NOW }],
];

test.each(rows)('%s', (_what, make, wanted) => {
  const place = resolveQueueStatus(make());
  expect(place).toMatchObject(wanted);
  for (const field of ['ring', 'news', 'actOn', 'runsOut'] as const) {
    if (!(field in wanted) && field !== 'actOn') expect([field, place?.[field]]).toEqual([field, undefined]);
  }
});

test('What was told after it happened is told; what was told before is not.', () => {
  const ready = applicationInState('ready');
  const told = (time: Date) =>
    resolveQueueStatus({ ...ready, told: [{ time, by: ME, how: 'phone', about: 'ready' }] })?.ring;
  expect(told(later(-1))).toEqual(NOW);
  expect(told(later(1))).toBeUndefined();
});

test('An act of the desk deals with the news before it, and not with what comes after.', () => {
  const handed = applicationInState('handed-over');
  expect(resolveQueueStatus(handed)?.news).toBeUndefined();
  const note = { kind: 'result-revoked' as const, recordTime: later(1) };
  expect(resolveQueueStatus({ ...handed, deskNotes: [note] })?.news).toEqual(later(1));
  expect(resolveQueueStatus({ ...handed, deskNotes: [note], seenTime: later(2) })?.news).toBeUndefined();
});

test('A result stands among those not collected after 14 and after 30 days, to the moment.', () => {
  const ready = withEmail(applicationInState('ready'));
  const uncollected = (days: number) =>
    bucketsOn(ready, later(days)).filter((bucket) => bucket.startsWith('uncollected'));
  expect(uncollected(13.99)).toEqual([]);
  expect(uncollected(14)).toEqual(['uncollected-14-days']);
  expect(uncollected(30)).toEqual(['uncollected-14-days', 'uncollected-30-days']);
});

test('What runs out within three days stands among it, and stays there when it has.', () => {
  const app = { ...applicationInState('submitted'), dueDate: '2026-03-24' };
  const runsOut = (day: string) => bucketsOn(app, new Date(`${day}T09:00:00Z`)).includes('running-out');
  expect(['2026-03-20', '2026-03-21', '2026-03-24', '2026-05-01'].map(runsOut)).toEqual([false, true, true, true]);
});

test('Lists are told in one order, and one’s own are those that one takes care of.', () => {
  const app = { ...applicationInState('ready'), assignee: ME };
  const buckets = bucketsOn(app, later(31));
  expect(buckets).toEqual(BUCKETS.filter((bucket) => buckets.includes(bucket)));
  expect(buckets).toContain('mine');
  expect(bucketsOn({ ...app, assignee: 'operators/other' }, later(31))).not.toContain('mine');
});

test.each(BUCKETS)('The list %s is one range of one index, in its order.', (bucket) => {
  const { filter, by } = resolveQueueList(bucket, { operator: ME, now: NOW });
  const equal = Object.keys(filter).filter((field) => typeof filter[field] === 'string');
  const ranged = Object.keys(filter).filter((field) => !equal.includes(field) && field !== by);
  expect(ranged).toEqual([]);
  const indexes = QUEUE_INDEXES.map(({ fields }) => Object.keys(fields).join(' '));
  expect(indexes).toContain(['centre', ...equal, by, '_id'].join(' '));
});
