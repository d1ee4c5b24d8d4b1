import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Problem, violation } from '@cups/problem';
import { createAgencySession } from '@cups/rpc';
import request from 'supertest';
import { ID, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** The HTTP API for agencies whose systems pull: messages by a cursor, and replies. */

const REQUESTS = '/agency/v1/requests';
const REPLIES = '/agency/v1/replies';
const CURSOR = 'WyIxIiwieCJd';
const EVENT = {
  specversion: '1.0',
  id: `${ID}-asp-submission-1`,
  source: '/cups/agency-bridge',
  type: 'md.cups.application.submitted.v1',
  subject: `deliveries/${ID}-asp`,
  time: '2026-11-24T08:00:00.000Z',
  data: { application: `applications/${ID}` },
};
const REPLY = {
  ...EVENT,
  id: randomUUID(),
  source: '/agencies/asp',
  type: 'md.cups.reply.acknowledged.v1',
  data: { application: `applications/${ID}`, submission: 1, agencyReference: 'A-1' },
};

let gateway: Gateway;
let token = '';
let receive: () => { changes: string[]; issue: string };
beforeAll(async () => {
  gateway = await startGateway({
    identity: { IssueAgencyToken: () => Promise.resolve({ assertion: assertionOf('asp'), expiresIn: 299 }) },
    bridge: {
      ListAgencyRequests: ({ cursor }) => {
        if (cursor === 'bad') {
          const violations = [violation('/cursor', 'PAGE_TOKEN')];
          throw new Problem({ reason: 'PAGE_TOKEN_INVALID', message: 'The fake says so.', violations });
        }
        return Promise.resolve({ events: [Buffer.from(JSON.stringify(EVENT))], cursor: CURSOR, hasMore: true });
      },
      ReceiveAgencyReply: () => Promise.resolve().then(() => receive()),
    },
  });
  const form = {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'header.payload.signature',
  };
  const issued = await request(gateway.url).post('/agency/v1/token').type('form').send(form);
  token = (issued.body as { access_token: string }).access_token;
});
afterAll(() => gateway.stop());
beforeEach(() => {
  receive = () => ({ changes: [], issue: '' });
  gateway.calls.bridge.splice(0);
});

const assertionOf = (agency: string): string =>
  gateway.keys
    .forService('identity')
    .signSession(createAgencySession(agency, { sid: randomUUID(), expires: new Date(Date.now() + 299_000) }));
const authorized = (authorization = `Bearer ${token}`) => ({ Authorization: authorization });
const post = (body: string | object, headers: Record<string, string> = {}) =>
  request(gateway.url)
    .post(REPLIES)
    .set({ ...authorized(), 'Content-Type': 'application/cloudevents+json', ...headers })
    .send(typeof body === 'string' ? body : JSON.stringify(body));

describe('messages', () => {
  test('are returned with the cursor of the next page', async () => {
    const reply = await request(gateway.url).get(`${REQUESTS}?cursor=${CURSOR}&pageSize=7`).set(authorized());
    expect([reply.status, reply.body]).toEqual([200, { events: [EVENT], cursor: CURSOR, hasMore: true }]);
    expect(reply.get('cache-control')).toContain('no-store');
    expect(gateway.calls.bridge).toMatchObject([{ request: { cursor: CURSOR, pageSize: 7 } }]);
  });

  test.each([
    ['a malformed cursor', '?cursor=a%20b'],
    ['a page of 51', '?pageSize=51'],
    ['a page of 0', '?pageSize=0'],
    ['the cursor of another agency', '?cursor=bad'],
  ])('%s is refused', async (_what, query) => {
    const reply = await request(gateway.url).get(`${REQUESTS}${query}`).set(authorized());
    expect([reply.status, reply.type]).toEqual([400, 'application/problem+json']);
  });

  test.each([
    ['no token', () => ''],
    ['a forged token', () => `Bearer ${token.slice(0, -2)}xx`],
    ['the assertion in a token', () => `Bearer ${assertionOf('asp')}`],
    ['the session of a desk', () => `Bearer ${gateway.specialist.token}`],
  ])('need more than %s', async (_what, authorization) => {
    for (const send of [request(gateway.url).get(REQUESTS), request(gateway.url).post(REPLIES).send(REPLY)]) {
      const reply = await send.set({ ...authorized(authorization()), Cookie: gateway.cookie });
      expect([reply.status, reply.body]).toMatchObject([401, { reason: 'UNAUTHENTICATED' }]);
    }
    expect(gateway.calls.bridge).toEqual([]);
  });
});

describe('a reply', () => {
  test.each(['application/cloudevents+json', 'application/json; charset=utf-8'])('arrives as %s', async (type) => {
    const reply = await post(REPLY, { 'Content-Type': type });
    expect([reply.status, reply.body]).toEqual([200, { changes: [] }]);
    const [call] = gateway.calls.bridge as { request: { event: Buffer } }[];
    expect(JSON.parse(call!.request.event.toString())).toEqual(REPLY);
  });

  test('of 200 KB arrives, as it does over Kafka', async () => {
    expect((await post({ ...REPLY, data: { reason: { ro: 'x'.repeat(200_000) } } })).status).toBe(200);
  });

  test('without effect names the cause', async () => {
    receive = () => ({ changes: ['DECIDE_TIME_REPLACED'], issue: 'ALREADY_DECIDED' });
    expect((await post(REPLY)).body).toEqual({ changes: ['DECIDE_TIME_REPLACED'], issue: 'ALREADY_DECIDED' });
  });

  test('that is refused returns a problem', async () => {
    receive = () => {
      const violations = [violation('/data/reason', 'REQUIRED')];
      const metadata = { cause: 'CONTENT_INVALID' };
      throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The fake says so.', violations, metadata });
    };
    const reply = await post(REPLY);
    expect([reply.status, reply.type, reply.body]).toMatchObject([
      400,
      'application/problem+json',
      {
        reason: 'INVALID_ARGUMENT',
        cause: 'CONTENT_INVALID',
        violations: [{ field: '/data/reason', rule: 'REQUIRED' }],
      },
    ]);
  });

  test.each([
    ['of 1.1 MB', { ...REPLY, data: { note: 'x'.repeat(1_100_000) } }, {}, 413],
    ['of another type', REPLY, { 'Content-Type': 'text/plain' }, 415],
    ['that is no JSON', '{', {}, 400],
    ['with a duplicate member', `${JSON.stringify(REPLY).slice(0, -1)},"id":"x"}`, {}, 400],
    ['without a subject', { ...REPLY, subject: undefined }, {}, 400],
    ['of another version of CloudEvents', { ...REPLY, specversion: '0.3' }, {}, 400],
    ['with text as content', { ...REPLY, data: 'x' }, {}, 400],
    [
      'with too many attributes',
      { ...REPLY, ...Object.fromEntries([...'abcdefghijklmnopq'].map((x) => [x, 1])) },
      {},
      400,
    ],
  ])('%s is refused before the bridge is called', async (_what, body, headers, status) => {
    const reply = await post(body as object, headers);
    expect(reply.status).toBe(status);
    expect(gateway.calls.bridge).toEqual([]);
  });
});
