import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, issueCertificate } from '@cups/rpc/authority';
import type { RunningService } from '@cups/process';
import { eventually, publishEvents } from '@cups/testing';
import { readConfig } from '../src/config.ts';
import { MAX_FAILURES, moveTo, newWebhook, PROBE_INTERVAL_MS, recordCall, wake } from '../src/domain/webhook.ts';
import type { Webhook } from '../src/domain/webhook.ts';
import { sendPing } from '../src/pull/webhook/ping.ts';
import { isPublicAddress } from '../src/pull/webhook/public-address.ts';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

/** Webhooks of agencies that pull. */

const AGENCY = 'arhiva';
/** It pulls, and names no webhook. */
const SIMULATED = 'arhiva-simulata';
const NOW = new Date('2026-11-30T08:00:00Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);

test.each([
  ['8.8.8.8', true],
  ['185.108.180.1', true],
  ['2a00:1450:4001:80b::200e', true],
  ['10.1.2.3', false],
  ['172.31.255.255', false],
  ['172.32.0.1', true],
  ['192.168.0.1', false],
  ['127.0.0.1', false],
  ['0.0.0.0', false],
  ['100.64.0.1', false],
  ['100.128.0.1', true],
  ['169.254.169.254', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['192.0.2.1', false],
  ['198.19.0.1', false],
  ['::1', false],
  ['::', false],
  ['::ffff:10.0.0.1', false],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::a00:1', false],
  ['fd00:ec2::254', false],
  ['fe80::1', false],
  ['2a00:1450:4001:80b::200e%eth0', false],
  ['ff02::1', false],
  ['2001:db8::1', false],
  ['2002:a00:1::', false],
  ['example.md', false],
  ['', false],
])('whether %p is public: %p', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});

describe('the schedule of a webhook', () => {
  const webhook = () => newWebhook(AGENCY, 'https://hook.example.md/');

  test('is one call for all that comes within a second', () => {
    const once = wake(webhook(), NOW);
    expect(once.timer?.due).toEqual(later(1_000));
    const twice = wake(once, later(900));
    expect([twice.wakes, twice.timer?.due]).toEqual([2, later(1_000)]);
    expect(
      recordCall(twice, { message: { id: 'msg_1', wakes: 2 }, failure: undefined }, later(1_100)).timer,
    ).toBeNull();
  });

  test('is another call for what comes during one', () => {
    const called = wake(wake(webhook(), NOW), later(1_000));
    const after = recordCall(called, { message: { id: 'msg_1', wakes: 1 }, failure: undefined }, later(1_500));
    expect(after.timer?.due).toEqual(later(2_500));
  });

  test('repeats a failed call after 5 s, doubling, until the webhook is dead', () => {
    let current = wake(webhook(), NOW);
    const delays: number[] = [];
    for (let call = 1; call <= MAX_FAILURES; call += 1) {
      current = recordCall(current, { message: { id: 'msg_1', wakes: 1 }, failure: 'TIMEOUT' }, NOW);
      if (current.timer) delays.push(current.timer.due.getTime() - NOW.getTime());
    }
    expect(delays.slice(0, 3)).toEqual([5_000, 10_000, 20_000]);
    expect(current).toMatchObject({ failures: MAX_FAILURES, deadTime: NOW, cause: 'TIMEOUT', timer: null });
  });

  test('probes a dead webhook once an hour when something is new, and a success ends it', () => {
    const dead: Webhook = {
      ...webhook(),
      failures: MAX_FAILURES,
      cause: 'TIMEOUT',
      deadTime: NOW,
      callTime: NOW,
      timer: null,
    };
    const woken = wake(dead, later(60_000));
    expect(woken.timer?.due).toEqual(later(PROBE_INTERVAL_MS));
    const failed = recordCall(
      woken,
      { message: { id: 'msg_1', wakes: 1 }, failure: 'TIMEOUT' },
      later(PROBE_INTERVAL_MS),
    );
    expect(failed).toMatchObject({ deadTime: NOW, timer: null });
    const recovered = recordCall(
      woken,
      { message: { id: 'msg_1', wakes: 1 }, failure: undefined },
      later(PROBE_INTERVAL_MS),
    );
    expect(recovered).toMatchObject({ failures: 0, timer: null });
    expect(recovered).not.toHaveProperty('deadTime');
    expect(recovered).not.toHaveProperty('cause');
  });

  test('begins again at a new address', () => {
    const dead: Webhook = { ...webhook(), failures: MAX_FAILURES, deadTime: NOW, callTime: NOW, timer: null };
    const moved = wake(moveTo(dead, 'https://other.example.md/'), later(10));
    expect(moved).toMatchObject({ failures: 0, url: 'https://other.example.md/', timer: { due: later(1_010) } });
    expect(moved).not.toHaveProperty('deadTime');
  });
});

interface Call {
  path: string | undefined;
  host: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Starts a server that records calls and answers as the test says. */
async function startHook(createHook: typeof createServer = createServer) {
  const calls: Call[] = [];
  const hook = { answer: (response: ServerResponse): void => void response.writeHead(204).end() };
  const server: Server = createHook((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers, url: path } = request;
      calls.push({ path, host: headers.host, headers, body: Buffer.concat(chunks).toString() });
      hook.answer(response);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    hook,
    port,
    url: `http://127.0.0.1:${port}/hook`,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
type Hook = Awaited<ReturnType<typeof startHook>>;

describe('a call', () => {
  const message = { body: '{}', headers: { 'webhook-id': 'msg_1' } };
  const options = { timeoutMs: 2_000, allowsLoopback: false };
  const loopback = { address: '127.0.0.1', family: 4 };
  let target: Hook;
  beforeAll(async () => {
    target = await startHook();
  });
  afterEach(() => {
    target.hook.answer = (response) => void response.writeHead(204).end();
    target.calls.splice(0);
  });
  afterAll(() => target.close());

  test.each([
    ['of this machine', 'https://127.0.0.1/'],
    ['in another notation', 'https://0x7f.1/'],
    ['of this machine in IPv6', 'https://[::1]/'],
    ['of a mapped address', 'https://[::ffff:127.0.0.1]/'],
    ['of the metadata of a cloud', 'https://169.254.169.254/latest/meta-data'],
    ['of a private network', 'https://10.0.0.8/'],
  ])('to an address %s is refused', async (_what, url) => {
    expect(await sendPing({ ...message, url }, options)).toBe('ADDRESS_NOT_PUBLIC');
  });

  test('to a name with a private address beside a public one is refused', async () => {
    const resolve = () => Promise.resolve([{ address: '8.8.8.8', family: 4 }, loopback]);
    expect(await sendPing({ ...message, url: 'https://hook.example.md/' }, { ...options, resolve })).toBe(
      'ADDRESS_NOT_PUBLIC',
    );
  });

  test('over http is refused, except to this machine where that is allowed', async () => {
    const resolve = () => Promise.resolve([{ address: '8.8.8.8', family: 4 }]);
    expect(await sendPing({ ...message, url: 'http://hook.example.md/' }, { ...options, resolve })).toBe(
      'URL_NOT_HTTPS',
    );
    expect(await sendPing({ ...message, url: target.url }, options)).toBe('ADDRESS_NOT_PUBLIC');
    expect(await sendPing({ ...message, url: target.url }, { ...options, allowsLoopback: true })).toBeUndefined();
    const inner = { ...options, allowsLoopback: true };
    expect(await sendPing({ ...message, url: 'https://10.0.0.8/' }, inner)).toBe('ADDRESS_NOT_PUBLIC');
  });

  test('resolves the name once and connects to that address, with the certificate of the name', async () => {
    const validity = { now: Date.now(), days: 1 };
    const authority = await createAuthority(validity);
    const pair = await issueCertificate(authority, 'gateway', validity, ['hook.example.md']);
    const secure = await startHook(((listener: Parameters<typeof createServer>[1]) =>
      createTlsServer({ cert: pair.certificate, key: pair.key }, listener)) as unknown as typeof createServer);
    let resolutions = 0;
    const resolve = () => {
      resolutions += 1;
      // A second resolution would lead to another machine.
      return Promise.resolve([resolutions === 1 ? loopback : { address: '192.0.2.1', family: 4 }]);
    };
    const trusted = { ...options, allowsLoopback: true, resolve, ca: authority.certificate };
    const url = `https://hook.example.md:${secure.port}/a`;
    expect(await sendPing({ ...message, url }, trusted)).toBeUndefined();
    expect([resolutions, secure.calls.length, secure.calls[0]?.host]).toEqual([1, 1, `hook.example.md:${secure.port}`]);
    resolutions = 0;
    const other = `https://other.example.md:${secure.port}/a`;
    expect(await sendPing({ ...message, url: other }, trusted)).toBe('CONNECTION_FAILED');
    resolutions = 0;
    expect(await sendPing({ ...message, url }, { ...options, allowsLoopback: true, resolve })).toBe(
      'CONNECTION_FAILED',
    );
    await secure.close();
  });

  test('goes to the next address of the name when one refuses the connection', async () => {
    const resolve = () => Promise.resolve([{ address: '127.0.0.9', family: 4 }, loopback]);
    const url = `http://hook.example.md:${target.port}/a`;
    expect(await sendPing({ ...message, url }, { ...options, allowsLoopback: true, resolve })).toBeUndefined();
    expect(target.calls).toHaveLength(1);
  });

  test('follows no redirect', async () => {
    target.hook.answer = (response) => void response.writeHead(307, { location: `${target.url}2` }).end();
    expect(await sendPing({ ...message, url: target.url }, { ...options, allowsLoopback: true })).toBe('REDIRECT');
    expect(target.calls.map(({ path }) => path)).toEqual(['/hook']);
  });

  test.each([
    [404, 'STATUS_4XX'],
    [503, 'STATUS_5XX'],
  ])('that is answered with %d has failed', async (status, failure) => {
    target.hook.answer = (response) => void response.writeHead(status).end();
    expect(await sendPing({ ...message, url: target.url }, { ...options, allowsLoopback: true })).toBe(failure);
  });

  test('ends when the system does not answer, or sends a body without an end', async () => {
    target.hook.answer = () => {};
    const short = { ...options, timeoutMs: 200, allowsLoopback: true };
    expect(await sendPing({ ...message, url: target.url }, short)).toBe('TIMEOUT');
    target.hook.answer = (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('close', () => clearInterval(timer));
    };
    expect(await sendPing({ ...message, url: target.url }, { ...options, allowsLoopback: true })).toBeUndefined();
  });

  test.each([
    ['switches to another protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
    ['says too much before its response', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50)],
    ['closes the connection without a response', ''],
    ['answers in another protocol', '220 mail.example.md ESMTP\r\n'],
  ])('ends when the system %s', async (_what, bytes) => {
    target.hook.answer = (response) => void response.socket?.end(bytes);
    const outcome = await sendPing({ ...message, url: target.url }, { ...options, allowsLoopback: true });
    expect(outcome).toBe(bytes.includes(' 101 ') ? 'STATUS_OTHER' : 'CONNECTION_FAILED');
  });

  test('ends when its caller stops', async () => {
    const [caller, answered] = [new AbortController(), Promise.withResolvers<void>()];
    target.hook.answer = () => answered.resolve();
    const signalled = { ...options, timeoutMs: 60_000, allowsLoopback: true, signal: caller.signal };
    const ended = sendPing({ ...message, url: target.url }, signalled);
    await answered.promise;
    caller.abort();
    expect(await ended).toBe('TIMEOUT');
  });

  test('ends when the name is not resolved', async () => {
    const never = () => new Promise<never>(() => {});
    const short = { ...options, timeoutMs: 200, resolve: never };
    expect(await sendPing({ ...message, url: 'https://hook.example.md/' }, short)).toBe('TIMEOUT');
    const resolve = () => Promise.reject(new Error('no such name'));
    expect(await sendPing({ ...message, url: 'https://hook.example.md/' }, { ...options, resolve })).toBe(
      'NAME_UNRESOLVED',
    );
  });
});

test('production refuses webhooks on its own machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cups-webhook-'));
  const pem = join(folder, 'ca.crt');
  writeFileSync(pem, '-----BEGIN CERTIFICATE-----');
  const variables = { CUPS_ENV: 'development', KEYS_DIR: folder, WEBHOOK_ALLOW_LOOPBACK: 'true' };
  expect(readConfig(variables).allowLoopbackWebhooks).toBe(true);
  const production = {
    ...variables,
    CUPS_ENV: 'production',
    GRPC_TLS_DIR: folder,
    KAFKA_TLS_CA_FILE: pem,
    MONGODB_TLS_CA_FILE: pem,
  };
  expect(() => readConfig(production)).toThrow('WEBHOOK_ALLOW_LOOPBACK');
  const simulated = { WEBHOOK_ALLOW_LOOPBACK: 'false', SIMULATOR_WEBHOOK_URL: 'http://127.0.0.1:8095/webhooks' };
  expect(() => readConfig({ ...production, ...simulated })).toThrow('SIMULATOR_WEBHOOK_URL');
  rmSync(folder, { recursive: true });
});

describe('a bridge', () => {
  let world: World;
  let bridge: RunningService;
  let dataDir: string;
  let target: Hook;
  beforeAll(async () => {
    world = await openWorld();
    target = await startHook();
    dataDir = world.dataFor(['asp', AGENCY, SIMULATED]);
    setWebhook(target.url);
    world.changeAgency(dataDir, SIMULATED, { channel: 'pull' });
    bridge = await world.start({
      dataDir,
      allowLoopbackWebhooks: true,
      simulatorWebhookUrl: target.url,
      webhookTimeoutMs: 1_000,
    });
  });
  afterAll(async () => {
    await world.close();
    await target.close();
  });

  const setWebhook = (url: string) => world.changeAgency(dataDir, AGENCY, { channel: 'pull', webhook: { url } });

  const system = () => world.client(bridge, { role: 'agency-system', agency: `agencies/${AGENCY}` });

  async function file(): Promise<string> {
    const application = world.fileable(AGENCY);
    await publishEvents(world.infrastructure, [application.submitted()]);
    return application.delivery;
  }

  /** Repeats the call now that has failed a number of times, without its delay. */
  async function repeatNow(failures: number, changes: object = {}): Promise<void> {
    const store = await world.openStore();
    const webhooks = store.collection<{ _id: string; failures: number }>('webhooks');
    await eventually(async () => ((await webhooks.findOne({ _id: AGENCY }))?.failures ?? 0) >= failures);
    await webhooks.updateOne(
      { _id: AGENCY },
      { $set: { ...changes, 'timer.due': new Date() }, $unset: { 'timer.claimedUntil': '' } },
    );
    await store.close();
  }

  test('wakes the system by a signed call without personal data', async () => {
    const delivery = await file();
    await eventually(() => target.calls.length > 0);
    const [{ headers, body }] = target.calls as [Call];
    expect(JSON.parse(body)).toEqual({
      type: 'cups.requests.available',
      timestamp: expect.any(String),
      data: { agency: AGENCY },
    });
    const { keys } = await system().listWebhookKeys({});
    const { publicKey } = keys[0]!;
    const x = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const [version, signature = ''] = String(headers['webhook-signature']).split(',');
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    expect([version, verify(null, Buffer.from(signed), key, Buffer.from(signature, 'base64'))]).toEqual(['v1a', true]);
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(60);
    const page = await system().listAgencyRequests({});
    expect(page.events.map((event) => (JSON.parse(event.toString()) as { subject: string }).subject)).toContain(
      delivery,
    );
  });

  test('wakes the simulator for an agency that names no webhook', async () => {
    await publishEvents(world.infrastructure, [world.fileable(SIMULATED).submitted()]);
    await eventually(() => target.calls.some(({ path }) => path === `/hook/${SIMULATED}`));
  });

  test('repeats a failed call, and the feed works meanwhile', async () => {
    target.calls.splice(0);
    target.hook.answer = (response) => void response.writeHead(500).end();
    const delivery = await file();
    await eventually(() => target.calls.length > 0);
    await eventually(async () => {
      const { events } = await system().listAgencyRequests({});
      return events.some((event) => (JSON.parse(event.toString()) as { subject: string }).subject === delivery);
    });
    await repeatNow(1);
    await eventually(() => target.calls.length > 1);
    target.hook.answer = (response) => void response.writeHead(204).end();
    await repeatNow(2);
    await eventually(() => world.log.lines.some(({ event }) => event === 'webhook-recovered'));
    // A receiver that processed the first call, whose answer was lost, knows the repeats.
    expect(new Set(target.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const failed = world.log.lines.find(({ event }) => event === 'webhook-failed');
    expect(failed).toMatchObject({ agency: AGENCY, reason: 'STATUS_5XX' });
    // Neither the address nor a response is in the log.
    expect(JSON.stringify(world.log.lines)).not.toContain(String(target.port));
  });

  test('calls a new address soon after the file changed', async () => {
    const second = await startHook();
    setWebhook(second.url);
    await eventually(() => second.calls.length > 0);
    await second.close();
  });

  test('reports a dead webhook, and its recovery at a new address', async () => {
    setWebhook('http://127.0.0.1:9/');
    await repeatNow(1, { failures: MAX_FAILURES - 1 });
    await eventually(() => world.log.lines.some(({ event }) => event === 'webhook-dead'));
    const metrics = () => fetch(`http://127.0.0.1:${bridge.httpPort}/metrics`).then((response) => response.text());
    expect(await metrics()).toMatch(new RegExp(`agency_webhook_dead\\{.*agency="${AGENCY}".*\\} 1`));
    setWebhook(target.url);
    await eventually(async () => new RegExp(`agency_webhook_dead\\{.*agency="${AGENCY}".*\\} 0`).test(await metrics()));
  });
});

test('receivers that hang delay neither the webhook of another agency nor the shutdown', async () => {
  const world = await openWorld();
  const [hanging, target] = [await startHook(), await startHook()];
  hanging.hook.answer = () => {};
  // One more than the timers of a process that run at the same time by default.
  const slow = Array.from({ length: 9 }, (_, at) => `lenta-${at}`);
  const dataDir = world.dataFor([...slow, AGENCY]);
  for (const code of slow) world.changeAgency(dataDir, code, { channel: 'pull', webhook: { url: hanging.url } });
  world.changeAgency(dataDir, AGENCY, { channel: 'pull', webhook: { url: target.url } });
  const bridge = await world.start({ dataDir, allowLoopbackWebhooks: true, webhookTimeoutMs: 30_000 });
  const submitTo = (code: string) => publishEvents(world.infrastructure, [world.fileable(code).submitted()]);
  for (const code of slow) await submitTo(code);
  await eventually(() => hanging.calls.length === slow.length);
  await submitTo(AGENCY);
  await eventually(() => target.calls.length === 1);
  await world.stop(bridge);
  expect(world.log.lines.filter(({ event }) => event === 'webhook-failed')).toEqual([]);
  await world.close();
  await hanging.close();
  await target.close();
});
