import { join } from 'node:path';
import { Problem, violation } from '@cups/problem';
import { eventually, temporaryDir } from '@cups/testing';
import { createMetrics } from '@cups/process';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CallRetries } from '../src/bundle/call-retries.ts';
import { connect, openTls } from '../src/index.ts';
import type { Context, Rpcs } from '../src/index.ts';
import { bundledCall, bundleGetSlip, OTHER_PATH, sendRawBundle } from './bundle-server.ts';
import { newAuthority, newCertificate, writeCertificates } from './certificates.ts';
import { captureRejection, createGate, FULL_NAME, PUBLIC_ACCESS, session, startTestServer } from './test-server.ts';
import type { Definition, TestServer } from './test-server.ts';

const open: (() => unknown)[] = [];
beforeEach(() => bundleGetSlip());
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const GET_SLIP = 'NotificationsService.GetSlip';
const echo: Rpcs<Definition>['GetSlip'] = ({ name }) => Promise.resolve({ html: name });

async function start(...args: Parameters<typeof startTestServer>): Promise<TestServer> {
  const service = await startTestServer(...args);
  open.push(() => service.stop());
  return service;
}

/** Connects the gateway; `sent` returns the numbers of its bundles and of the calls in them. */
function connectGateway(service: TestServer) {
  const metrics = createMetrics('gateway');
  const address = `127.0.0.1:${service.server.port}`;
  const keys = service.keys.gateway;
  const client = connect<Definition>(FULL_NAME, {
    address,
    keys,
    service: 'notifications',
    timeoutMs: 20_000,
    metrics,
  });
  open.push(() => client.close());
  const read = (text: string, name: string) => Number(new RegExp(`^${name}\\{.*\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    client,
    async sent() {
      const text = await metrics.registry.metrics();
      return [read(text, 'grpc_client_bundles_total'), read(text, 'grpc_client_bundled_calls_total')];
    },
  };
}

describe('calls that start in one turn of the event loop', () => {
  test('go as one RPC, each with its own session, request ID, trace and deadline', async () => {
    const contexts: Context[] = [];
    const slips = { callers: ['gateway'], roles: ['specialist'], tenancy: 'centre', personalData: true } as const;
    const GetSlip: Rpcs<Definition>['GetSlip'] = async (request, context) => {
      contexts.push(context);
      return echo(request, context);
    };
    const service = await start({ GetSlip }, { slips });
    const { client, sent } = connectGateway(service);
    const calls = [1, 2, 3].map((n) => {
      const operator = `operators/cu-001.specialist-${n}`;
      return {
        operator,
        requestId: `0190b3d2-7c1e-7b3a-8f00-00000000000${n}`,
        traceparent: `00-${String(n).repeat(32)}-${'b'.repeat(16)}-01`,
        sessionToken: service.keys.identity.signSession(session({ operator })),
        deadline: new Date(Date.now() + n * 5_000),
      };
    });
    const answers = await Promise.all(calls.map((context) => client.getSlip({ name: context.operator }, context)));
    expect(answers.map(({ html }) => html)).toEqual(calls.map(({ operator }) => operator));
    expect(await sent()).toEqual([1, 3]);
    expect(contexts).toHaveLength(3);
    for (const { operator, requestId, traceparent, sessionToken, deadline } of calls) {
      const context = contexts.find((one) => one.requestId === requestId)!;
      expect(context).toMatchObject({ requestId, traceparent, sessionToken, session: { operator }, caller: 'gateway' });
      expect(Math.abs(context.deadline.getTime() - deadline.getTime())).toBeLessThan(2_000);
    }
    const completed = service.lines.filter(({ event }) => event === 'request-completed');
    expect(completed).toHaveLength(3);
    for (const { operator, requestId } of calls) {
      const line = { method: GET_SLIP, operator, requestId, caller: 'gateway', code: 'OK' };
      expect(completed).toContainEqual(expect.objectContaining(line));
    }
    expect(service.lines.filter(({ event }) => event === 'personal-data-read')).toHaveLength(3);
    expect(await service.metricsText()).toMatch(/grpc_server_requests_total\{method="[^"]*GetSlip",code="OK".*\} 3/);
  });

  test('go in no bundle if they are alone, large, or of another method', async () => {
    const service = await start({ GetSlip: ({ name }) => Promise.resolve({ html: String(name?.length) }) });
    const { client, sent } = connectGateway(service);
    await client.getSlip({ name: 'a' });
    await Promise.all([client.listNotices({}), client.listNotices({})]);
    const answers = await Promise.all([17_000, 18_000].map((size) => client.getSlip({ name: 'a'.repeat(size) })));
    expect(answers.map(({ html }) => html)).toEqual(['17000', '18000']);
    expect(await sent()).toEqual([0, 0]);
  });

  test('are divided by number and by size', async () => {
    const service = await start({ GetSlip: ({ name }) => Promise.resolve({ html: String(name?.length) }) });
    const { client, sent } = connectGateway(service);
    await Promise.all(Array.from({ length: 34 }, () => client.getSlip({ name: 'a' })));
    expect(await sent()).toEqual([2, 34]);
    await Promise.all(Array.from({ length: 16 }, () => client.getSlip({ name: 'a'.repeat(16_000) })));
    expect(await sent()).toEqual([4, 50]);
  });

  test('keep their own errors, with all details', async () => {
    const problem = new Problem({
      reason: 'INVALID_ARGUMENT',
      message: 'm',
      violations: [violation('/name', 'MAX_LENGTH', { max: 100 })],
    });
    const service = await start({
      async GetSlip(request, context) {
        if (request.name === 'invalid') throw problem;
        if (request.name === 'fault') throw new Error('secret text');
        return echo(request, context);
      },
    });
    const { client } = connectGateway(service);
    const [good, invalid, fault] = await Promise.all([
      client.getSlip({ name: 'good' }),
      captureRejection(client.getSlip({ name: 'invalid' })),
      captureRejection(client.getSlip({ name: 'fault' })),
    ]);
    expect(good.html).toBe('good');
    const { reason, message, violations } = problem;
    expect(invalid).toMatchObject({ reason, message, violations });
    expect(fault).toMatchObject({ reason: 'INTERNAL', metadata: { errorId: expect.any(String) } });
  });

  test('do not wait for a slow one, which ends at its own deadline', async () => {
    const aborted = createGate();
    const service = await start({
      GetSlip(request, context) {
        if (request.name === 'last') return aborted.opened.then(() => ({}));
        if (request.name !== 'slow') return echo(request, context);
        return new Promise((resolve) =>
          context.signal.addEventListener('abort', () => {
            aborted.open();
            resolve({});
          }),
        );
      },
    });
    const { client, sent } = connectGateway(service);
    // The first call opens the connection, which may take a second on a busy machine.
    await client.getSlip({});
    const slow = captureRejection(client.getSlip({ name: 'slow' }, {}, { timeoutMs: 1_000 }));
    // It keeps the bundle open, so that only the deadline of the slow call can abort it.
    const last = client.getSlip({ name: 'last' });
    const results = Promise.all(['a', 'b'].map((name) => client.getSlip({ name })));
    const first = await Promise.race([slow, results]);
    expect(first).toMatchObject([{ html: 'a' }, { html: 'b' }]);
    expect(await slow).toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
    await last;
    expect(await sent()).toEqual([1, 4]);
    await eventually(() => service.lines.some(({ code }) => code === 'DEADLINE_EXCEEDED'));
  });

  test('are cancelled one by one for their callers, and together at the server', async () => {
    const entered = createGate();
    let aborts = 0;
    let running = 0;
    const service = await start({
      GetSlip: (_request, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborts++;
            resolve({});
          });
          if (++running === 2) entered.open();
        }),
    });
    const { client } = connectGateway(service);
    const callers = [new AbortController(), new AbortController()];
    const calls = callers.map(({ signal }) => captureRejection(client.getSlip({}, { signal })));
    await entered.opened;
    callers[0]!.abort();
    expect(await calls[0]).toMatchObject({ reason: 'CANCELLED' });
    expect(aborts).toBe(0);
    callers[1]!.abort();
    expect(await calls[1]).toMatchObject({ reason: 'CANCELLED' });
    await eventually(() => aborts === 2);
  });

  test('are not sent if they are cancelled before the end of the turn', async () => {
    const names: unknown[] = [];
    const service = await start({
      GetSlip(request, context) {
        names.push(request.name);
        return echo(request, context);
      },
    });
    const { client } = connectGateway(service);
    const caller = new AbortController();
    const cancelled = captureRejection(client.getSlip({ name: 'cancelled' }, { signal: caller.signal }));
    const other = client.getSlip({ name: 'other' });
    caller.abort();
    expect(await cancelled).toMatchObject({ reason: 'CANCELLED' });
    await other;
    expect(names).toEqual(['other']);
  });

  test('each count towards the capacity, and are retried when it is exceeded', async () => {
    const service = await start({ GetSlip: echo }, { maxInFlight: 2 });
    const { client } = connectGateway(service);
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => client.getSlip({ name })));
    expect(answers.map(({ html }) => html)).toEqual(['a', 'b', 'c']);
    expect(service.lines.map(({ reason }) => reason).filter(Boolean)).toEqual(['OVERLOADED']);
  });

  test('are not retried against the will of the upstream', async () => {
    let count = 0;
    const unavailable = new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message: 'm', metadata: { upstream: 'intake' } });
    const service = await start({
      GetSlip: () => {
        count++;
        return Promise.reject(unavailable);
      },
    });
    const { client } = connectGateway(service);
    const refused = await Promise.all([1, 2].map(() => captureRejection(client.getSlip({}))));
    expect(refused).toMatchObject([{ reason: 'UPSTREAM_UNAVAILABLE' }, { reason: 'UPSTREAM_UNAVAILABLE' }]);
    expect(count).toBe(2);
  });

  test('go as their own RPCs to an upstream of an earlier release', async () => {
    bundleGetSlip(false);
    const service = await start({ GetSlip: echo });
    bundleGetSlip();
    const { client, sent } = connectGateway(service);
    for (let turn = 0; turn < 2; turn++) {
      const answers = await Promise.all(['a', 'b', 'c'].map((name) => client.getSlip({ name })));
      expect(answers.map(({ html }) => html)).toEqual(['a', 'b', 'c']);
      expect(await sent()).toEqual([1, 3]);
    }
  });

  test('are unreachable when the upstream ends before their results', async () => {
    const service = await start({
      GetSlip: (request, context) => (request.name === 'hangs' ? new Promise(() => {}) : echo(request, context)),
    });
    const { client } = connectGateway(service);
    const hangs = captureRejection(client.getSlip({ name: 'hangs' }, {}, { waitForReady: false }));
    await client.getSlip({ name: 'answered' });
    await service.server.drain(0);
    expect(await hangs).toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE' });
  });

  test('are rejected when the client is closed', async () => {
    const { client } = connectGateway(await start({}));
    const calls = [1, 2].map(() => captureRejection(client.getSlip({})));
    client.close();
    expect((await Promise.all(calls)).map(({ reason }) => reason)).not.toContain(undefined);
  });
});

describe('retries of rejected calls', () => {
  test('follow the delay of the upstream, or double from 50 ms', () => {
    const retries = new CallRetries();
    expect(retries.addRejection(1, '120')).toBe(120);
    expect(retries.addRejection(1, '-1')).toBeUndefined();
    expect(retries.addRejection(1, '')).toBeLessThan(50);
    expect(retries.addRejection(2, '')).toBeLessThan(100);
    expect(retries.addRejection(3, '')).toBeUndefined();
  });

  test('stop while most calls are rejected', () => {
    const retries = new CallRetries();
    const delays = Array.from({ length: 100 }, () => retries.addRejection(1, '10'));
    expect(delays.indexOf(undefined)).toBe(99);
    retries.addResponse();
    retries.addResponse();
    expect(retries.addRejection(1, '10')).toBe(10);
  });
});

describe('a bundle by another client', () => {
  const tokenOf = ({ keys }: TestServer) => keys.gateway.serviceToken('notifications');

  test.each<[string, () => Parameters<typeof sendRawBundle>[1], status]>([
    ['is empty', () => ({ calls: [] }), status.INVALID_ARGUMENT],
    ['has 33 calls', () => ({ calls: Array.from({ length: 33 }, () => ({})) }), status.INVALID_ARGUMENT],
    ['has 10,000 calls', () => ({ calls: Array.from({ length: 10_000 }, () => ({})) }), status.INVALID_ARGUMENT],
    ['is no message', () => Buffer.from('ffffffff', 'hex'), status.INVALID_ARGUMENT],
    ['is over 256 KiB', () => Buffer.alloc(300 * 1024), status.RESOURCE_EXHAUSTED],
  ])('is rejected if it %s', async (_name, given, code) => {
    const service = await start({});
    await expect(sendRawBundle(service.server.port, given())).rejects.toMatchObject({ code });
    expect(service.lines.filter(({ event }) => event === 'request-completed').length).toBeLessThanOrEqual(1);
  });

  test('gets an error for each invalid call, and results for the others', async () => {
    const service = await start({ GetSlip: echo });
    const token = tokenOf(service);
    const other = service.keys.intake.serviceToken('notifications');
    const rows: [object, code: number, reason?: string][] = [
      [{}, status.OK],
      [{ path: '/cups.notifications.v1.NotificationsService/Unknown' }, status.UNIMPLEMENTED],
      [{ path: OTHER_PATH }, status.UNIMPLEMENTED],
      [{ path: '/cups.rpc.v1.BundleService/Call' }, status.UNIMPLEMENTED],
      [{ path: '' }, status.UNIMPLEMENTED],
      [{ authorization: '' }, status.UNAUTHENTICATED, 'TOKEN_INVALID'],
      [{ authorization: token }, status.UNAUTHENTICATED, 'TOKEN_INVALID'],
      [{ authorization: `Bearer ${token}x` }, status.UNAUTHENTICATED, 'TOKEN_INVALID'],
      [{ authorization: `Bearer ${'a'.repeat(50_000)}` }, status.UNAUTHENTICATED, 'TOKEN_INVALID'],
      // The access row lists the gateway only.
      [{ authorization: `Bearer ${other}` }, status.PERMISSION_DENIED, 'PERMISSION_DENIED'],
      [{ session: 'a.b.c' }, status.UNAUTHENTICATED, 'SESSION_INVALID'],
      [{ timeoutMs: 0 }, status.INVALID_ARGUMENT, 'DEADLINE_MISSING'],
      [{ request: Buffer.from('ffffffff', 'hex') }, status.INVALID_ARGUMENT, 'INVALID_ARGUMENT'],
      [{ request: Buffer.alloc(17_000) }, status.INVALID_ARGUMENT, 'PAYLOAD_TOO_LARGE'],
      [{ requestId: 'Ion Popescu', traceparent: 'invalid' }, status.OK],
      [{ timeoutMs: 4_294_967_295 }, status.OK],
    ];
    const calls = rows.map(([more]) => bundledCall(token, more));
    const results = await sendRawBundle(service.server.port, { calls });
    expect(results.map(({ code, reason }) => [code, reason])).toEqual(rows.map(([, code, reason]) => [code, reason]));
    expect(JSON.stringify(service.lines)).not.toContain('Popescu');
  });

  test('lends no call the session of another', async () => {
    const slips = { callers: ['gateway'], roles: ['specialist'], tenancy: 'centre', personalData: false } as const;
    const service = await start(
      { GetSlip: (_request, context) => Promise.resolve({ html: context.session!.sid }) },
      { slips },
    );
    const signed = service.keys.identity.signSession(session({ sid: 's1' }));
    const supervisor = service.keys.identity.signSession(session({ sid: 's2', roles: ['supervisor'] }));
    const calls = [signed, '', supervisor, signed].map((token) => bundledCall(tokenOf(service), { session: token }));
    const results = await sendRawBundle(service.server.port, { calls });
    expect(results.map(({ code }) => code)).toEqual([
      status.OK,
      status.UNAUTHENTICATED,
      status.PERMISSION_DENIED,
      status.OK,
    ]);
  });

  test('is rejected call by call if its certificate is of another service', async () => {
    const { dir, remove } = temporaryDir();
    open.push(remove);
    const authority = await newAuthority();
    const tlsOf = async (service: 'notifications' | 'intake') => {
      const certificate = await newCertificate(authority, service);
      const tls = openTls({ dir: writeCertificates(join(dir, service), certificate, [authority]), service });
      open.push(() => tls.close());
      return tls;
    };
    const service = await start({ GetSlip: echo }, { tls: await tlsOf('notifications'), slips: PUBLIC_ACCESS });
    const calls = [1, 2].map(() => bundledCall(tokenOf(service)));
    const { channel } = await tlsOf('intake');
    const results = await sendRawBundle(service.server.port, { calls }, channel);
    expect(results.map(({ reason }) => reason)).toEqual(['CALLER_MISMATCH', 'CALLER_MISMATCH']);
  });
});
