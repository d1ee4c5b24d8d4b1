import { describe, expect, test } from '@jest/globals';
import { BUCKETS, STATES } from '@cups/application';
import { resolveBuckets, resolveQueueStatus } from '../src/domain/queue.ts';
import type { QueueStatus } from '../src/domain/queue.ts';
import type { Application } from '../src/domain/application.ts';
import { resolveQueueList, QUEUE_INDEXES } from '../src/store/queue.ts';
import { confirmArrival } from '../src/domain/commands/results.ts';
import { ACTOR, applicationInState, NOW } from './fixtures.ts';

const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
const ME = 'operators/cu-001-specialist';
const withEmail = (app: Application): Application => ({
  ...app,
  content: { ...app.content, contact: { email: 'a@example.md' } },
});
const bucketsOn = (app: Application, now: Date) =>
  resolveBuckets({ ...app, queue: resolveQueueStatus(app)! }, { operator: ME, now });

describe('queue', () => {
  test('assigns a stage to every open state', () => {
    const stages = Object.fromEntries(
      STATES.map((state) => [state, resolveQueueStatus(applicationInState(state))?.stage]),
    );
    expect(stages).toEqual({
      draft: 'drafts',
      submitted: 'with-agency',
      'in-progress': 'with-agency',
      'documents-requested': 'documents-requested',
      ready: 'ready',
      rejected: 'ready',
      'handed-over': 'awaiting-outcome',
      closed: undefined,
      withdrawn: undefined,
      expired: undefined,
    });
  });

  const rows: [what: string, app: () => Application, expected: Partial<QueueStatus>][] = [
    [
      'a draft expires 30 days after its last edit, with a reminder three days before',
      () => applicationInState('draft'),
      { since: NOW, deadline: '2026-04-09', actionDate: '2026-04-06' },
    ],
    [
      'an application with the agency is a task after its due date',
      () => ({ ...applicationInState('submitted'), dueDate: '2026-03-24' }),
      { deadline: '2026-03-24', actionDate: '2026-03-25' },
    ],
    [
      'an application with the agency without a due date is never a task',
      () => ({ ...applicationInState('submitted'), dueDate: undefined }) as never,
      { stage: 'with-agency' },
    ],
    [
      'a document request is a task ten days before its deadline',
      () => withEmail({ ...applicationInState('documents-requested'), seenTime: later(1) }),
      { deadline: '2026-04-10', actionDate: '2026-03-31' },
    ],
    [
      'a document request is a task immediately while the applicant is not notified',
      () => ({ ...applicationInState('documents-requested'), seenTime: later(1) }),
      { notifySince: NOW, deadline: '2026-04-10', actionDate: '2026-03-10' },
    ],
    [
      'a result is a task immediately',
      () => withEmail({ ...applicationInState('ready'), seenTime: later(1) }),
      { actionDate: '2026-03-10' },
    ],
    [
      'a result is an agency update until an operator responds',
      () => withEmail(applicationInState('ready')),
      { agencyUpdateTime: NOW },
    ],
  ];

  test.each(rows)('%s', (_what, make, expected) => {
    const status = resolveQueueStatus(make());
    expect(status).toMatchObject(expected);
    for (const field of ['notifySince', 'agencyUpdateTime', 'actionDate', 'deadline'] as const) {
      if (!(field in expected) && field !== 'actionDate') expect([field, status?.[field]]).toEqual([field, undefined]);
    }
  });

  describe('a paper result on its way', () => {
    const ready = applicationInState('ready');
    const onTheWay: Application = { ...ready, decision: { ...ready.decision!, awaitsArrival: true } };

    test('waits apart from results to hand over, and becomes a task after 14 days', () => {
      const seen = { ...onTheWay, seenTime: later(1) };
      expect(resolveQueueStatus(seen)).toEqual({ stage: 'on-the-way', since: NOW, actionDate: '2026-03-24' });
      expect(bucketsOn(seen, later(13))).toEqual(['mine', 'open', 'on-the-way']);
      expect(bucketsOn(seen, later(31))).toEqual(['today', 'mine', 'open', 'on-the-way']);
    });

    test('counts as uncollected from its arrival, when the applicant must be notified', () => {
      const { document } = confirmArrival(onTheWay, { ...ACTOR, now: later(10) });
      expect(resolveQueueStatus(document)).toMatchObject({ stage: 'ready', since: later(10), notifySince: later(10) });
      expect(bucketsOn(document, later(23))).not.toContain('uncollected-14-days');
      expect(bucketsOn(document, later(24))).toContain('uncollected-14-days');
    });
  });

  test('counts notifications after the transition only', () => {
    const ready = applicationInState('ready');
    const notifySince = (time: Date) =>
      resolveQueueStatus({
        ...ready,
        personNotifications: [{ notifyTime: time, operator: ME, method: 'phone', about: 'ready' }],
      })?.notifySince;
    expect(notifySince(later(-1))).toEqual(NOW);
    expect(notifySince(later(1))).toBeUndefined();
  });

  test("clears agency updates before an operator's action, not after", () => {
    const handed = applicationInState('handed-over');
    expect(resolveQueueStatus(handed)?.agencyUpdateTime).toBeUndefined();
    const alert = { kind: 'result-revoked' as const, recordTime: later(1) };
    expect(resolveQueueStatus({ ...handed, deskAlerts: [alert] })?.agencyUpdateTime).toEqual(later(1));
    expect(
      resolveQueueStatus({ ...handed, deskAlerts: [alert], seenTime: later(2) })?.agencyUpdateTime,
    ).toBeUndefined();
  });

  test('lists results not collected for exactly 14 and 30 days', () => {
    const ready = withEmail(applicationInState('ready'));
    const uncollected = (days: number) =>
      bucketsOn(ready, later(days)).filter((bucket) => bucket.startsWith('uncollected'));
    expect(uncollected(13.99)).toEqual([]);
    expect(uncollected(14)).toEqual(['uncollected-14-days']);
    expect(uncollected(30)).toEqual(['uncollected-14-days', 'uncollected-30-days']);
  });

  test('lists deadlines within three days and past ones', () => {
    const app = { ...applicationInState('submitted'), dueDate: '2026-03-24' };
    const isDueSoon = (day: string) => bucketsOn(app, new Date(`${day}T09:00:00Z`)).includes('due-soon');
    expect(['2026-03-20', '2026-03-21', '2026-03-24', '2026-05-01'].map(isDueSoon)).toEqual([false, true, true, true]);
  });

  test('returns buckets in display order, and "mine" only for the assignee', () => {
    const app = { ...applicationInState('ready'), assignee: ME };
    const buckets = bucketsOn(app, later(31));
    expect(buckets).toEqual(BUCKETS.filter((bucket) => buckets.includes(bucket)));
    expect(buckets).toContain('mine');
    expect(bucketsOn({ ...app, assignee: 'operators/other' }, later(31))).not.toContain('mine');
  });

  test.each(BUCKETS)('reads the bucket %s as one range of one index, in its order', (bucket) => {
    const { filter, orderBy } = resolveQueueList(bucket, { operator: ME, now: NOW });
    const equal = Object.keys(filter).filter((field) => typeof filter[field] === 'string');
    const ranged = Object.keys(filter).filter((field) => !equal.includes(field) && field !== orderBy);
    expect(ranged).toEqual([]);
    const indexes = QUEUE_INDEXES.map(({ fields }) => Object.keys(fields).join(' '));
    expect(indexes).toContain(['centre', ...equal, orderBy, '_id'].join(' '));
  });
});
