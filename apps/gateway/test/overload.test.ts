import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { Problem } from '@cups/problem';
import request from 'supertest';
import type { Response } from 'supertest';
import { application, ID, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

const APP = `/api/v1/applications/${ID}`;

let gateway: Gateway;
let release: () => void;
let entered: number;

/** A gateway that admits two requests, and an intake that blocks each until released. */
beforeEach(async () => {
  entered = 0;
  const released = new Promise<void>((resolve) => (release = resolve));
  const hold = async () => {
    entered++;
    await released;
    return { application: application() };
  };
  gateway = await startGateway({ intake: { GetApplication: hold } }, { maxInFlight: 2 });
});
afterEach(async () => {
  release();
  await gateway.stop();
});
const inFlight = async () => {
  const { text } = await request(gateway.operationsUrl).get('/metrics');
  return Number(/^http_requests_in_flight\S* (\d+)/m.exec(text)?.[1]);
};

describe('the maximum number of concurrent requests', () => {
  test('is served; the next one is rejected with a retry time until a slot is free', async () => {
    const blocked = [gateway.send('GET', APP), gateway.send('GET', APP)];
    await eventually(() => entered === 2);
    const refused = await gateway.send('GET', APP);
    expect([refused.status, refused.body]).toMatchObject([503, { reason: 'OVERLOADED' }]);
    expect(Number(refused.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(entered).toBe(2);
    release();
    expect((await Promise.all(blocked)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await gateway.send('GET', APP)).status).toBe(200);
    expect(await inFlight()).toBe(0);
  });

  test('is refused before Express with the response that Express gives', async () => {
    const blocked = [gateway.send('GET', APP), gateway.send('GET', APP)];
    await eventually(() => entered === 2);
    const late = await gateway.send('GET', APP);
    const early = await gateway.send('POST', '/api/v1/applications', { body: { publicService: 'x' } });
    expect([late.status, early.status]).toEqual([503, 503]);
    // The early response is never compressed, so it does not vary.
    const comparable = ({ headers: { vary: _vary, ...headers }, body }: Response) => ({
      headers: { ...headers, date: '', 'x-request-id': '', 'retry-after': '' },
      body: { ...(body as object), requestId: '' },
    });
    expect(comparable(early)).toEqual(comparable(late));
    expect(early.body).toMatchObject({ requestId: early.headers['x-request-id'] });
    const { text } = await request(gateway.operationsUrl).get('/metrics');
    expect(text).toMatch(/^http_requests_total\{[^}]*operation="createApplication"[^}]*status="503"[^}]*\} 1$/m);
    release();
    await Promise.all(blocked);
  });

  test('does not block health, readiness and sign-out', async () => {
    const blocked = [gateway.send('GET', APP), gateway.send('GET', APP)];
    await eventually(() => entered === 2);
    expect((await gateway.send('GET', '/healthz')).status).toBe(200);
    expect((await gateway.send('GET', '/readyz')).status).toBe(200);
    expect((await gateway.send('DELETE', '/api/v1/sessions/current')).status).toBe(204);
    release();
    await Promise.all(blocked);
  });

  test('shrinks when clients disconnect', async () => {
    const controller = new AbortController();
    const headers = { cookie: gateway.cookie };
    const left = [1, 2].map(() => fetch(gateway.url + APP, { headers, signal: controller.signal }));
    await eventually(() => entered === 2);
    controller.abort();
    await Promise.allSettled(left);
    await eventually(async () => (await inFlight()) === 0);
    release();
    expect((await gateway.send('GET', APP)).status).toBe(200);
  });
});

test('requests that intake would refuse are refused before they reach it', async () => {
  let hasRefused = false;
  let calls = 0;
  let refuse: () => void = () => undefined;
  const refusing = new Promise<void>((resolve) => (refuse = resolve));
  const GetApplication = async () => {
    calls++;
    if (!hasRefused) {
      await refusing;
      throw new Problem({ reason: 'OVERLOADED', message: 'Too many concurrent calls.', metadata: { upstream: 'x' } });
    }
    entered++;
    await new Promise<void>((resolve) => blocked.push(resolve));
    return { application: application() };
  };
  const blocked: (() => void)[] = [];
  const large = await startGateway({ intake: { GetApplication } }, { maxInFlight: 100 });
  const sendMany = (count: number) => Array.from({ length: count }, () => large.send('GET', APP));
  const refused = sendMany(30);
  await eventually(() => calls === 30);
  refuse();
  expect(new Set((await Promise.all(refused)).map(({ status }) => status))).toEqual(new Set([503]));

  hasRefused = true;
  const responses = sendMany(30);
  const statuses: number[] = [];
  const all = responses.map((response) => response.then(({ status }) => statuses.push(status)));
  // Intake gets four fifths of the concurrent requests that it refused.
  await eventually(() => entered === 24 && statuses.length === 6);
  expect(statuses.every((status) => status === 503)).toBe(true);
  for (const unblock of blocked) unblock();
  await Promise.all(all);
  expect(statuses.filter((status) => status === 200)).toHaveLength(24);
  await large.stop();
});

test.each([
  ['/api/v1/sessions', '{"provider":"local","operator":"cu-001-specialist"}'],
  ['/api/v1/tracking', '{"trackingNumber":"7K2M-4QXN-8RTA-3V"}'],
  [`${APP}/withdraw`, '{"reason":"nu mai este nevoie"}'],
])('disconnected clients of %s cause no internal errors', async (path, body) => {
  release();
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: x',
    `Cookie: ${gateway.cookie}`,
    'Content-Type: application/json',
    'Idempotency-Key: 0190b3d2-7c1e-7b3a-8f00-0123456789ab',
  ];
  const whole = [...head, `Content-Length: ${body.length}`, '', body].join('\r\n');
  const chunked = [...head, 'Transfer-Encoding: chunked', '', body.length.toString(16), body, '0', '', ''].join('\r\n');
  const broken = [...head, 'Transfer-Encoding: chunked', '', 'zz', body, '0', '', ''].join('\r\n');
  const { port, hostname } = new URL(gateway.url);
  const cutAt = (text: string, cut: number, how: number) =>
    new Promise<void>((done) => {
      const socket = connect(Number(port), hostname).on('error', () => undefined);
      socket.on('close', () => done());
      socket.on('data', () => socket.destroy());
      socket.write(text.slice(0, cut), () => {
        if (how === 0) socket.resetAndDestroy();
        else if (how === 1) setImmediate(() => socket.destroy());
        else socket.end();
      });
    });
  for (const text of [whole, chunked, broken]) {
    const cuts = Array.from({ length: 45 }, (_, n) => Math.ceil((text.length * (n + 1)) / 45));
    await Promise.all(cuts.map((cut, n) => cutAt(text, cut, n % 3)));
  }
  await eventually(async () => (await inFlight()) === 0);
  expect(gateway.log()).not.toMatch(/TypeError|request-failed|"reason":"INTERNAL"/);
  expect((await gateway.send('GET', APP)).status).toBe(200);
});
