import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newUlid } from '@cups/contracts/node';
import { connect, readOfflineAct } from '../src/index.ts';
import type { Context } from '../src/index.ts';
import { bundleGetSlip } from './bundle-server.ts';
import { captureRejection, FULL_NAME, session, startTestServer } from './test-server.ts';
import type { Definition, TestServer } from './test-server.ts';

const NOW = new Date('2026-11-29T12:00:00.000Z');
const ANCHOR = new Date('2026-11-29T08:00:00.000Z');
const OPERATOR = session().operator;
const DEVICE = `devices/${newUlid(ANCHOR)}`;
const TIME = '2026-11-29T10:00:00.000Z';
const PREVIOUS = '0B7A1C9E-0000-4000-8000-00000000000A';
const SLIPS = { callers: ['gateway'], roles: ['specialist'], tenancy: 'centre', personalData: true } as const;

let service: TestServer;
const contexts: Context[] = [];
beforeAll(async () => {
  bundleGetSlip();
  service = await startTestServer(
    {
      async GetSlip({ name }, context) {
        contexts.push(context);
        return { html: name };
      },
    },
    { slips: SLIPS },
  );
});
afterAll(() => service.stop());

const grant = (operator = OPERATOR, anchorTime = ANCHOR) =>
  service.keys.identity.signOfflineGrant({ id: 'g1', operator, device: DEVICE, centre: 'centres/CU-001', anchorTime });
const claimOf = ({ token = grant(), time = TIME, sequence = '12', rest = '' } = {}) =>
  `grant="${token}", time="${time}", sequence=${sequence}${rest}`;
const read = (offline: string | undefined, now = NOW) =>
  readOfflineAct(
    { ...(offline !== undefined && { offline }), session: session() },
    service.keys.notifications,
    now,
  ).then((act) => act?.deskTime);

describe('readOfflineAct', () => {
  test('returns the time that the grant bounds, with device, number and the act before', async () => {
    const expected = { time: new Date(TIME), device: DEVICE, sequence: 12, anchorTime: ANCHOR, isBounded: true };
    expect(await read(claimOf())).toEqual(expected);
    expect(await read(claimOf({ rest: `, previous="${PREVIOUS}"` }))).toEqual({
      ...expected,
      previous: PREVIOUS.toLowerCase(),
    });
  });

  test('returns nothing without a claim', async () => {
    expect(await read(undefined)).toBeUndefined();
  });

  test('returns an unbounded time for a clock that is wrong, and for an act after the end of the grant', async () => {
    expect(await read(claimOf({ time: '2026-11-29T07:00:00.000Z' }))).toMatchObject({ isBounded: false });
    expect(await read(claimOf({ time: '2027-01-01T00:00:00.000Z' }))).toMatchObject({ isBounded: false });
    const late = new Date('2026-12-30T12:00:00.000Z');
    expect(await read(claimOf(), late)).toMatchObject({ isBounded: true });
    expect(await read(claimOf({ time: '2026-12-30T10:00:00.000Z' }), late)).toMatchObject({ isBounded: false });
  });

  const forged = () => `${grant().slice(0, -6)}AAAAAA`;
  const byGateway = () =>
    service.keys.gateway.signOfflineGrant({
      id: 'g1',
      operator: OPERATOR,
      device: DEVICE,
      centre: 'centres/CU-001',
      anchorTime: ANCHOR,
    });
  test.each([
    ['after its key was retired', () => forged()],
    ['of another service', () => byGateway()],
  ])('bounds no time by a grant that cannot be verified, %s', async (_what, token) => {
    expect(await read(claimOf({ token: token() }))).toMatchObject({
      time: new Date(TIME),
      device: DEVICE,
      sequence: 12,
      anchorTime: NOW,
      isBounded: false,
    });
  });

  const forgedOfOther = () => `${grant('operators/other').slice(0, -6)}AAAAAA`;
  test.each<[string, () => string]>([
    ['an unverifiable grant of another operator', () => claimOf({ token: forgedOfOther() })],
    ['an unverifiable grant without content', () => claimOf({ token: 'e30.e30.e30' })],
    ['a grant of another operator', () => claimOf({ token: grant('operators/other') })],
    ['a session as the grant', () => claimOf({ token: service.keys.identity.signSession(session()) })],
    ['no grant', () => `time="${TIME}", sequence=1`],
    ['no time', () => `grant="${grant()}", sequence=1`],
    ['no number', () => `grant="${grant()}", time="${TIME}"`],
    ['a negative number', () => claimOf({ sequence: '-1' })],
    ['a number of ten digits', () => claimOf({ sequence: '1234567890' })],
    ['a day that does not exist', () => claimOf({ time: '2026-13-41T10:00:00.000Z' })],
    ['a time in another zone', () => claimOf({ time: '2026-11-29T10:00:00+02:00' })],
    ['an act before that is no UUID', () => claimOf({ rest: ', previous="x"' })],
    ['another member', () => claimOf({ rest: ', device="x"' })],
    ['a second claim', () => `${claimOf()}, ${claimOf()}`],
    ['a line end', () => `${claimOf()}\n`],
    ['a very long grant', () => claimOf({ token: `a.${'b'.repeat(5_000)}.c` })],
  ])('rejects %s', async (_what, text) => {
    expect(await captureRejection(read(text()))).toMatchObject({ reason: 'OFFLINE_CLAIM_INVALID' });
  });
});

test('a claim reaches the service in a call of its own and in a bundle, each call with its own', async () => {
  const address = `127.0.0.1:${service.server.port}`;
  const client = connect<Definition>(FULL_NAME, {
    address,
    keys: service.keys.gateway,
    service: 'notifications',
    timeoutMs: 20_000,
  });
  const sessionToken = service.keys.identity.signSession(session());
  const send = (name: string, offline?: string) =>
    client.getSlip({ name }, { sessionToken, ...(offline !== undefined && { offline }) });
  await send('alone', claimOf({ sequence: '1' }));
  await Promise.all([send('a', claimOf({ sequence: '2' })), send('b'), send('c', claimOf({ sequence: '3' }))]);
  client.close();
  expect(contexts.map(({ offline }) => offline).sort()).toEqual(
    [claimOf({ sequence: '1' }), claimOf({ sequence: '2' }), claimOf({ sequence: '3' }), undefined].sort(),
  );
});
