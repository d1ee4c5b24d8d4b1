import { createServer } from 'node:http2';
import type { ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { constants } from 'node:http2';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadService } from '@cups/contracts/proto';
import { createMetrics } from '@cups/process';
import { connect, generateKeys, openKeys, serveGrpc } from '../src/index.ts';
import type { Client, GrpcServer, Keys } from '../src/index.ts';
import { eventually, temporaryDir } from '@cups/testing';
import { bundleGetSlip } from './bundle-server.ts';
import {
  FULL_NAME,
  captureLogLines,
  PUBLIC_ACCESS,
  captureRejection,
  captureRejectionWithin,
  TEST_SERVICES,
} from './test-server.ts';
import type { Definition } from './test-server.ts';

const open: (() => unknown)[] = [];
let keysOf: (service: (typeof TEST_SERVICES)[number]) => Keys;
let captured: ReturnType<typeof captureLogLines>;
let metrics: ReturnType<typeof createMetrics>;
let seconds: number;

beforeEach(() => {
  bundleGetSlip(false);
  const { dir, remove } = temporaryDir();
  generateKeys(dir, TEST_SERVICES);
  open.push(remove);
  keysOf = (service) => openKeys({ dir, service });
  captured = captureLogLines();
  metrics = createMetrics('gateway');
  seconds = 0;
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve(port = 0, answer: () => Promise<void> = async () => undefined): Promise<GrpcServer> {
  const server = await serveGrpc({
    name: 'notifications',
    keys: keysOf('notifications'),
    port,
    host: '127.0.0.1',
    log: captureLogLines().log,
    metrics: createMetrics('notifications'),
    definition: loadService<Definition>(FULL_NAME),
    rpcs: {
      GetSlip: async () => {
        await answer();
        return { html: 'slip' };
      },
      ListNotices: async () => ({}),
      ExportNotices: async () => ({}),
    },
    access: { GetSlip: PUBLIC_ACCESS, ListNotices: PUBLIC_ACCESS, ExportNotices: PUBLIC_ACCESS },
  });
  open.push(() => server.drain(100));
  return server;
}

/** A client whose clock advances only by `seconds`, apart from real time. */
function clientTo(port: number): Client<Definition> {
  const client = connect<Definition>(FULL_NAME, {
    address: `127.0.0.1:${port}`,
    keys: keysOf('gateway'),
    service: 'notifications',
    // This measures waits only: no call may reach its time limit on a busy machine.
    timeoutMs: 20_000,
    log: captured.log,
    metrics,
    clock: () => performance.now() + seconds * 1000,
  });
  open.push(() => client.close());
  return client;
}

describe('a graceful restart of the only upstream process', () => {
  test.each([
    [0, 'RPCs', false],
    [0, 'bundles', true],
    [2000, 'bundles', true],
  ])(
    'of %i ms fails no continuous calls in %s',
    async (awayMs, _kind, isBundled) => {
      bundleGetSlip(isBundled);
      const first = await serve(0, () => after(5));
      const client = clientTo(first.port);
      let running = true;
      let answered = 0;
      const failed: unknown[] = [];
      const load = Array.from({ length: 24 }, async () => {
        while (running) {
          await client.getSlip({}).then(
            () => answered++,
            (error: unknown) => failed.push(error),
          );
        }
      });
      await eventually(() => answered > 100);
      await first.drain();
      await after(awayMs);
      await serve(first.port, () => after(5));
      const before = answered;
      await eventually(() => answered > before + 100);
      running = false;
      await Promise.all(load);
      expect(failed).toEqual([]);
    },
    60_000,
  );

  test('delays calls until it recovers, which is logged and measured', async () => {
    const first = await serve();
    const client = clientTo(first.port);
    await client.getSlip({});
    await first.drain();
    const waiting = [client.getSlip({}), client.getSlip({})];
    await eventually(async () => /grpc_client_requests_pending\{.*\} 2/.test(await metrics.registry.metrics()));
    await serve(first.port);
    expect((await Promise.all(waiting)).map(({ html }) => html)).toEqual(['slip', 'slip']);
    expect(await metrics.registry.metrics()).toMatch(/grpc_client_requests_pending\{.*\} 0/);
    const events = captured.lines.map(({ event, upstream }) => `${String(event)} ${String(upstream)}`);
    expect(events).toEqual(['upstream-unavailable notifications', 'upstream-recovered notifications']);
  });
});

describe('an unavailable upstream', () => {
  /** Far from the 5 s of a wait, and enough for a call on a busy machine. */
  const NO_WAIT_MS = 2_500;
  let client: Client<Definition>;
  beforeEach(async () => {
    const server = await serve();
    client = clientTo(server.port);
    await client.getSlip({});
    await server.drain();
    await captureRejection(client.getSlip({}, {}, { waitForReady: false }));
  });

  test('is awaited for at most 5 s if available within the last 30 s', async () => {
    const pendingCall = client.getSlip({});
    const [soon, then] = await Promise.all([
      captureRejectionWithin(4500, pendingCall),
      captureRejectionWithin(5500, pendingCall),
    ]);
    expect([soon, then]).toEqual(['still waiting', 'UPSTREAM_UNAVAILABLE']);
  });

  test('fails immediately after more than 30 s', async () => {
    seconds += 31;
    expect(await captureRejectionWithin(NO_WAIT_MS, client.getSlip({}))).toBe('UPSTREAM_UNAVAILABLE');
  });

  test('fails immediately for callers that do not wait', async () => {
    const refused = captureRejectionWithin(NO_WAIT_MS, client.getSlip({}, {}, { waitForReady: false }));
    expect(await refused).toBe('UPSTREAM_UNAVAILABLE');
  });

  test('is awaited within the deadline of the call, and not for a caller that cancelled', async () => {
    const deadline = new Date(Date.now() + 300);
    expect(await captureRejectionWithin(NO_WAIT_MS, client.getSlip({}, { deadline }))).toBe('UPSTREAM_UNAVAILABLE');
    const controller = new AbortController();
    const left = captureRejection(client.getSlip({}, { signal: controller.signal }));
    await eventually(async () => /grpc_client_requests_pending\{.*\} 1/.test(await metrics.registry.metrics()));
    controller.abort();
    expect(await left).toMatchObject({ reason: 'CANCELLED' });
  });
});

test('a call with a reset stream is repeated with its request ID', async () => {
  const ids: unknown[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer().on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    ids.push(headers['x-request-id']);
    stream.on('error', () => undefined);
    if (ids.length < 3) {
      stream.close(ids.length === 1 ? constants.NGHTTP2_INTERNAL_ERROR : constants.NGHTTP2_PROTOCOL_ERROR);
      return;
    }
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.alloc(5));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const requestId = '0190b3d2-7c1e-7b3a-8f00-0123456789ab';
  await clientTo((server.address() as AddressInfo).port).getSlip({}, { requestId });
  expect(ids).toEqual([requestId, requestId, requestId]);
  expect(await metrics.registry.metrics()).toMatch(/grpc_client_retries_total\{.*code="INTERNAL".*\} 2/);
});
