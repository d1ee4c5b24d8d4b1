import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, startStopwatch } from '@cups/testing';
import request from 'supertest';
import { createBodyReader } from '../src/http/body-reader.ts';
import { application, ID, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Slow and missing bodies, over raw sockets. */

const APP = `/api/v1/applications/${ID}`;
const SIGN_IN = { body: { provider: 'local', operator: 'cu-001-specialist' }, cookie: null };
const PATHS: [path: string, type: string][] = [
  ['/api/v1/sessions', 'application/json'],
  ['/api/v1/tracking', 'application/json'],
  ['/auth/oidc/logout', 'application/x-www-form-urlencoded'],
  ['/auth/mpass/callback', 'application/x-www-form-urlencoded'],
  [`${APP}/withdraw`, 'application/json'],
];

let gateway: Gateway;
let sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
});

/** Shares one gateway among the tests of a group. */
function useGateway(...args: Parameters<typeof startGateway>): void {
  beforeAll(async () => {
    gateway = await startGateway(...args);
  });
  afterAll(() => gateway.stop());
}

/** Opens a connection and sends a request with an incomplete body. */
async function openUnfinishedRequest(path: string, type: string, { from = '' } = {}): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: x',
    `Cookie: ${gateway.cookie}`,
    `Content-Type: ${type}`,
    'Idempotency-Key: 0190b3d2-7c1e-7b3a-8f00-0123456789ab',
    'Content-Length: 100',
    ...(from ? [`X-Forwarded-For: ${from}`] : []),
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n{`);
  return socket;
}

/** Returns all received bytes when the connection ends. */
function readResponse(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (data) => (text += String(data)));
    socket.on('close', () => resolve(text));
  });
}

async function readMetric(name: string): Promise<number> {
  const { text } = await request(gateway.operationsUrl).get('/metrics');
  return Number(new RegExp(`^${name}\\S* (\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

describe('bodies that never arrive', () => {
  useGateway({}, { maxInFlight: 2 });

  test.each(PATHS)('of %s take no slots from other requests', async (path, type) => {
    await eventually(async () => (await readMetric('http_request_bodies_unfinished')) === 0);
    for (let n = 1; n <= 5; n++) {
      await openUnfinishedRequest(path, type);
      await eventually(async () => (await readMetric('http_request_bodies_unfinished')) === n);
    }
    expect(await readMetric('http_requests_in_flight')).toBe(0);
    expect((await gateway.send('POST', '/api/v1/sessions', SIGN_IN)).status).toBe(201);
    expect((await gateway.send('GET', APP)).status).toBe(200);
  });

  test('end the connection with 408 after five seconds, even at a byte per 100 ms', async () => {
    const [silent, dripping] = await Promise.all(
      PATHS.slice(0, 2).map(([path, type]) => openUnfinishedRequest(path, type)),
    );
    const drip = setInterval(() => dripping!.write(' '), 100);
    const stopwatch = startStopwatch();
    try {
      for (const answer of await Promise.all([silent!, dripping!].map(readResponse))) {
        expect(answer).toMatch(/^HTTP\/1\.1 408 /);
        expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({
          status: 408,
          reason: 'DEADLINE_EXCEEDED',
        });
      }
    } finally {
      clearInterval(drip);
    }
    expect(stopwatch.stop()).toBeLessThan(15_000);
    expect(await readMetric('http_request_bodies_unfinished')).toBe(0);
    expect(await readMetric('http_request_bodies_refused_total{[^}]*cause="slow"')).toBeGreaterThanOrEqual(2);
  });

  test('and headers end the connection after five seconds', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    socket.write('POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\n');
    const stopwatch = startStopwatch();
    expect(await readResponse(socket)).toMatch(/^HTTP\/1\.1 408 /);
    expect(stopwatch.stop()).toBeLessThan(15_000);
  });
});
describe('slots for bodies', () => {
  useGateway({}, { maxBodies: 16, trustProxy: 1 });

  test('allow one address an eighth; other addresses continue', async () => {
    const answers: Promise<string>[] = [];
    for (let n = 0; n < 5; n++) {
      answers.push(
        readResponse(await openUnfinishedRequest('/api/v1/sessions', 'application/json', { from: '192.0.2.1' })),
      );
    }
    const refusals = async () => await readMetric('http_request_bodies_refused_total{[^}]*cause="address"');
    await eventually(async () => (await refusals()) === 3);
    const from = (address: string) =>
      gateway.send('POST', '/api/v1/sessions', { ...SIGN_IN, headers: { 'x-forwarded-for': address } });
    const refused = await from('192.0.2.1');
    expect([refused.status, refused.body]).toMatchObject([503, { reason: 'OVERLOADED' }]);
    expect((await from('192.0.2.2')).status).toBe(201);
    for (const socket of sockets) socket.destroy();
    await Promise.all(answers);
    await eventually(async () => (await from('192.0.2.1')).status === 201);
    expect(await readMetric('http_request_bodies_unfinished')).toBe(0);
    expect(await readMetric('http_request_bodies_unfinished_bytes')).toBe(0);
  });
});

describe('the data rate of a body', () => {
  const metrics = { counter: () => ({ inc: () => undefined }), gauge: () => undefined } as never;

  test.each([
    ['keeps the minimum rate and the maximum time', 20, 30, true],
    ['keeps the minimum rate beyond the maximum time', 20, 1_000, false],
    ['is below the minimum rate', 1, 1_000, false],
  ])('a body that %s', async (_name, bytesEach, times, arrives) => {
    const bodies = createBodyReader({
      maxBodies: 8,
      maxBodyBytes: 1e6,
      metrics,
      minDataRate: { graceMs: 200, bytesPerSecond: 1_000, maxMs: 1_500 },
    });
    const { PassThrough } = await import('node:stream');
    const socket = new PassThrough();
    const req = Object.assign(new PassThrough(), { headers: {}, socket });
    socket.on('error', () => req.destroy());
    let sent = 0;
    const timer = setInterval(() => {
      if (++sent > times) req.end();
      else if (!req.destroyed) req.write('x'.repeat(bytesEach));
    }, 10);
    const read = bodies.read(req as never, { maxBytes: 1e6, address: 'a' });
    const outcome = await read.then(
      (bytes) => bytes.length,
      () => 'cut',
    );
    clearInterval(timer);
    expect(outcome).toBe(arrives ? bytesEach * times : 'cut');
  });
});

describe('concurrent requests of one address', () => {
  let release = () => {};
  let entered = 0;
  const released = new Promise<void>((resolve) => (release = resolve));
  const hold = async () => {
    entered++;
    await released;
    return { application: application() };
  };
  useGateway({ intake: { GetApplication: hold } }, { maxInFlightPerAddress: 2, trustProxy: 1 });

  test('are limited by the setting; other addresses have their own limit', async () => {
    const from = (address: string) => gateway.send('GET', APP, { headers: { 'x-forwarded-for': address } });
    const blocked = [from('192.0.2.1'), from('192.0.2.1')];
    await eventually(() => entered === 2);
    const refused = await from('192.0.2.1');
    expect([refused.status, refused.body]).toMatchObject([503, { reason: 'OVERLOADED' }]);
    // The part that the client wrote before the proxy's own entry is ignored.
    expect((await from('203.0.113.9, 192.0.2.1')).status).toBe(503);
    blocked.push(from('192.0.2.2'));
    await eventually(() => entered === 3);
    release();
    expect((await Promise.all(blocked)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await from('192.0.2.1')).status).toBe(200);
  });
});

describe('the size of a body', () => {
  useGateway({
    identity: {
      ContinueSignOut: () => Promise.resolve({}),
      CompleteSignIn: () => Promise.resolve({}),
    },
  });

  test.each([
    ['/api/v1/sessions', 4],
    ['/api/v1/tracking', 4],
    ['/api/v1/applications', 256],
  ])('%s accepts %d KiB', async (path, kib) => {
    const sized = (bytes: number) => gateway.send('POST', path, { raw: `{"x":"${'y'.repeat(bytes - 8)}"}` });
    expect((await sized(kib * 1024)).status).toBe(400);
    const refused = await sized(kib * 1024 + 1);
    expect([refused.status, refused.body]).toMatchObject([
      413,
      { reason: 'PAYLOAD_TOO_LARGE', detail: `The body must have at most ${kib} KiB.` },
    ]);
  });

  test.each(['/auth/oidc/logout', '/auth/oidc/callback'])('forms of %s accept 64 KiB', async (path) => {
    const sized = (bytes: number) =>
      request(gateway.url)
        .post(path)
        .set('Content-Type', 'application/x-www-form-urlencoded')
        .send(`state=${'y'.repeat(bytes - 6)}`);
    const before = gateway.calls.identity.length;
    await sized(64 * 1024);
    expect(gateway.calls.identity.length).toBe(before + 1);
    expect((await sized(64 * 1024 + 1)).headers['location']).toBe('/?signIn=PAYLOAD_TOO_LARGE');
    expect(gateway.calls.identity.length).toBe(before + 1);
  });
});

describe('a body with very many members', () => {
  useGateway();
  const names = (count: number, first = 'm') =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`${first}${n}`, 1]));
  /** CPU time of this process for one request: the minimum of ten, to exclude compilation and garbage collection. */
  async function cpuMsOf(path: string, body: object): Promise<number> {
    const raw = JSON.stringify(body);
    let least = Infinity;
    for (let n = 0; n < 10; n++) {
      const before = process.cpuUsage();
      await gateway.send('POST', path, { raw });
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, (user + system) / 1000);
    }
    return least;
  }

  test.each([
    ['20,000 unknown members without a session', '/api/v1/tracking', names(20_000)],
    ['20,000 unknown members', '/api/v1/applications', names(20_000)],
    [
      '20,000 answers with names that do not fit',
      '/api/v1/applications',
      { publicService: 'x', answers: names(20_000, '$') },
    ],
    [
      '4,900 answers with names that do not fit',
      '/api/v1/applications',
      { publicService: 'x', answers: names(4_900, '$') },
    ],
    ['4,900 unknown members', '/api/v1/applications', names(4_900)],
  ])('%s: rejected at low CPU cost', async (_name, path, body) => {
    const small = await cpuMsOf(path, { state: 'x' });
    const large = await cpuMsOf(path, body);
    expect(large).toBeLessThan(small + 30);
  });

  test('names the limit that it exceeds, or its first violation', async () => {
    const violationsOf = async (body: object) => {
      const reply = await gateway.send('POST', '/api/v1/applications', { body });
      expect(reply.status).toBe(400);
      return (reply.body as { violations: object[] }).violations;
    };
    expect(await violationsOf(names(6_000))).toMatchObject([
      { field: '', rule: 'MAX_PROPERTIES', params: { max: 5_000 } },
    ]);
    expect(await violationsOf(names(4_000))).toHaveLength(1);
    expect((await violationsOf(names(50))).length).toBeGreaterThan(50);
  });

  test('accepts a draft with as many answers as a form has', async () => {
    const body = { publicService: 'x', answers: names(500) };
    expect((await gateway.send('POST', '/api/v1/applications', { body })).status).toBe(201);
  });
});
