import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ID, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** The workload of an agency: what the bridge counts, for the clerks that identity lists. */

const ASSIGN = `/api/v1/deliveries/${ID}-asp/assign`;
const [CLERK, MANAGER, FORMER] = ['operators/asp-clerk', 'operators/asp-manager', 'operators/asp-former'];
const counts = { overdue: 0, decided: 0, medianTenthDays: -1 };

let gateway: Gateway;
let cookie = '';
beforeAll(async () => {
  gateway = await startGateway({
    identity: {
      ListAgencyOperators: () =>
        Promise.resolve({ operators: [CLERK, MANAGER].map((name) => ({ name, displayName: name })) }),
      BatchGetOperators: ({ names }) =>
        Promise.resolve({ operators: names.map((name) => ({ name, displayName: `Test ${name}` })) }),
    },
    bridge: {
      ListAgencyWorkload: () =>
        Promise.resolve({
          workloads: [
            { ...counts, assignee: '', open: 3, oldestTime: { seconds: '1790000000', nanos: 0 } },
            { ...counts, assignee: CLERK, open: 2, overdue: 1, decided: 4, medianTenthDays: 25 },
            { ...counts, assignee: FORMER, open: 1 },
          ],
          periodDays: 30,
          truncated: false,
        }),
      AssignDelivery: ({ name, assignee }) =>
        Promise.resolve({
          delivery: {
            ...{ name, assignee, application: `applications/${ID}`, agency: 'agencies/asp', centre: 'centres/CU-001' },
            ...{ state: 'DELIVERY_STATE_SENT', stage: 'AGENCY_STAGE_IN_PROGRESS', submission: 1 },
            queueTime: { seconds: '1790000000', nanos: 0 },
          },
        }),
    },
  });
  const session = { role: ['agency-clerk' as const, 'agency-manager' as const], agency: 'agencies/asp' };
  cookie = await gateway.cookieOf(gateway.keys.session({ ...session, operator: MANAGER }).token);
});
afterAll(() => gateway.stop());
beforeEach(() => void gateway.calls.bridge.splice(0));

test('lists active clerks without work too, and marks those who have left', async () => {
  const reply = await gateway.send('GET', '/api/v1/agency-workload', { cookie });
  expect([reply.status, reply.body]).toMatchObject([
    200,
    {
      periodDays: 30,
      truncated: false,
      workloads: [
        { open: 3, overdue: 0, decided: 0, oldestTime: '2026-09-21T14:13:20.000Z' },
        { assignee: CLERK, isActive: true, open: 2, overdue: 1, decided: 4, medianDays: 2.5 },
        { assignee: FORMER, isActive: false, open: 1 },
        { assignee: MANAGER, isActive: true, open: 0, overdue: 0, decided: 0 },
      ],
      operators: [CLERK, FORMER, MANAGER].map((name) => ({ name, displayName: `Test ${name}` })),
    },
  ]);
});

test.each([
  ['an active clerk', CLERK, 200, 1],
  ['a clerk who has left', FORMER, 404, 0],
  ['a clerk of another agency', 'operators/cnas-clerk', 404, 0],
])('gives work to %s: %s gets %i', async (_who, assignee, status, calls) => {
  const headers = { 'Idempotency-Key': randomUUID() };
  const reply = await gateway.send('POST', ASSIGN, { cookie, body: { assignee }, headers });
  expect([reply.status, gateway.calls.bridge.length]).toEqual([status, calls]);
});
