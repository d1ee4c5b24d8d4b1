import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Tally, toCountedRow } from '../src/domain/statistics.ts';
import type { CountedApplication } from '../src/domain/statistics.ts';
import { DAY, useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;
afterEach(() => void (scene.world.clock.now = undefined));
const supervisor = () => scene.world.deskAt(scene.port, 'CU-331', { role: 'supervisor' });
const period = { fromDate: '2026-03-01', toDate: '2026-03-31' };

describe('GetStatistics', () => {
  test('counts applications of a period by group and in total, without names', async () => {
    const day = (date: string) => (scene.world.clock.now = new Date(`${date}T09:00:00Z`));
    day('2026-03-02');
    await at('CU-331').file(1);
    const draft = await at('CU-331').open(2);
    await at('CU-332').file(3);
    day('2026-03-31');
    await at('CU-332')
      .submit(draft.name)
      .catch(() => undefined);
    await at('CU-331').submit(draft.name);
    await at('CU-331').withdrawApplication({ requestId: randomUUID(), name: draft.name });
    day('2026-04-01');
    await at('CU-332').file(4);
    const answer = await supervisor().getStatistics(period);
    expect(answer.rows).toMatchObject([
      { name: 'centres/CU-331', filed: 2, open: 1, withdrawn: 1, overdue: 1 },
      { name: 'centres/CU-332', filed: 1, open: 1, withdrawn: 0, overdue: 1 },
    ]);
    expect(answer.total).toMatchObject({ filed: 3, open: 2, deskSeconds: '0' });
    const byAgency = await supervisor().getStatistics({ ...period, group: 'STATISTICS_GROUP_AGENCY' });
    expect(byAgency.rows).toMatchObject([{ name: 'agencies/asp', filed: 3 }]);
    expect(JSON.stringify(answer)).not.toMatch(/Test|29000/);
    const oneDay = await supervisor().getStatistics({ fromDate: '2026-03-31', toDate: '2026-03-31' });
    expect(oneDay.rows).toMatchObject([{ name: 'centres/CU-331', filed: 1 }]);
  });

  test('excludes training applications and rejects desk roles', async () => {
    scene.world.clock.now = new Date('2026-03-15T09:00:00Z');
    scene.world.centres['CU-333'] = { status: 'CENTRE_STATUS_TRAINING' };
    await at('CU-333').file(5);
    const { rows } = await supervisor().getStatistics(period);
    expect(rows.map(({ name }) => name)).not.toContain('centres/CU-333');
    await expect(at('CU-331').getStatistics(period)).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });

  test.each([
    ['an empty date', { fromDate: '', toDate: '2026-03-31' }],
    ['an invalid date', { fromDate: '2026-02-30', toDate: '2026-03-31' }],
    ['an end before the start', { fromDate: '2026-03-31', toDate: '2026-03-01' }],
    ['a period over a year', { fromDate: '2024-01-01', toDate: '2026-03-01' }],
  ])('rejects %s', async (_what, given) => {
    await expect(supervisor().getStatistics(given)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  });

  test('sums the time at the desk, the agency and the citizen', () => {
    const start = new Date('2026-03-01T00:00:00Z');
    const after = (days: number) => new Date(start.getTime() + days * DAY);
    const row = (fromState: string, toState: string, days: number) => ({ fromState, toState, recordTime: after(days) });
    const app = {
      createTime: start,
      submitTime: after(1),
      state: 'closed',
      decision: { approved: true },
      outcome: { needMet: true },
      history: [
        row('draft', 'submitted', 1),
        row('submitted', 'in-progress', 2),
        row('in-progress', 'documents-requested', 4),
        row('documents-requested', 'in-progress', 9),
        row('in-progress', 'in-progress', 10),
        row('in-progress', 'ready', 12),
        row('ready', 'handed-over', 14),
        row('handed-over', 'closed', 14),
      ],
    } as CountedApplication;
    const seconds = (days: number) => (days * DAY) / 1000;
    const wanted = { deskSeconds: seconds(1), agencySeconds: seconds(6), citizenSeconds: seconds(7), needMet: 1 };
    const tally = new Tally(after(20));
    tally.add(toCountedRow(app)!);
    expect(tally.result()).toMatchObject(wanted);
    const none = new Tally(start).result();
    expect([none.filed, 'deskSeconds' in none]).toEqual([0, false]);
  });
});

describe('GetCentreStatistics', () => {
  const month = { fromDate: '2026-06-01', toDate: '2026-06-30' };
  const manager = (centre: string, inheritedCentres: string[] = []) =>
    scene.world.deskAt(scene.port, centre, { role: 'centre-manager', inheritedCentres });

  test('counts the own centre and inherited centres, and no other', async () => {
    scene.world.clock.now = new Date('2026-06-02T09:00:00Z');
    await at('CU-341').file(1);
    const withdrawn = await at('CU-341').file(2);
    await at('CU-341').withdrawApplication({ requestId: randomUUID(), name: withdrawn.name });
    await at('CU-342').file(3);
    await at('CU-343').file(4);
    await at('CU-343').file(5);
    await at('CU-343').file(6);
    const own = await manager('CU-341').getCentreStatistics(month);
    expect(own.statistics).toMatchObject({ name: 'centres/CU-341', filed: 2, open: 1, withdrawn: 1, toHandOver: 0 });
    expect(JSON.stringify(own)).not.toMatch(/Test|29000/);
    const { statistics } = await manager('CU-341', ['CU-342']).getCentreStatistics(month);
    expect(statistics).toMatchObject({ name: 'centres/CU-341', filed: 3, open: 2 });
    scene.world.clock.now = new Date('2026-07-02T09:00:00Z');
    await at('CU-341').file(7);
    const both = await manager('CU-341').getCentreStatistics({ ...month, toDate: '2026-07-31' });
    expect(both.statistics).toMatchObject({ filed: 3, open: 2, overdue: 1 });
    expect((await manager('CU-349').getCentreStatistics(month)).statistics).toMatchObject({ filed: 0, open: 0 });
  });

  test('rejects operators who do not manage the centre, and a period over a year', async () => {
    const refused = { reason: 'PERMISSION_DENIED' };
    await expect(at('CU-341').getCentreStatistics(month)).rejects.toMatchObject(refused);
    await expect(supervisor().getCentreStatistics(month)).rejects.toMatchObject(refused);
    const tooLong = { fromDate: '2024-01-01', toDate: '2026-03-01' };
    await expect(manager('CU-341').getCentreStatistics(tooLong)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  });

  test.each([
    ['ready', 1],
    ['rejected', 1],
    ['in-progress', 0],
    ['handed-over', 0],
  ] as const)('counts %s as %i to hand over', (state, toHandOver) => {
    const now = new Date('2026-06-02T09:00:00Z');
    const tally = new Tally(now);
    tally.add(toCountedRow({ createTime: now, submitTime: now, state, history: [] })!);
    expect(tally.result()).toMatchObject({ filed: 1, toHandOver });
  });
});
