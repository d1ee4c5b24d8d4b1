import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import { ID, startGateway } from './gateway.ts';
import type { FakeServices, Gateway } from './gateway.ts';

/** Single requests of the desk page: the queue, application details, statistics. */

const running: Gateway[] = [];
async function start(fakes: FakeServices = {}): Promise<Gateway> {
  const gateway = await startGateway(fakes);
  running.push(gateway);
  return gateway;
}
let gateway: Gateway;
beforeAll(async () => {
  gateway = await start();
});
afterAll(() => Promise.all(running.map((gateway) => gateway.stop())));

const DETAILS = `/api/v1/applications/${ID}/details`;
const failUnavailable = (upstream: string) =>
  Promise.reject(new Problem({ reason: 'STORE_UNAVAILABLE', message: `${upstream} is unavailable` }));

test('the queue response contains rows, bucket counts and a cursor', async () => {
  const { status, body } = await gateway.send('GET', '/api/v1/queue');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    applications: [{ id: ID, buckets: ['today', 'ready'], sinceTime: '2026-11-24T08:00:00.000Z' }],
    counts: [{ bucket: 'today', count: 1 }],
    cursor: 'cTE',
    nextPageToken: 'next',
  });
  const unknown = await gateway.send('GET', '/api/v1/queue?bucket=yesterday');
  expect([unknown.status, unknown.body.reason]).toEqual([400, 'INVALID_ARGUMENT']);
  expect((await gateway.send('GET', '/api/v1/queue/changes')).status).toBe(400);
  expect((await gateway.send('GET', '/api/v1/queue', { cookie: null })).status).toBe(401);
});

test('application details combine all services in one response', async () => {
  const { status, body } = await gateway.send('GET', DETAILS);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    application: { id: ID, etag: '"3"' },
    history: [{ kind: 'submit', fromState: 'draft', toState: 'submitted' }],
    notices: [{ kind: 'application-submitted' }],
    delivery: { state: 'sent' },
    lastAccess: { kind: 'details', accessTime: '2026-11-24T08:00:00.000Z' },
    accessCount: 3,
    operatorCount: 2,
    unavailableParts: [],
  });
});

test('details include a notice that is not composed yet', async () => {
  const notice = { name: 'notices/1', application: `applications/${ID}`, kind: 'result-ready' };
  const state = 'NOTICE_STATE_PENDING' as const;
  const createTime = { seconds: '1763971200', nanos: 0 };
  const early = await start({
    notifications: { ListNotices: () => Promise.resolve({ notices: [{ ...notice, state, createTime }] }) },
  });
  const { status, body } = await early.send('GET', DETAILS);
  expect(status).toBe(200);
  expect(body.notices).toEqual([expect.objectContaining({ kind: 'result-ready', state: 'pending' })]);
});

test('an unavailable service is listed and the rest returned; a draft has no delivery', async () => {
  const without = await start({
    notifications: { ListNotices: () => failUnavailable('notifications') },
    bridge: { GetDelivery: () => Promise.reject(new Problem({ reason: 'NOT_FOUND', message: 'none' })) },
  });
  const { status, body } = await without.send('GET', DETAILS);
  expect(status).toBe(200);
  expect(body.unavailableParts).toEqual(['notices']);
  expect(Object.keys(body)).not.toContain('notices');
  expect(Object.keys(body)).not.toContain('delivery');
});

test('an application that notifications does not know yet has no notices', async () => {
  const missing = () => Promise.reject(new Problem({ reason: 'NOT_FOUND', message: 'none' }));
  const early = await start({ notifications: { ListNotices: missing } });
  const { status, body } = await early.send('GET', `/api/v1/applications/${ID}/notices`);
  expect([status, body]).toEqual([200, { notices: [] }]);
  expect((await early.send('GET', `/api/v1/applications/${ID}/notices/${ID}-1/slip`)).status).toBe(404);
});

test('notices of a foreign application are not found', async () => {
  const foreign = await start({
    intake: { RecordAccess: () => Promise.reject(new Problem({ reason: 'NOT_FOUND', message: 'none' })) },
    notifications: { ListNotices: () => failUnavailable('notifications') },
  });
  expect((await foreign.send('GET', `/api/v1/applications/${ID}/notices`)).status).toBe(404);
});

test('only intake receives a request for a foreign application', async () => {
  const foreign = await start({
    intake: { GetApplicationDetails: () => Promise.reject(new Problem({ reason: 'NOT_FOUND', message: 'none' })) },
  });
  expect((await foreign.send('GET', DETAILS)).status).toBe(404);
  expect(foreign.calls.bridge).toEqual([]);
});

test('statistics are available as JSON and as CSV', async () => {
  const period = 'from=2026-01-01&to=2026-12-31';
  const { body } = await gateway.send('GET', `/api/v1/statistics?${period}`);
  expect(body.rows).toMatchObject([{ name: 'centres/CU-001', filed: 4, rejected: 0, deskSeconds: 600 }]);
  expect(body.total.name).toBeUndefined();
  const table = await gateway.send('GET', `/api/v1/statistics.csv?${period}`);
  expect(table.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(table.get('content-disposition')).toBe('attachment; filename="statistics.csv"');
  const [head, row] = table.text.split('\r\n');
  expect(head).toBe(
    'name,filed,open,approved,rejected,withdrawn,expired,overdue,needMet,needNotMet,deskSeconds,agencySeconds,citizenSeconds,toHandOver',
  );
  expect(row).toBe('centres/CU-001,4,1,2,0,0,0,0,0,0,600,,,0');
  expect((await gateway.send('GET', '/api/v1/statistics?from=2026-01-01')).status).toBe(400);
});

test('the access-log printout has a language, operator names and no scripts', async () => {
  const accessLogEntry = (
    kind: 'COPY' | 'DETAILS' | 'SEARCH',
    time: string,
    operator = 'operators/cu-001-specialist',
  ) => ({
    operator,
    accessTime: { seconds: String(Date.parse(`2026-11-24T${time}Z`) / 1000), nanos: 0 },
    kind: `ACCESS_KIND_${kind}` as const,
    centre: 'centres/CU-001',
  });
  const printing = await start({
    intake: {
      ListAccessLogEntries: () =>
        Promise.resolve({
          entries: [
            accessLogEntry('SEARCH', '08:03:00'),
            accessLogEntry('SEARCH', '08:02:00', 'operators/unknown'),
            accessLogEntry('COPY', '08:01:00', 'operators/ops'),
            accessLogEntry('DETAILS', '08:00:00'),
          ],
        }),
    },
    identity: {
      BatchGetOperators: () =>
        Promise.resolve({ operators: [{ name: 'operators/cu-001-specialist', displayName: 'Ana <b>Exemplu</b>' }] }),
    },
  });
  const path = `/api/v1/applications/${ID}/access-log/printout`;
  const { text, headers } = await printing.send('GET', path);
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(text).toContain('<h1>Cine a consultat cererea</h1>');
  // Two accesses within 15 minutes are one row.
  expect(text).toContain('<td>24.11.2026, 10:00</td><td>24.11.2026, 10:03</td>');
  expect(text).toContain('<td>dosarul cererii, rândul într-o căutare</td><td>2</td>');
  expect(text).toContain('Ana &#60;b&#62;Exemplu');
  expect(text).toContain('operators/unknown');
  expect(text).toContain('<td>Administratorul platformei</td>');
  expect((await printing.send('GET', `${path}?language=ru`)).text).toContain('дело заявления');
  expect((await printing.send('GET', `${path}?language=de`)).status).toBe(400);
});
