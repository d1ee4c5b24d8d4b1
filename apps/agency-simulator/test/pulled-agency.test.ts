import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { REPLY_TYPES, SCHEMAS } from '@cups/agency-contract';
import { AgencyApi, parseAgencyKey } from 'cups-agency/http';
import type { CloudEvent } from 'cups-agency/http';
import { parseRules } from '../src/domain/behaviour.ts';
import { PulledAgency } from '../src/pulled-agency.ts';
import { closeWebhooks, createWebhookServer, listenForWebhooks } from '../src/webhook-server.ts';
import { requestOf, until, withdrawalOf } from './requests.ts';

/** An agency that reads its messages over HTTPS, against a feed of the test. */

const CODE = 'arhiva';
const APPLICATION = 'applications/01KAVX3Z5T8W9Q2M4N6P7R8SZQ';
const SENT_TWICE = 'applications/01KAVX3Z5T8W9Q2M4N6P7R8SZT';
const GARBAGE = 'applications/01KAVX3Z5T8W9Q2M4N6P7R8SZB';
const ASKS = 'applications/01KAVX3Z5T8W9Q2M4N6P7R8SZD';
const SILENT = 'applications/01KAVX3Z5T8W9Q2M4N6P7R8SZN';

const keyOfAgency = generateKeyPairSync('ed25519').privateKey;
const keyOfPlatform = generateKeyPairSync('ed25519');
const toJwk = (key: KeyObject): string => JSON.stringify({ ...key.export({ format: 'jwk' }), kid: 'k' });
const publicKey = `whpk_${Buffer.from(keyOfPlatform.publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('base64')}`;

const events: CloudEvent[] = [];
const platform = { isDown: false, replies: [] as CloudEvent[], refused: 0, reads: 0 };
const servers: Server[] = [];
const agencies: PulledAgency[] = [];

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { url = '' } = request;
  const json = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (platform.isDown) return void json(503, { reason: 'UPSTREAM_UNAVAILABLE' });
  if (url === '/agency/v1/token') return void json(200, { access_token: 't', token_type: 'Bearer', expires_in: 300 });
  if (url === '/agency/v1/webhook-keys') return void json(200, { keys: [{ kid: 'k', publicKey }] });
  if (url.startsWith('/agency/v1/requests')) {
    platform.reads += 1;
    const from = Number(new URL(url, 'http://platform').searchParams.get('cursor') ?? 0);
    return void json(200, { events: events.slice(from), cursor: String(events.length), hasMore: false });
  }
  if (url !== '/agency/v1/replies') return void json(404, { reason: 'NOT_FOUND' });
  const reply = JSON.parse(Buffer.concat(parts).toString()) as CloudEvent;
  if ((reply.data as { outcome?: string }).outcome === 'maybe') {
    platform.refused += 1;
    return void json(400, { reason: 'INVALID_ARGUMENT' });
  }
  platform.replies.push(reply);
  return void json(200, { changes: [] });
}

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let url: string;
beforeEach(async () => {
  events.length = 0;
  Object.assign(platform, { isDown: false, replies: [], refused: 0, reads: 0 });
  url = await listen(createServer((request, response) => void respond(request, response)));
});
afterEach(async () => {
  await Promise.all(agencies.splice(0).map((agency) => agency.stop()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** @param pollMs so long that only a webhook wakes it, unless the test says otherwise */
function startAgency(pollMs = 3_600_000): PulledAgency {
  const api = new AgencyApi({ url, code: CODE, key: parseAgencyKey(toJwk(keyOfAgency)), retryMs: 1 });
  const plan = { seed: '1', hourMs: 0, answerDays: 14, rules: parseRules('demo'), pollMs };
  const agency = new PulledAgency(CODE, api, plan, () => undefined);
  agencies.push(agency);
  agency.start();
  return agency;
}

/** Returns a request as the platform lists it. */
const toFeed = (event: { type: string }): CloudEvent =>
  ({
    specversion: '1.0',
    datacontenttype: 'application/json',
    dataschema: SCHEMAS[event.type as keyof typeof SCHEMAS].$id,
    ...event,
  }) as unknown as CloudEvent;
const submit = (application: string, submission = 1) =>
  events.push(toFeed(requestOf(application, submission, {}, CODE)));
const typesOf = (application: string) =>
  platform.replies
    .filter(({ data }) => (data as { application: string }).application === application)
    .map(({ type }) => type);
const { acknowledged, decided, documentsRequested } = REPLY_TYPES;

describe('an agency that pulls', () => {
  test('answers what is in its feed, in order', async () => {
    submit(APPLICATION);
    const { counts } = startAgency();
    await until(() => typesOf(APPLICATION).length === 2);
    expect(typesOf(APPLICATION)).toEqual([acknowledged, decided]);
    expect(platform.replies[0]).toMatchObject({
      specversion: '1.0',
      source: `/agencies/${CODE}`,
      subject: `deliveries/${APPLICATION.slice('applications/'.length)}-${CODE}`,
      datacontenttype: 'application/json',
    });
    await until(() => counts.open === 0);
    expect(counts).toMatchObject({ received: 1, replies: 2, refused: 0, unreadable: 0 });
  });

  test('repeats its replies under the same IDs after a restart, and answers what is new', async () => {
    submit(APPLICATION);
    const before = startAgency();
    await until(() => typesOf(APPLICATION).length === 2);
    await before.stop();
    submit(SENT_TWICE);
    startAgency();
    await until(() => typesOf(SENT_TWICE).length === 4 && typesOf(APPLICATION).length === 4);
    const ids = (application: string) =>
      platform.replies.filter(({ data }) => (data as { application: string }).application === application);
    expect(new Set(ids(APPLICATION).map(({ id }) => id)).size).toBe(2);
    expect(new Set(ids(SENT_TWICE).map(({ id }) => id)).size).toBe(2);
  });

  test('decides when the requested documents are supplied', async () => {
    submit(ASKS);
    startAgency(10);
    await until(() => typesOf(ASKS).length === 2);
    submit(ASKS, 2);
    await until(() => typesOf(ASKS).length === 4);
    expect(typesOf(ASKS)).toEqual([acknowledged, documentsRequested, acknowledged, decided]);
  });

  test('skips what is no JSON, and continues after a refusal', async () => {
    submit(GARBAGE);
    const { counts } = startAgency();
    await until(() => typesOf(GARBAGE).length === 2);
    expect(platform.refused).toBe(1);
    expect(counts).toMatchObject({ refused: 1 });
  });

  test('says nothing about some applications, and stops with a withdrawal', async () => {
    submit(SILENT);
    events.push(toFeed(withdrawalOf(SILENT, CODE)));
    const { counts } = startAgency();
    await until(() => counts.received === 2);
    expect(counts).toMatchObject({ ended: 1, open: 0, replies: 0 });
  });

  test('waits for a platform that is unavailable', async () => {
    platform.isDown = true;
    submit(APPLICATION);
    const agency = startAgency(10);
    expect(agency.isReady()).toBe(true);
    platform.isDown = false;
    await until(() => typesOf(APPLICATION).length === 2);
  });
});

describe('the webhook of an agency that pulls', () => {
  /** Signs a call as the platform does. */
  function call(path: string, { key = keyOfPlatform.privateKey, time = new Date() } = {}): Promise<Response> {
    const body = JSON.stringify({ type: 'cups.requests.available', timestamp: time.toISOString(), data: {} });
    const id = 'msg_01';
    const seconds = String(Math.floor(time.getTime() / 1_000));
    const signature = sign(null, Buffer.from(`${id}.${seconds}.${body}`), key).toString('base64');
    const headers = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1a,${signature}` };
    return fetch(path, { method: 'POST', headers, body });
  }
  async function serve(agency: PulledAgency): Promise<string> {
    const wake = (code: string, received: Parameters<PulledAgency['wake']>[0]) =>
      code === CODE ? agency.wake(received) : Promise.resolve(undefined);
    return `${await listen(createWebhookServer(wake))}/webhooks`;
  }

  test('wakes a read', async () => {
    const at = await serve(startAgency());
    await until(() => platform.reads === 1);
    submit(APPLICATION);
    expect((await call(`${at}/${CODE}`)).status).toBe(204);
    await until(() => typesOf(APPLICATION).length === 2);
  });

  test('is off without a port, and a warning if the port is taken', async () => {
    const lines: string[] = [];
    const server = createWebhookServer(() => Promise.resolve(true));
    const listenAt = (webhookPort: number) =>
      listenForWebhooks(server, { webhookPort, host: '127.0.0.1' }, (_, event) => lines.push(event));
    await listenAt(0);
    expect([server.listening, lines]).toEqual([false, []]);
    await listenAt(Number(new URL(url).port));
    expect([server.listening, lines]).toEqual([false, ['no webhook is received']]);
    await closeWebhooks(server);
  });

  test('refuses a call that the platform did not sign, an old one, and one for another agency', async () => {
    const at = await serve(startAgency());
    await until(() => platform.reads === 1);
    const foreign = generateKeyPairSync('ed25519').privateKey;
    expect((await call(`${at}/${CODE}`, { key: foreign })).status).toBe(401);
    expect((await call(`${at}/${CODE}`, { time: new Date(Date.now() - 3_600_000) })).status).toBe(401);
    expect((await call(`${at}/mai`)).status).toBe(404);
    expect((await fetch(`${at}/${CODE}`)).status).toBe(404);
    const large = await fetch(`${at}/${CODE}`, { method: 'POST', body: 'x'.repeat(20_000) }).catch(() => undefined);
    expect(large?.status ?? 413).toBe(413);
    await call(`${at}/${CODE}`);
    await until(() => platform.reads > 1);
    expect(platform.reads).toBe(2);
  });
});
