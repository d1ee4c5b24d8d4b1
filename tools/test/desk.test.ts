import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ApiError, openDesk, waitUntil } from '../day/desk.ts';
import type { ProblemBody } from '../day/desk.ts';

/** The scripted desk and a gateway that closes an idle connection while the desk sends on it. */

let closes = 0;
/** Sign-ins that are refused with 503. */
let outages = 0;
let signIns = 0;
let keys: (string | string[] | undefined)[] = [];
const server = createServer((req, res) => {
  req.resume();
  if (req.url !== '/api/v1/sessions') {
    keys.push(req.headers['idempotency-key']);
    if (closes > 0) {
      closes -= 1;
      req.socket.destroy();
      return;
    }
  } else {
    signIns += 1;
    if (outages > 0) {
      outages -= 1;
      res.writeHead(503, { 'content-type': 'application/problem+json' });
      res.end(JSON.stringify({ status: 503, reason: 'STORE_UNAVAILABLE' }));
      return;
    }
  }
  res.setHeader('content-type', 'application/json').end(JSON.stringify({ operator: { centre: 'centres/CU-001' } }));
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  [keys, signIns, outages] = [[], 0, 0];
});

test('a call on a closed connection is repeated under its key', async () => {
  const desk = await openDesk(url, 'cu-001-specialist');
  closes = 1;
  expect((await desk.call('POST', '/applications', { body: {} })).status).toBe(200);
  expect(keys).toEqual([expect.any(String), keys[0]]);
});

test('a desk without repeats reports it', async () => {
  const desk = await openDesk(url, 'cu-001-specialist', { tries: 1 });
  closes = 1;
  await expect(desk.call('POST', '/applications', { body: {} })).rejects.toThrow('fetch failed');
  expect(keys).toHaveLength(1);
});

test('a sign-in is repeated while the platform is unavailable', async () => {
  outages = 2;
  expect((await openDesk(url, 'cu-001-specialist')).centre).toBe('centres/CU-001');
  expect(signIns).toBe(3);
});

test('a sign-in without repeats reports that the platform is unavailable', async () => {
  outages = 1;
  const opening = openDesk(url, 'cu-001-specialist', { tries: 1 });
  await expect(opening).rejects.toThrow('sign in cu-001-specialist: 503 STORE_UNAVAILABLE');
  expect(signIns).toBe(1);
});

const refuse = (status: number) => Promise.reject(new ApiError('GET /x', { status, reason: 'X' } as ProblemBody));
const isTrue = (value: boolean) => value;

test('a wait goes on while what it reads does not exist', async () => {
  const reads = [() => refuse(404), () => Promise.resolve(false), () => Promise.resolve(true)];
  expect(await waitUntil(() => reads.shift()!(), isTrue, 'it', 60)).toBe(true);
  expect(reads).toEqual([]);
});

test('a wait that ends names the last 404, and every other refusal ends it at once', async () => {
  const cause = expect.objectContaining({ message: 'GET /x: 404 X' }) as unknown;
  await expect(waitUntil(() => refuse(404), isTrue, 'it', 0)).rejects.toMatchObject({
    message: 'it: not within 0 s',
    cause,
  });
  await expect(waitUntil(() => refuse(403), isTrue, 'it', 60)).rejects.toThrow('GET /x: 403 X');
});
