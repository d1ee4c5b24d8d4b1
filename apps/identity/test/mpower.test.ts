import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMPowerSimulator } from '@cups/test-idp/mpower';
import { idnp } from '@cups/testing';
import { openMPower } from '../src/mpower/client.ts';

/** The client of MPower, against the simulator and against broken registers. */

const servers: Server[] = [];
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const connect = (url: string, idno = '') =>
  openMPower({ url, idno, certificate: undefined, key: undefined, ca: undefined }, 'development');
const [PERSON, HOLDER, IDNO] = [idnp(1), idnp(2), '1003600012346'];

let url: string;
beforeAll(async () => {
  url = await serve(createMPowerSimulator());
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function put(code: string, more: object = {}): Promise<void> {
  const body = JSON.stringify({ authorizingIdn: PERSON, authorizedIdn: HOLDER, ...more });
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${url}/powers/${code}`, { method: 'PUT', body, headers })).status).toBe(200);
}

describe('a power in MPower', () => {
  test.each([
    ['Valid', 'Valid'],
    ['Draft', 'NotValid'],
    ['PendingAcceptance', 'NotValid'],
    ['Pending', 'NotValid'],
    ['Suspended', 'NotValid'],
    ['Canceled', 'NotValid'],
  ])('%s is %s', async (status, state) => {
    await put('1000000000000001', { status, type: 'AT-0000042' });
    const power = { type: 'AT-0000042', state, ...(state === 'Valid' && { endTime: '2099-12-31T21:59:59.999Z' }) };
    expect(await connect(url).check('1000000000000001', PERSON, HOLDER)).toEqual(power);
  });

  test('is unknown for other people, and for another code', async () => {
    await put('1000000000000002');
    const mpower = connect(url, IDNO);
    for (const [code, person, holder] of [
      ['1000000000000002', HOLDER, PERSON],
      ['1000000000000002', PERSON, idnp(3)],
      ['1000000000000002', PERSON, undefined],
      ['1000000000000009', PERSON, HOLDER],
    ] as const)
      expect(await mpower.check(code, person, holder)).toBeUndefined();
  });

  test('can be granted to the operator of the centres', async () => {
    await put('1000000000000003', { authorizedIdn: IDNO });
    expect(await connect(url, IDNO).check('1000000000000003', PERSON, undefined)).toMatchObject({ state: 'Valid' });
    expect(await connect(url).check('1000000000000003', PERSON, undefined)).toBeUndefined();
  });
});

describe('an answer of MPower', () => {
  const answer = async (body: object, status = 200) =>
    connect(await serve((_req, res) => void res.writeHead(status).end(JSON.stringify(body)))).check(
      '1',
      PERSON,
      HOLDER,
    );
  // The sample of the documentation, and its tables, which name members in another way.
  const sample = {
    authorizationTypeCode: 'AT-2100025',
    authorizingIdn: PERSON,
    authorizedIdn: HOLDER,
    toDate: '2021-03-22T21:59:59.999',
    isValid: true,
  };
  const table = {
    AuthorizationTypeCode: 'AT-2100025',
    AuthorizingIdn: PERSON,
    AuthorizedIdn: HOLDER,
    To: '2021-03-22T21:59:59.999',
    IsValid: 'True',
  };
  const valid = { type: 'AT-2100025', state: 'Valid', endTime: '2021-03-22T21:59:59.999Z' };

  test.each<[string, object, object | undefined]>([
    ['as the sample writes it', { data: sample, success: true, messages: [] }, valid],
    ['as the tables name its members', table, valid],
    ['without an end', { data: { ...sample, toDate: null }, success: true }, { type: 'AT-2100025', state: 'Valid' }],
    [
      'about a suspended power, which is not unknown',
      { data: { ...sample, isValid: false, toDate: 'null' }, success: true },
      { type: 'AT-2100025', state: 'NotValid' },
    ],
    ['without success: no such power', { data: null, success: false, messages: ['Not found'] }, undefined],
  ])('is read %s', async (_how, body, expected) => expect(await answer(body)).toEqual(expected));

  test('with the status 404 says that there is no such power', async () => {
    expect(await answer({ error: 'Not found. Check sent request data' }, 404)).toBeUndefined();
  });

  test('with an end that nobody can read is refused', async () => {
    const body = { data: { ...sample, toDate: 'curând' }, success: true };
    await expect(answer(body)).rejects.toMatchObject({ reason: 'REGISTER_UNAVAILABLE' });
  });
});

describe('the register is unavailable', () => {
  const unavailable = { reason: 'REGISTER_UNAVAILABLE' };
  const answer = (status: number, text: string) => serve((_req, res) => void res.writeHead(status).end(text));

  test.each([
    ['without a connection', () => Promise.resolve('')],
    ['when nobody listens', () => Promise.resolve('http://127.0.0.1:9')],
    ['with status 500', () => answer(500, '')],
    ['with status 403', () => answer(403, '')],
    ['with something that is no JSON', () => answer(200, '<html>')],
    ['with another shape', () => answer(200, '{"data":true}')],
    ['with an endless answer', () => answer(200, 'x'.repeat(100_000))],
  ])('%s', async (_how, start) => {
    const mpower = connect(await start());
    await expect(mpower.check('1', PERSON, HOLDER)).rejects.toMatchObject(unavailable);
  });

  test('when it does not answer within 3 s', async () => {
    const silent = await serve(() => {});
    await expect(connect(silent).check('1', PERSON, HOLDER)).rejects.toMatchObject(unavailable);
  });

  test('in production without TLS, which prevents the start', () => {
    const settings = { url, idno: '', certificate: undefined, key: undefined, ca: undefined };
    expect(() => openMPower(settings, 'production')).toThrow('MPOWER_URL must start with https:');
  });
});
