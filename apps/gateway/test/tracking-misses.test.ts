import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import { eventually, startStopwatch } from '@cups/testing';
import request from 'supertest';
import { application, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Guessed tracking numbers. */

const EXISTING_NUMBER = '7K2M-4QXN-8RTA-3V';
const UNKNOWN_NUMBER = '0000-0000-0000-00';
const limits = { address: 1e6, agency: 1e6, page: 1e6, session: 1e6, tracking: 3, trackingTotal: 1e6, signIn: 1e6 };

let gateway: Gateway;
const intake = {
  TrackApplication: ({ trackingNumber }: { trackingNumber: string }) =>
    trackingNumber === EXISTING_NUMBER
      ? Promise.resolve({ state: 'STATE_IN_PROGRESS' as const, updateTime: { seconds: '1764000000', nanos: 0 } })
      : Promise.reject(new Problem({ reason: 'NOT_FOUND', message: 'Unknown.' })),
};
const track = (trackingNumber: string, address: string) =>
  gateway.send('POST', '/api/v1/tracking', {
    body: { trackingNumber },
    cookie: null,
    headers: { 'x-forwarded-for': address },
  });
const statuses = async (requests: ReturnType<typeof track>[]) =>
  (await Promise.all(requests)).map(({ status }) => status);
async function readMetric(name: string): Promise<number> {
  const { text } = await request(gateway.operationsUrl).get('/metrics');
  return Number(new RegExp(`^${name}\\S* (\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

describe('misses of one address', () => {
  beforeAll(async () => {
    gateway = await startGateway({ intake }, { limits, trustProxy: 1 });
  });
  afterAll(() => gateway.stop());

  test('are limited, including concurrent ones', async () => {
    expect((await statuses([1, 2, 3, 4, 5].map(() => track(UNKNOWN_NUMBER, '192.0.2.1')))).sort()).toEqual([
      404, 404, 404, 429, 429,
    ]);
    const refused = await track(EXISTING_NUMBER, '192.0.2.1');
    expect([refused.status, refused.body]).toMatchObject([429, { reason: 'RATE_LIMITED' }]);
    expect(Number(refused.get('retry-after'))).toBeGreaterThan(0);
  });

  test('are all that counts: matches and invalid requests are free', async () => {
    for (let n = 0; n < 10; n++) expect((await track(EXISTING_NUMBER, '192.0.2.2')).status).toBe(200);
    for (let n = 0; n < 5; n++) expect((await track('', '192.0.2.2')).status).toBe(400);
    expect((await track(UNKNOWN_NUMBER, '192.0.2.2')).status).toBe(404);
  });

  test('are counted per /64 network for IPv6', async () => {
    for (const host of ['1', '2', 'ffff:1:2']) {
      expect((await track(UNKNOWN_NUMBER, `2001:db8:0:7::${host}`)).status).toBe(404);
    }
    expect((await track(UNKNOWN_NUMBER, '2001:db8:0:7:4::1')).status).toBe(429);
    expect((await track(UNKNOWN_NUMBER, '2001:db8:0:8::1')).status).toBe(404);
    expect((await track(UNKNOWN_NUMBER, '::ffff:192.0.2.77')).status).toBe(404);
  });
});

describe('taken numbers of new applications', () => {
  const taken = new Problem({ reason: 'TRACKING_NUMBER_TAKEN', message: 'Taken.' });
  const create = (trackingNumber?: string, cookie?: string) =>
    gateway.send('POST', '/api/v1/applications', {
      body: { publicService: 'civil-status-extract', trackingNumber },
      headers: { 'idempotency-key': randomUUID() },
      ...(cookie !== undefined && { cookie }),
    });
  beforeAll(async () => {
    const CreateApplication = ({ trackingNumber }: { trackingNumber: string }) =>
      trackingNumber === EXISTING_NUMBER
        ? Promise.reject(taken)
        : Promise.resolve({ application: application(), replayed: false });
    gateway = await startGateway({ intake: { ...intake, CreateApplication } }, { limits });
  });
  afterAll(() => gateway.stop());

  test('count as misses of the session, and of nobody else', async () => {
    // At once: unfinished requests count, unless they propose no number.
    expect(await statuses(Array.from({ length: 10 }, () => create()))).toEqual(Array(10).fill(201));
    const before = await readMetric('tracking_misses_total');
    for (let n = 0; n < 3; n++) {
      const refused = await create(EXISTING_NUMBER);
      expect([refused.status, refused.body]).toMatchObject([409, { reason: 'TRACKING_NUMBER_TAKEN' }]);
    }
    expect(await readMetric('tracking_misses_total')).toBe(before + 3);
    expect((await create(EXISTING_NUMBER)).status).toBe(429);
    const colleague = gateway.keys.session({
      role: 'specialist',
      centre: 'centres/CU-001',
      operator: 'operators/other',
    });
    expect((await create(UNKNOWN_NUMBER, await gateway.cookieOf(colleague.token))).status).toBe(201);
    expect((await track(EXISTING_NUMBER, '192.0.2.1')).status).toBe(200);
  });
});

describe('misses of many addresses', () => {
  beforeAll(async () => {
    const few = { ...limits, trackingTotal: 5 };
    gateway = await startGateway({ intake }, { limits: few, trustProxy: 1, maxInFlight: 2 });
  });
  afterAll(() => gateway.stop());
  const slow: ReturnType<typeof track>[] = [];
  afterEach(() => Promise.all(slow));

  test('are delayed, without blocking anybody', async () => {
    for (let n = 0; n < 40; n++) {
      slow.push(track(UNKNOWN_NUMBER, `198.51.100.${n}`));
      await eventually(async () => (await readMetric('tracking_misses_total')) === n + 1);
    }
    await eventually(async () => (await readMetric('tracking_misses_delayed')) > 0);
    const stopwatch = startStopwatch();
    expect((await track(EXISTING_NUMBER, '192.0.2.9')).status).toBe(200);
    expect(stopwatch.stop()).toBeLessThan(1_500);
    expect(await statuses(slow)).toEqual(Array(40).fill(404));
    expect(await readMetric('tracking_misses_delayed')).toBe(0);
    const late = performance.now();
    expect((await track(UNKNOWN_NUMBER, '192.0.2.10')).status).toBe(404);
    expect(performance.now() - late).toBeGreaterThan(1_500);
  }, 60_000);
});
