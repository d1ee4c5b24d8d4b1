import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMetrics } from '@cups/process';
import { createAgencySession } from '@cups/rpc';
import { eventually } from '@cups/testing';
import request from 'supertest';
import type { ClientConnection } from '../src/http/handler.ts';
import { createLongPolls } from '../src/http/long-polls.ts';
import { startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Requests of systems of agencies that wait for a message. */

const REQUESTS = '/agency/v1/requests';
const CURSOR = 'WyIxIiwieCJd';
const BUDGET_MS = 10_000;

let gateway: Gateway;
let headers: Record<string, string>;
let release: () => void;
/** Calls of the bridge: the wait, and the time until the deadline. */
let calls: { waitSeconds: number; remainingMs: number; waitedMs?: number; isCancelled?: boolean }[];

/** A gateway that admits one request, and a bridge whose waits end when released. */
beforeEach(async () => {
  calls = [];
  const released = new Promise<void>((resolve) => (release = resolve));
  gateway = await startGateway(
    {
      identity: { IssueAgencyToken: () => Promise.resolve({ assertion: assertionOf('asp'), expiresIn: 299 }) },
      bridge: {
        async ListAgencyRequests({ waitSeconds }, { deadline, signal }) {
          const call: (typeof calls)[number] = { waitSeconds, remainingMs: deadline.getTime() - Date.now() };
          calls.push(call);
          const startedAt = performance.now();
          const cancelled = new Promise<void>((resolve) => {
            signal.addEventListener('abort', () => {
              call.isCancelled = true;
              resolve();
            });
          });
          if (waitSeconds > 0) await Promise.race([released, cancelled]);
          call.waitedMs = performance.now() - startedAt;
          return { events: [], cursor: CURSOR, hasMore: false };
        },
      },
    },
    { maxInFlight: 1, budgetMs: BUDGET_MS },
  );
  const form = {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'header.payload.signature',
  };
  const issued = await request(gateway.url).post('/agency/v1/token').type('form').send(form);
  headers = { Authorization: `Bearer ${(issued.body as { access_token: string }).access_token}` };
});
afterEach(async () => {
  release();
  await gateway.stop();
});

const assertionOf = (agency: string): string =>
  gateway.keys
    .forService('identity')
    .signSession(createAgencySession(agency, { sid: randomUUID(), expires: new Date(Date.now() + 299_000) }));
const get = (query: string, signal?: AbortSignal) =>
  fetch(`${gateway.url}${REQUESTS}${query}`, { headers, ...(signal && { signal }) });
async function metricOf(name: RegExp): Promise<number> {
  const { text } = await request(gateway.operationsUrl).get('/metrics');
  const line = text.split('\n').find((one) => name.test(one));
  return Number(line?.split(' ').at(-1));
}
const waiting = () => metricOf(/^http_requests_waiting\b/);

describe('a request that waits', () => {
  test('has a deadline after the wait, and takes neither a slot nor the time of the request', async () => {
    const startedAt = performance.now();
    const own = get('?wait=30');
    await eventually(async () => calls.length === 1 && (await waiting()) === 1);
    expect(calls[0]).toMatchObject({ waitSeconds: 30 });
    expect(calls[0]!.remainingMs).toBeGreaterThan(30_000);
    expect(calls[0]!.remainingMs).toBeLessThanOrEqual(30_000 + BUDGET_MS);
    expect(await metricOf(/^http_requests_in_flight\b/)).toBe(0);
    // The only slot.
    for (let n = 0; n < 10; n++) expect((await gateway.send('GET', '/api/v1/catalog')).status).not.toBe(503);
    release();
    const response = await own;
    expect([response.status, await response.json()]).toEqual([200, { events: [], cursor: CURSOR, hasMore: false }]);
    expect(await waiting()).toBe(0);
    const seconds = await eventually(async () => {
      const sum = await metricOf(/^http_request_duration_seconds_sum\{[^}]*"listAgencyRequests"/);
      return Number.isNaN(sum) ? undefined : { sum };
    });
    expect(seconds.sum * 1_000).toBeLessThan(performance.now() - startedAt - calls[0]!.waitedMs!);
  });

  test('ends at the bridge when the client disconnects', async () => {
    const controller = new AbortController();
    const own = get('?wait=30', controller.signal).catch((error: Error) => error.name);
    await eventually(async () => calls.length === 1 && (await waiting()) === 1);
    controller.abort();
    expect(await own).toBe('AbortError');
    await eventually(() => calls[0]!.isCancelled === true);
    await eventually(async () => (await waiting()) === 0);
    expect(calls).toHaveLength(1);
  });

  test('is answered when the gateway stops', async () => {
    const own = get(`?cursor=${CURSOR}&wait=30`);
    await eventually(async () => calls.length === 1 && (await waiting()) === 1);
    const stopped = gateway.stopGateway();
    const response = await own;
    expect([response.status, await response.json()]).toEqual([200, { events: [], cursor: CURSOR, hasMore: false }]);
    expect(calls.map(({ waitSeconds }) => waitSeconds)).toEqual([30, 0]);
    await stopped;
  });
});

test('at most 256 requests wait at the same time; the next one polls without a wait', async () => {
  const longPolls = createLongPolls({ budgetMs: BUDGET_MS }, createMetrics('gateway'));
  const context = { requestId: '', deadline: new Date(), traceparent: '', signal: new AbortController().signal };
  const client = { waitForUpstream: <T>(_maxMs: number, wait: () => Promise<T>) => wait() } as ClientConnection;
  const { promise: released, resolve: releaseAll } = Promise.withResolvers<void>();
  const poll = async (waitMs: number): Promise<number> => {
    if (waitMs > 0) await released;
    return waitMs;
  };
  const run = () => longPolls.run({ client, context }, 30_000, poll);
  const waits = Array.from({ length: 256 }, run);
  expect(await run()).toBe(0);
  releaseAll();
  expect(new Set(await Promise.all(waits))).toEqual(new Set([30_000]));
  expect(await run()).toBe(30_000);
});

test('a request does not wait by default', async () => {
  expect((await get('')).status).toBe(200);
  expect(calls).toMatchObject([{ waitSeconds: 0 }]);
  expect(calls[0]!.remainingMs).toBeLessThanOrEqual(BUDGET_MS);
});

test.each(['-1', '31', '1.5', 'x', ''])('a wait of "%s" is refused before the bridge is called', async (wait) => {
  const response = await get(`?wait=${wait}`);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    400,
    expect.stringContaining('application/problem+json'),
  ]);
  expect(await response.json()).toMatchObject({ reason: 'INVALID_ARGUMENT', violations: [{ field: '/wait' }] });
  expect(calls).toEqual([]);
});
