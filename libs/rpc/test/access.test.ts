import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAgencySession } from '../src/index.ts';
import type { AccessRow, Role, ServiceName, Session } from '../src/index.ts';
import { PUBLIC_ACCESS, captureRejection, startTestServer, session } from './test-server.ts';
import type { TestServer } from './test-server.ts';

describe('validateAccessTable', () => {
  const invalidRows: [string, unknown, string][] = [
    ['a method without a row', undefined, 'NotificationsService.GetSlip has no access row.'],
    ['a row without callers', { ...PUBLIC_ACCESS, callers: [] }, 'names no caller'],
    ['a row with an empty list of roles', { ...PUBLIC_ACCESS, roles: [], tenancy: 'centre' }, 'names no role'],
    ['a row of a centre without a session', { ...PUBLIC_ACCESS, tenancy: 'centre' }, 'requires roles'],
    [
      'a row that exempts a service which may not call',
      { ...PUBLIC_ACCESS, roles: ['supervisor'], tenancy: 'platform', withoutSession: ['ops'] },
      'ops without a session is not a caller',
    ],
    [
      'a row that exempts callers from a session that nobody needs',
      { ...PUBLIC_ACCESS, withoutSession: ['gateway'] },
      'require roles and tenancy platform',
    ],
    ['a public row with a role', { ...PUBLIC_ACCESS, roles: ['support'] }, "requires roles 'none'"],
  ];
  test.each(invalidRows)('prevents the start with %s', async (_what, row, message) => {
    await expect(
      startTestServer({}, { slips: row as AccessRow, ...(row === undefined && { slips: null as never }) }),
    ).rejects.toThrow(message);
  });

  test('prevents the start with a method without a handler', async () => {
    await expect(startTestServer({ GetSlip: undefined as never })).rejects.toThrow(
      'NotificationsService.GetSlip has no handler.',
    );
  });
});

describe('assertAccess', () => {
  const CALLERS: ServiceName[] = ['gateway', 'intake'];
  const ROLES: Role[] = ['specialist', 'centre-manager', 'supervisor', 'support', 'agency-clerk', 'agency-system'];
  const row: AccessRow = {
    callers: ['gateway'],
    roles: ['specialist', 'centre-manager'],
    tenancy: 'centre',
    personalData: true,
  };
  const agencyRow: AccessRow = {
    callers: ['gateway'],
    roles: ['agency-clerk', 'agency-system'],
    tenancy: 'agency',
    personalData: false,
  };
  let service: TestServer;
  let ran = 0;

  beforeAll(async () => {
    service = await startTestServer(
      {
        GetSlip: async (request, context) => {
          ran++;
          if (request.name) context.recordAccess(request.name);
          return {};
        },
      },
      { slips: row, notices: agencyRow },
    );
  });
  afterAll(() => service.stop());

  const call = (caller: ServiceName, claims?: Partial<Session>, name = '') =>
    service
      .clientOf(caller)
      .getSlip({ name }, claims ? { sessionToken: service.keys.identity.signSession(sessionFor(claims)) } : {});
  const machine = () => createAgencySession('asp', { sid: 's1', expires: new Date(Date.now() + 60_000) });
  const sessionFor = (claims: Partial<Session>) =>
    claims.roles?.includes('agency-system') ? machine() : session(claims);

  const matrix = CALLERS.flatMap((caller) => ROLES.map((role) => [caller, role] as const));
  test.each(matrix)('allows %s for a %s only what the row lists', async (caller, role) => {
    const allowed = caller === 'gateway' && (role === 'specialist' || role === 'centre-manager');
    const before = ran;
    if (allowed) await call(caller, { roles: [role] });
    else expect(await captureRejection(call(caller, { roles: [role] }))).toMatchObject({ reason: 'PERMISSION_DENIED' });
    expect(ran - before).toBe(allowed ? 1 : 0);
  });

  test('rejects a call without a session if the row requires a role', async () => {
    expect(await captureRejection(call('gateway'))).toMatchObject({ reason: 'UNAUTHENTICATED' });
  });

  test('rejects a session without a centre for a resource of a centre', async () => {
    const { centre: _, ...nowhere } = session();
    const sessionToken = service.keys.identity.signSession(nowhere);
    expect(await captureRejection(service.clientOf('gateway').getSlip({}, { sessionToken }))).toMatchObject({
      reason: 'PERMISSION_DENIED',
    });
  });

  test('rejects a session without an agency for a resource of an agency', async () => {
    const client = service.clientOf('gateway');
    const as = (claims: Partial<Session>) =>
      client.listNotices({}, { sessionToken: service.keys.identity.signSession(session(claims)) });
    expect(await captureRejection(as({ roles: ['agency-clerk'] }))).toMatchObject({ reason: 'PERMISSION_DENIED' });
    await as({ roles: ['agency-clerk'], agency: 'agencies/asp' });
  });

  test('allows the machine of an agency for a resource of an agency only', async () => {
    const client = service.clientOf('gateway');
    const sessionToken = service.keys.identity.signSession(machine());
    await client.listNotices({}, { sessionToken });
    expect(await captureRejection(client.getSlip({}, { sessionToken }))).toMatchObject({ reason: 'PERMISSION_DENIED' });
  });

  test('rejects a caller without a row before it checks the session', async () => {
    expect(await captureRejection(call('intake'))).toMatchObject({ reason: 'PERMISSION_DENIED' });
  });

  test('logs an access to personal data with operator, resource and calling service', async () => {
    service.lines.length = 0;
    await call('gateway', {}, 'notices/n1');
    await call('gateway', {});
    const accessLines = service.lines.filter((line) => line['event'] === 'personal-data-read');
    const expected = {
      method: 'NotificationsService.GetSlip',
      caller: 'gateway',
      operator: 'operators/cu-001.specialist-1',
    };
    expect(accessLines).toEqual([
      expect.objectContaining({ ...expected, resource: 'notices/n1' }),
      expect.objectContaining(expected),
    ]);
    expect(accessLines[1]).not.toHaveProperty('resource');
  });
});
