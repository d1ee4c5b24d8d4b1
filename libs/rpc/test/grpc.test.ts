import { connect as connectTcp } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Client as RawClient, credentials, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { StatusObject } from '@grpc/grpc-js';
import { loadService } from '@cups/contracts/proto';
import { withLocation, Problem, violation } from '@cups/problem';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createMetrics } from '@cups/process';
import { connect, problemToStatus, serveGrpc, statusToProblem } from '../src/index.ts';
import type { Context } from '../src/index.ts';
import { eventually } from '@cups/testing';
import {
  FULL_NAME,
  createGate,
  captureLogLines,
  PUBLIC_ACCESS,
  captureRejection,
  captureRejectionWithin,
  startTestServer,
  session,
} from './test-server.ts';
import type { Definition, TestServer } from './test-server.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
async function start(...args: Parameters<typeof startTestServer>): Promise<TestServer> {
  const service = await startTestServer(...args);
  open.push(() => service.stop());
  return service;
}

/** A call without the platform's client: any bytes, metadata and deadline. */
function rawCall(
  port: number,
  {
    method = 'GetSlip',
    metadata = {},
    deadlineMs,
    bytes = Buffer.alloc(0),
  }: { method?: string; metadata?: Record<string, string>; deadlineMs?: number; bytes?: Buffer },
  service = FULL_NAME,
): Promise<{ error?: StatusObject; bytes?: Buffer }> {
  const client = new RawClient(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.enable_retries': 0 });
  open.push(() => client.close());
  const sent = new Metadata();
  for (const [key, value] of Object.entries(metadata)) sent.set(key, value);
  const same = (value: Buffer) => value;
  return new Promise((resolve) => {
    const options = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
    client.makeUnaryRequest<Buffer, Buffer>(
      `/${service}/${method}`,
      same,
      same,
      bytes,
      sent,
      options,
      (error, answer) => resolve(error ? { error } : { bytes: answer as Buffer }),
    );
  });
}

describe('a call', () => {
  test('passes caller, session, request ID, trace and deadline to its handler', async () => {
    let handlerContext: Context | undefined;
    const service = await start(
      {
        GetSlip: async (request, context) => {
          handlerContext = context;
          return { html: `slip of ${request.name}` };
        },
      },
      { slips: { callers: ['gateway'], roles: ['specialist'], tenancy: 'centre', personalData: true } },
    );
    const requestId = '0190b3d2-7c1e-7b3a-8f00-0123456789ab';
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const deadline = new Date(Date.now() + 10_000);
    const sessionToken = service.keys.identity.signSession(session());
    const client = service.clientOf('gateway');
    const answer = await client.getSlip({ name: 'notices/n1' }, { requestId, traceparent, deadline, sessionToken });
    expect(answer.html).toBe('slip of notices/n1');
    expect(handlerContext).toMatchObject({
      caller: 'gateway',
      requestId,
      traceparent,
      sessionToken,
      method: 'NotificationsService.GetSlip',
    });
    expect(handlerContext?.session).toEqual(session({ expires: handlerContext?.session?.expires as Date }));
    expect(Math.abs((handlerContext?.deadline.getTime() ?? 0) - deadline.getTime())).toBeLessThan(2500);
  });

  test('gets a request ID, a trace and the default time limit without a context', async () => {
    let handlerContext: Context | undefined;
    const service = await start({
      GetSlip: async (_request, context) => {
        handlerContext = context;
        return {};
      },
    });
    await service.clientOf('gateway').getSlip({}, {}, { timeoutMs: 5000 });
    expect(handlerContext?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(handlerContext?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect((handlerContext?.deadline.getTime() ?? 0) - Date.now()).toBeLessThan(5250);
  });

  test('replaces an invalid request ID, which could hold personal data', async () => {
    const service = await start({});
    await service.clientOf('gateway').getSlip({}, { requestId: 'Ion Popescu 2900000000012' });
    expect(JSON.stringify(service.lines)).not.toContain('Popescu');
  });

  test('produces one log line, one count and one duration', async () => {
    const service = await start({});
    await service.clientOf('gateway').getSlip({});
    const lines = service.lines.filter((line) => line['event'] === 'request-completed');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'info',
      service: 'notifications',
      method: 'NotificationsService.GetSlip',
      caller: 'gateway',
      code: 'OK',
    });
    const metrics = await service.metricsText();
    expect(metrics).toMatch(/grpc_server_requests_total\{method="NotificationsService.GetSlip",code="OK".*\} 1/);
    expect(metrics).toMatch(/grpc_server_request_duration_seconds_count\{.*\} 1/);
  });

  test('aborts the signal of its handler when the caller cancels', async () => {
    const aborted = createGate();
    const entered = createGate();
    const service = await start({
      GetSlip: async (_request, { signal }) => {
        signal.addEventListener('abort', () => aborted.open());
        entered.open();
        await aborted.opened;
        return {};
      },
    });
    const controller = new AbortController();
    const refused = captureRejection(service.clientOf('gateway').getSlip({}, { signal: controller.signal }));
    await entered.opened;
    controller.abort();
    expect(await refused).toMatchObject({ reason: 'CANCELLED' });
    await aborted.opened;
    await eventually(() => service.lines.some((line) => line['code'] === 'CANCELLED'));
  });

  test('takes no slot while it waits idly, and the time does not count as its duration', async () => {
    const [entered, ended] = [createGate(), createGate()];
    let idleMs = 0;
    const service = await start(
      {
        GetSlip: async (_request, { waitIdle }) => {
          const startedAt = performance.now();
          await waitIdle(() => {
            entered.open();
            return ended.opened;
          });
          idleMs = performance.now() - startedAt;
          return {};
        },
      },
      { maxInFlight: 1 },
    );
    const client = service.clientOf('gateway');
    // The connection is open, so that the wait takes most of the time.
    await client.listNotices({});
    const startedAt = performance.now();
    const waiting = client.getSlip({});
    await entered.opened;
    for (let n = 0; n < 100; n++) await client.listNotices({});
    expect(await service.metricsText()).toMatch(/grpc_server_requests_in_flight\{[^}]*pool="desk"[^}]*\} 0/);
    ended.open();
    await waiting;
    const busyMs = performance.now() - startedAt - idleMs;
    const isSlip = (line: Record<string, unknown>) =>
      line['event'] === 'request-completed' && line['method'] === 'NotificationsService.GetSlip';
    const { durationMs } = await eventually(() => service.lines.find(isSlip));
    expect(durationMs).toBeLessThan(busyMs);
    expect(await service.metricsText()).toMatch(/grpc_server_requests_in_flight\{[^}]*pool="desk"[^}]*\} 0/);
  });

  test('fails with DEADLINE_EXCEEDED after its deadline', async () => {
    const service = await start({ GetSlip: () => new Promise(() => undefined) });
    const refused = captureRejection(service.clientOf('gateway').getSlip({}, {}, { timeoutMs: 1000 }));
    expect(await refused).toMatchObject({ reason: 'DEADLINE_EXCEEDED', kind: 'DEADLINE' });
  });
});

describe('a Problem between two services', () => {
  test('keeps kind, reason, message, metadata, violations and delay', async () => {
    const thrown = new Problem({
      reason: 'RATE_LIMITED',
      message: 'Prea multe cereri – încercați mai târziu.',
      metadata: { limit: '5' },
      violations: [
        violation('/answers/childIdnp', 'IDNP'),
        violation('/answers/name', 'MAX_LENGTH', { max: 100 }),
        withLocation('query', violation('/state', 'ONE_OF', { choices: ['draft', 'ready'] })),
      ],
      retryAfterMs: 1500,
    });
    const service = await start({ GetSlip: () => Promise.reject(thrown) });
    const { kind, reason, message, metadata, violations, retryAfterMs } = thrown;
    expect(await captureRejection(service.clientOf('gateway').getSlip({}))).toMatchObject({
      kind,
      reason,
      message,
      metadata,
      violations,
      retryAfterMs,
    });
  });

  test.each([
    'INVALID_ARGUMENT',
    'NOT_FOUND',
    'ETAG_STALE',
    'REQUEST_ID_REUSED',
    'PERMISSION_DENIED',
    'CANCELLED',
  ] as const)('%s keeps its reason', (reason) => {
    const there = problemToStatus(new Problem({ reason, message: 'm' }));
    expect(statusToProblem(there, 'intake')).toMatchObject({ reason, message: 'm' });
  });

  test('maps an unknown reason to the general reason of its code', () => {
    const there = problemToStatus(new Problem({ reason: 'NOT_FOUND', message: 'm' }));
    const [bytes] = there.metadata.get('grpc-status-details-bin') as [Buffer];
    const renamed = Buffer.from(bytes.toString('latin1').replace(/NOT_FOUND/, 'NOT_KNOWN'), 'latin1');
    there.metadata.set('grpc-status-details-bin', renamed);
    expect(statusToProblem(there, 'intake')).toMatchObject({ reason: 'NOT_FOUND', metadata: { upstream: 'intake' } });
  });

  /** Replaces bytes in the status details of a problem by others of the same length. */
  function alterDetails(problem: Problem, from: string, to: string): Problem {
    const there = problemToStatus(problem);
    const [bytes] = there.metadata.get('grpc-status-details-bin') as [Buffer];
    expect(to).toHaveLength(from.length);
    const other = Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1');
    there.metadata.set('grpc-status-details-bin', other);
    return statusToProblem(there, 'intake');
  }

  test.each([
    ['of a later release', 'MAX_LENGTH', 'MAX_LONGER'],
    ['without a required parameter', '"max"', '"may"'],
    ['with a parameter of another type', ':100', ':"1"'],
  ])('maps a rule %s to the general rule with field and message', (_name, from, to) => {
    const violations = [violation('/applicant/givenName', 'MAX_LENGTH', { max: 100 })];
    const problem = new Problem({ reason: 'INVALID_ARGUMENT', message: 'm', violations });
    expect(alterDetails(problem, from, to)).toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/applicant/givenName', rule: 'INVALID', message: violations[0]!.message }],
    });
  });

  test('drops the text of a foreign status and tolerates invalid details', () => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from('garbage'));
    const problem = statusToProblem(
      { code: status.UNKNOWN, details: 'E11000 dup key: 2900000000012', metadata },
      'intake',
    );
    expect(problem).toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE', message: 'intake returned UNKNOWN.' });
  });

  test('replaces an unexpected error by INTERNAL and logs class, code and location', async () => {
    const error = Object.assign(new TypeError('E11000 duplicate key { idnp: "2900000000012" }'), { code: 11000 });
    const service = await start({ GetSlip: () => Promise.reject(error) });
    const refused = await captureRejection(service.clientOf('gateway').getSlip({}));
    expect(refused).toMatchObject({ reason: 'INTERNAL', message: 'Internal error.' });
    const { errorId } = refused['metadata'] as { errorId: string };
    const line = service.lines.find((one) => one['event'] === 'call-failed');
    expect(line).toMatchObject({ level: 'error', errorId, error: { name: 'TypeError', code: '11000' } });
    expect(JSON.stringify(line)).toContain('grpc.test.ts');
    expect(JSON.stringify([refused, service.lines])).not.toMatch(/2900000000012|E11000/);
  });

  test('replaces a thrown undefined and an invalid response by INTERNAL', async () => {
    const service = await start({
      GetSlip: () => Promise.reject(undefined as unknown as Error),
      ListNotices: async () => ({ notices: 'none' }) as never,
    });
    const client = service.clientOf('gateway');
    expect(await captureRejection(client.getSlip({}))).toMatchObject({ reason: 'INTERNAL' });
    const refused = await captureRejection(client.listNotices({}));
    expect(refused).toMatchObject({ reason: 'INTERNAL', message: 'Internal error.' });
  });
});

describe('serveGrpc', () => {
  const tokenFor = (service: TestServer) => `Bearer ${service.keys.gateway.serviceToken('notifications')}`;

  test('rejects a call without a deadline', async () => {
    const service = await start({});
    const { error } = await rawCall(service.server.port, { metadata: { authorization: tokenFor(service) } });
    expect(statusToProblem(error as StatusObject, 'x')).toMatchObject({ reason: 'DEADLINE_MISSING' });
  });

  test('ends a call at its deadline, aborts its handler and logs the code', async () => {
    const aborted = createGate();
    const service = await start({
      GetSlip: async (_request, { signal }) => {
        signal.addEventListener('abort', () => aborted.open());
        await aborted.opened;
        // A timer can fire within the millisecond before its time.
        await pause(5);
        return {};
      },
    });
    // The header alone: a client with a deadline may cancel first, before that of the server has passed.
    const metadata = { authorization: tokenFor(service), 'grpc-timeout': '200m' };
    const { error } = await rawCall(service.server.port, { metadata });
    expect(error?.code).toBe(status.DEADLINE_EXCEEDED);
    await aborted.opened;
    await eventually(() => service.lines.some((line) => line['code'] === 'DEADLINE_EXCEEDED'));
  });

  test('accepts a call without a deadline if configured', async () => {
    const service = await start({}, { requireDeadline: false });
    const { error } = await rawCall(service.server.port, { metadata: { authorization: tokenFor(service) } });
    expect(error).toBeUndefined();
  });

  test('reports undecodable bytes as INVALID_ARGUMENT, but only to authorised callers', async () => {
    const service = await start({});
    const bytes = Buffer.from('ffff', 'hex');
    const known = await rawCall(service.server.port, {
      metadata: { authorization: tokenFor(service) },
      deadlineMs: 20_000,
      bytes,
    });
    expect(known.error?.code).toBe(status.INVALID_ARGUMENT);
    const stranger = await rawCall(service.server.port, { deadlineMs: 20_000, bytes });
    expect(stranger.error?.code).toBe(status.UNAUTHENTICATED);
  });

  test('rejects a request over its limit with PAYLOAD_TOO_LARGE before the handler runs', async () => {
    let ran = 0;
    const GetSlip = async () => ({ html: String(ran++) });
    const service = await start({ GetSlip }, { maxRequestBytes: 1000 });
    expect(await captureRejection(service.clientOf('gateway').getSlip({ name: 'n'.repeat(1001) }))).toMatchObject({
      reason: 'PAYLOAD_TOO_LARGE',
    });
    expect(ran).toBe(0);
  });

  test('rejects calls beyond maxInFlight with OVERLOADED, and the client retries', async () => {
    const release = createGate();
    let entered = 0;
    const service = await start(
      {
        GetSlip: async () => {
          entered++;
          await release.opened;
          return {};
        },
      },
      { maxInFlight: 3 },
    );
    const client = service.clientOf('gateway');
    const running_ = [1, 2, 3].map(() => client.getSlip({}));
    await eventually(() => entered === 3);
    const raw = await rawCall(service.server.port, {
      metadata: { authorization: tokenFor(service) },
      deadlineMs: 20_000,
    });
    const refused = statusToProblem(raw.error as StatusObject, 'notifications');
    expect(refused).toMatchObject({ kind: 'UNAVAILABLE', reason: 'OVERLOADED' });
    expect(refused.retryAfterMs).toBeGreaterThanOrEqual(50);
    const late = client.getSlip({});
    await eventually(() => service.lines.filter((line) => line['reason'] === 'OVERLOADED').length >= 2);
    release.open();
    await Promise.all([...running_, late]);
    expect(entered).toBe(4);
  });

  test('keeps capacity for calls of services while desks are busy', async () => {
    const release = createGate();
    const started = { desk: 0, service: 0 };
    const blockedHandler = (pool: 'desk' | 'service') => async () => {
      started[pool]++;
      await release.opened;
      return {};
    };
    const service = await start(
      { ListNotices: blockedHandler('desk'), GetSlip: blockedHandler('service') },
      { maxInFlight: 3, slips: { callers: ['intake'], roles: 'none', tenancy: 'service', personalData: false } },
    );
    const [desk, otherService] = [service.clientOf('gateway'), service.clientOf('intake')];
    const desks = [1, 2, 3].map(() => desk.listNotices({}));
    await eventually(() => started.desk === 3);
    const services = [1, 2, 3].map(() => otherService.getSlip({}));
    await eventually(() => started.service === 3);
    const refused = (method: string) =>
      service.lines.some((line) => line['reason'] === 'OVERLOADED' && String(line['method']).endsWith(method));
    expect([refused('ListNotices'), refused('GetSlip')]).toEqual([false, false]);
    expect(await service.metricsText()).toMatch(/grpc_server_requests_in_flight\{pool="service".*\} 3/);
    // Each pool has its limit.
    const late = [desk.listNotices({}), otherService.getSlip({})];
    await eventually(() => refused('ListNotices') && refused('GetSlip'));
    release.open();
    await Promise.all([...desks, ...services, ...late]);
  });

  test('serves health without token and deadline, by service name', async () => {
    const service = await start({});
    const health = 'grpc.health.v1.Health';
    const check = async (name: string) => {
      const bytes = Buffer.concat([Buffer.from([10, name.length]), Buffer.from(name)]);
      const { error, bytes: answer } = await rawCall(
        service.server.port,
        { method: 'Check', bytes: name ? bytes : Buffer.alloc(0) },
        health,
      );
      return error ? status[error.code] : ['UNKNOWN', 'SERVING', 'NOT_SERVING'][answer?.[1] ?? 0];
    };
    expect(await check('')).toBe('NOT_SERVING');
    service.server.setServing(true);
    expect(await check('')).toBe('SERVING');
    expect(await check(FULL_NAME)).toBe('SERVING');
    expect(await check('cups.other.v1.Service')).toBe('NOT_FOUND');
  });

  test('reports changes to a health watch, which does not block the shutdown', async () => {
    const service = await start({});
    const client = new RawClient(`127.0.0.1:${service.server.port}`, credentials.createInsecure());
    open.push(() => client.close());
    const states: number[] = [];
    const same = (value: Buffer) => value;
    const watch = client.makeServerStreamRequest<Buffer, Buffer>(
      '/grpc.health.v1.Health/Watch',
      same,
      same,
      Buffer.alloc(0),
    );
    const ended = new Promise((resolve) => watch.on('end', resolve));
    watch.on('data', (bytes: Buffer) => states.push(bytes[1] ?? 0)).on('error', () => undefined);
    await eventually(() => states.length === 1);
    service.server.setServing(true);
    await eventually(() => states.length === 2);
    await service.server.drain();
    await ended;
    expect(states).toEqual([2, 1, 2]);
  });

  test('limits the number of health watches and frees closed ones', async () => {
    const service = await start({});
    const client = new RawClient(`127.0.0.1:${service.server.port}`, credentials.createInsecure());
    open.push(() => client.close());
    const same = (value: Buffer) => value;
    const watch = () => {
      const path = '/grpc.health.v1.Health/Watch';
      const stream = client.makeServerStreamRequest<Buffer, Buffer>(path, same, same, Buffer.alloc(0));
      const first = new Promise<string>((resolve) => {
        stream.on('data', () => resolve('heard'));
        stream.on('error', ({ code }: StatusObject) => resolve(String(status[code])));
      });
      return { first, end: () => stream.cancel() };
    };
    const watches = Array.from({ length: 32 }, watch);
    expect(new Set(await Promise.all(watches.map(({ first }) => first)))).toEqual(new Set(['heard']));
    expect(await watch().first).toBe('RESOURCE_EXHAUSTED');
    watches[0]?.end();
    await eventually(async () => (await watch().first) === 'heard');
    for (const { end } of watches) end();
  });

  test('answers a health check with the state of that moment', async () => {
    const service = await start({});
    const client = new RawClient(`127.0.0.1:${service.server.port}`, credentials.createInsecure());
    open.push(() => client.close());
    const same = (value: Buffer) => value;
    const check = () =>
      new Promise<number | undefined>((resolve, reject) => {
        const path = '/grpc.health.v1.Health/Check';
        client.makeUnaryRequest<Buffer, Buffer>(path, same, same, Buffer.alloc(0), (error, bytes) =>
          error ? reject(error) : resolve(bytes?.[1]),
        );
      });
    let ready = true;
    service.server.serveWhile(() => ready);
    expect(await check()).toBe(1);
    ready = false;
    expect(await check()).toBe(2);
  });

  test('updates health from serveWhile until the shutdown', async () => {
    const service = await start({});
    const client = new RawClient(`127.0.0.1:${service.server.port}`, credentials.createInsecure());
    open.push(() => client.close());
    const states: number[] = [];
    const same = (value: Buffer) => value;
    const path = '/grpc.health.v1.Health/Watch';
    const watch = client.makeServerStreamRequest<Buffer, Buffer>(path, same, same, Buffer.alloc(0));
    watch.on('data', (bytes: Buffer) => states.push(bytes[1] ?? 0)).on('error', () => undefined);
    await eventually(() => states.length === 1);
    let ready = false;
    service.server.serveWhile(() => ready);
    ready = true;
    await eventually(() => states.length === 2);
    ready = false;
    await eventually(() => states.length === 3);
    ready = true;
    service.server.setServing(false);
    await service.server.drain();
    expect(states).toEqual([2, 1, 2]);
  });
});

describe('drain', () => {
  test('completes running calls, rejects new ones, then frees the port', async () => {
    const release = createGate();
    const entered = createGate();
    const service = await start({
      GetSlip: async () => {
        entered.open();
        await release.opened;
        return { html: 'finished' };
      },
    });
    const client = service.clientOf('gateway');
    const call = client.getSlip({});
    await entered.opened;
    let drained = false;
    const draining = service.server.drain().then(() => (drained = true));
    const refused = await captureRejection(
      service.clientOf('gateway').getSlip({}, {}, { timeoutMs: 1000, waitForReady: false }),
    );
    expect(refused['kind']).toMatch(/UNAVAILABLE|DEADLINE/);
    expect(drained).toBe(false);
    expect(service.server.inFlight()).toBe(1);
    release.open();
    expect((await call).html).toBe('finished');
    await draining;
    await expect(
      new Promise((resolve, reject) =>
        connectTcp(service.server.port, '127.0.0.1').on('connect', resolve).on('error', reject),
      ),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('aborts calls after its timeout and logs their number', async () => {
    const entered = createGate();
    const service = await start({
      GetSlip: () => {
        entered.open();
        return new Promise(() => undefined);
      },
    });
    const refused = captureRejection(service.clientOf('gateway').getSlip({}));
    await entered.opened;
    await service.server.drain(50);
    expect(await refused).toHaveProperty('kind');
    expect(service.lines).toContainEqual(expect.objectContaining({ event: 'calls-aborted', count: 1 }));
  });
});

describe('a client', () => {
  async function startUpstream(
    answer: (n: number) => StatusObject | undefined,
  ): Promise<{ port: number; calls(): number }> {
    let calls = 0;
    const server = new Server();
    const definition = loadService<Definition>(FULL_NAME);
    server.addService(definition as never, {
      GetSlip: (_call: unknown, callback: (error: StatusObject | null, value?: object) => void) => {
        const refused = answer(++calls);
        if (refused) callback(refused);
        else callback(null, {});
      },
    });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    open.push(() => server.forceShutdown());
    return { port, calls: () => calls };
  }
  async function clientOf(port: number) {
    const service = await start({});
    const client = connect<Definition>(FULL_NAME, {
      address: `127.0.0.1:${port}`,
      keys: service.keys.gateway,
      service: 'notifications',
    });
    open.push(() => client.close());
    return client;
  }
  const unavailable = () => ({ code: status.UNAVAILABLE, details: 'x', metadata: new Metadata() });

  test('calls an unavailable upstream three times', async () => {
    const { port, calls } = await startUpstream((n) => (n < 3 ? unavailable() : undefined));
    await (await clientOf(port)).getSlip({});
    expect(calls()).toBe(3);
  });

  test('fails after the third attempt', async () => {
    const { port, calls } = await startUpstream(unavailable);
    expect(await captureRejection((await clientOf(port)).getSlip({}))).toMatchObject({
      reason: 'UPSTREAM_UNAVAILABLE',
    });
    expect(calls()).toBe(3);
  });

  test('does not retry what a service further down has retried', async () => {
    const metadata = { upstream: 'catalog' };
    const { port, calls } = await startUpstream(() =>
      problemToStatus(new Problem({ reason: 'OVERLOADED', message: 'm', metadata })),
    );
    expect(await captureRejection((await clientOf(port)).getSlip({}))).toMatchObject({
      reason: 'OVERLOADED',
      metadata,
    });
    expect(calls()).toBe(1);
  });

  test.each([status.INTERNAL, status.UNKNOWN])(
    'treats code %i without details as a lost connection and makes three attempts',
    async (code) => {
      const { port, calls } = await startUpstream(() => ({
        code,
        details: 'Session closed',
        metadata: new Metadata(),
      }));
      const refused = await captureRejection((await clientOf(port)).getSlip({}));
      expect(refused).toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE', metadata: { upstream: 'notifications' } });
      expect(calls()).toBe(3);
    },
  );

  test('does not repeat an error that the upstream reports', async () => {
    const { port, calls } = await startUpstream(() =>
      problemToStatus(new Problem({ reason: 'INTERNAL', message: 'm' })),
    );
    expect(await captureRejection((await clientOf(port)).getSlip({}))).toMatchObject({ reason: 'INTERNAL' });
    expect(calls()).toBe(1);
  });

  test.each([status.ABORTED, status.RESOURCE_EXHAUSTED])('does not repeat code %i', async (code) => {
    const { port, calls } = await startUpstream(() => ({ code, details: 'x', metadata: new Metadata() }));
    await captureRejection((await clientOf(port)).getSlip({}));
    expect(calls()).toBe(1);
  });

  test('reports an unreachable upstream as UPSTREAM_UNAVAILABLE within its time limit', async () => {
    const { port } = await startUpstream(() => undefined);
    await open.pop()?.();
    const call = (await clientOf(port)).getSlip({}, {}, { timeoutMs: 5000 });
    expect(await captureRejectionWithin(5000, call)).toBe('UPSTREAM_UNAVAILABLE');
    expect(await captureRejection(call)).toMatchObject({ metadata: { upstream: 'notifications' } });
  });

  test('reconnects to a recovered upstream', async () => {
    const first = await start({});
    const { port } = first.server;
    const client = first.clientOf('gateway');
    await client.getSlip({});
    await first.server.drain();
    expect(await captureRejection(client.getSlip({}, {}, { waitForReady: false }))).toMatchObject({
      reason: 'UPSTREAM_UNAVAILABLE',
    });
    const { log } = captureLogLines();
    const again = await serveGrpc({
      name: 'notifications',
      keys: first.keys.notifications,
      port,
      host: '127.0.0.1',
      log,
      metrics: createMetrics('notifications'),
      definition: loadService<Definition>(FULL_NAME),
      rpcs: {
        GetSlip: async () => ({ html: 'back' }),
        ListNotices: async () => ({}),
        ExportNotices: async () => ({}),
      },
      access: { GetSlip: PUBLIC_ACCESS, ListNotices: PUBLIC_ACCESS, ExportNotices: PUBLIC_ACCESS },
    });
    open.push(() => again.drain());
    await eventually(() =>
      client.getSlip({}).then(
        ({ html }) => html === 'back',
        () => false,
      ),
    );
  });
});
