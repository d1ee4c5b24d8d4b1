import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import { createAgencySession } from '@cups/rpc';
import request from 'supertest';
import { ID, NAME, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** The HTTP API for the systems of agencies: tokens, copies, results. */

const TOKEN = '/agency/v1/token';
const RESULTS = `/agency/v1/deliveries/${ID}-asp/documents`;
const RELEASED = { application: NAME, delivery: `deliveries/${ID}-asp` };
const bytes = randomBytes(1_048_576 + 500);
const digestOf = (content: Buffer) => `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;
const FORM = {
  grant_type: 'client_credentials',
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: 'header.payload.signature',
};

/** What identity answers to a token request. */
let issue: () => { assertion: string; expiresIn: number };
/** How far the gateway's clock is ahead. */
let aheadMs = 0;
let gateway: Gateway;
let token = '';
beforeAll(async () => {
  gateway = await startGateway(
    { identity: { IssueAgencyToken: () => Promise.resolve().then(() => issue()) } },
    {},
    () => new Date(Date.now() + aheadMs),
  );
  token = await tokenOf('asp');
});
afterAll(() => gateway.stop());
beforeEach(() => {
  issue = () => ({ assertion: assertionOf('asp'), expiresIn: 300 });
  gateway.calls.documents.splice(0);
  gateway.calls.intake.splice(0);
});

const assertionOf = (agency: string): string =>
  gateway.keys.forService('identity').signSession(
    createAgencySession(agency, {
      sid: randomUUID(),
      expires: new Date(Date.now() + 299_000),
    }),
  );
const askForToken = (form: object = FORM) => request(gateway.url).post(TOKEN).type('form').send(form);
async function tokenOf(agency: string): Promise<string> {
  issue = () => ({ assertion: assertionOf(agency), expiresIn: 299 });
  return ((await askForToken()).body as { access_token: string }).access_token;
}
const get = (path: string, headers: Record<string, string> = {}) =>
  request(gateway.url)
    .get(path)
    .set({ Authorization: `Bearer ${token}`, ...headers });
const upload = (content: Buffer, headers: Record<string, string> = {}, path = RESULTS) =>
  request(gateway.url)
    .post(path)
    .set({ Authorization: `Bearer ${token}`, 'Content-Type': 'application/octet-stream' })
    .set({ 'Idempotency-Key': randomUUID(), 'Content-Digest': digestOf(content), ...headers })
    .serialize((body: unknown) => body as string)
    .send(content);
const callsOf = (method: string) => gateway.calls.documents.filter((call) => call.method === method);

describe('a token', () => {
  test('is issued for an assertion that identity accepts, and is not that of identity', async () => {
    const reply = await askForToken({ ...FORM, client_id: 'asp' });
    expect([reply.status, reply.body, reply.get('cache-control')]).toEqual([
      200,
      { access_token: expect.any(String), token_type: 'Bearer', expires_in: 300 },
      'no-store',
    ]);
    expect((reply.body as { access_token: string }).access_token.split('.')).toHaveLength(5);
    expect(gateway.calls.identity.at(-1)?.request).toMatchObject({
      ...{ clientAssertion: FORM.client_assertion, clientAssertionType: FORM.client_assertion_type, clientId: 'asp' },
      audience: `${gateway.url}${TOKEN}`,
    });
  });

  test.each([
    ['without a grant', { ...FORM, grant_type: undefined }, 400, 'invalid_request'],
    ['of another grant', { ...FORM, grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['without an assertion', { ...FORM, client_assertion: '' }, 400, 'invalid_request'],
    ['of 20 KiB', { ...FORM, client_assertion: 'x'.repeat(20_000) }, 400, 'invalid_request'],
  ])('%s is refused', async (_what, form, status, error) => {
    const before = gateway.calls.identity.length;
    const reply = await askForToken(form);
    expect([reply.status, reply.type, reply.body]).toEqual([status, 'application/json', { error }]);
    expect(gateway.calls.identity.length).toBe(before);
  });

  test('with a repeated parameter is refused, and in JSON too', async () => {
    const repeated = await request(gateway.url).post(TOKEN).type('form').send('grant_type=a&grant_type=b');
    expect([repeated.status, repeated.body]).toEqual([400, { error: 'invalid_request' }]);
    const json = await request(gateway.url).post(TOKEN).send(FORM);
    expect([json.status, json.body]).toEqual([400, { error: 'invalid_request' }]);
  });

  test.each([
    ['UNAUTHENTICATED', 401, 'invalid_client', undefined],
    ['RATE_LIMITED', 429, 'temporarily_unavailable', '7'],
    ['UPSTREAM_UNAVAILABLE', 503, 'temporarily_unavailable', '1'],
  ] as const)('that identity refuses with %s', async (reason, status, error, retryAfter) => {
    issue = () => {
      throw new Problem({ reason, message: 'Refused.', ...(reason === 'RATE_LIMITED' && { retryAfterMs: 7000 }) });
    };
    const reply = await askForToken();
    expect([reply.status, reply.body, reply.get('retry-after')]).toEqual([status, { error }, retryAfter]);
  });

  test('is required, and a cookie or an assertion is none', async () => {
    const path = `/agency/v1/${gateway.stored.add(Buffer.from('x'), RELEASED).name}`;
    const cookie = gateway.cookie.split('=')[1]!;
    const desk = gateway.specialist.token;
    const values = [
      '',
      `Bearer ${cookie}`,
      `Bearer ${desk}`,
      `Bearer ${assertionOf('asp')}`,
      `Bearer ${token}x`,
      token,
    ];
    for (const authorization of values) {
      const reply = await get(path, { Authorization: authorization, Cookie: gateway.cookie });
      expect([reply.status, reply.get('www-authenticate'), reply.body]).toMatchObject([
        ...[401, 'Bearer'],
        { reason: 'UNAUTHENTICATED' },
      ]);
    }
    // A token is no cookie either.
    const name = gateway.cookie.split('=')[0]!;
    expect((await gateway.send('GET', '/api/v1/queue', { cookie: `${name}=${token}` })).status).toBe(401);
    expect(gateway.calls.documents).toEqual([]);
  });
});

test('a token ends with the session in it', async () => {
  aheadMs = 360_000;
  const reply = await get(`/agency/v1/${gateway.stored.add(Buffer.from('x'), RELEASED).name}`);
  aheadMs = 0;
  expect([reply.status, reply.body]).toMatchObject([401, { reason: 'UNAUTHENTICATED' }]);
});

describe('a copy', () => {
  test('is sent with its digest, after the access of the agency is stored', async () => {
    const { name } = gateway.stored.add(bytes, RELEASED);
    const reply = await get(`/agency/v1/${name}`).responseType('arraybuffer');
    expect([reply.status, bytes.equals(reply.body as Buffer)]).toEqual([200, true]);
    expect(reply.get('content-digest')).toBe(digestOf(bytes));
    const read = { method: 'RecordAgencyAccess', request: { name: NAME, factsOnly: false } };
    expect(gateway.calls.intake).toMatchObject([read]);
    const part = await get(`/agency/v1/${name}`, { Range: 'bytes=1048570-' }).responseType('arraybuffer');
    expect([part.status, bytes.subarray(1_048_570).equals(part.body as Buffer)]).toEqual([206, true]);
    expect(part.get('content-digest')).toBe(digestOf(bytes));
    const head = await request(gateway.url).head(`/agency/v1/${name}`).set('Authorization', `Bearer ${token}`);
    expect([head.status, head.get('content-length')]).toEqual([200, String(bytes.length)]);
    expect(gateway.calls.intake.at(-1)).toMatchObject({ ...read, request: { name: NAME, factsOnly: true } });
  });

  test('of a scan shows what it is after the access is stored, a result of the agency without', async () => {
    const scan = gateway.stored.add(bytes, RELEASED);
    const result = gateway.stored.add(Buffer.from('r'), { ...RELEASED, purpose: 'PURPOSE_RESULT' });
    gateway.calls.intake.splice(0);
    for (const { name } of [scan, result]) expect((await get(`/agency/v1/${name}/status`)).status).toBe(200);
    expect(gateway.calls.intake).toMatchObject([
      { method: 'RecordAgencyAccess', request: { name: NAME, factsOnly: true } },
    ]);
  });

  test('of another agency is not found', async () => {
    const { name } = gateway.stored.add(Buffer.from('x'), { ...RELEASED, delivery: `deliveries/${ID}-cnas` });
    for (const path of [`/agency/v1/${name}`, `/agency/v1/${name}/status`]) expect((await get(path)).status).toBe(404);
    const Authorization = `Bearer ${await tokenOf('cnas')}`;
    expect((await get(`/agency/v1/${name}`, { Authorization })).status).toBe(200);
  });

  test.each([
    ['STATE_UPLOADING', 409, 'DOCUMENT_NOT_READY', '30', 'coming'],
    ['STATE_CHECKING', 409, 'DOCUMENT_NOT_READY', '30', 'coming'],
    ['STATE_REFUSED', 410, 'DOCUMENT_REFUSED', undefined, 'refused'],
    ['STATE_ERASED', 410, 'DOCUMENT_REFUSED', undefined, 'refused'],
  ] as const)('in %s is not sent: %d %s', async (state, status, reason, retryAfter, stated) => {
    const { name } = gateway.stored.add(Buffer.from('x'), { ...RELEASED, state });
    const reply = await get(`/agency/v1/${name}`);
    expect([reply.status, reply.body, reply.get('retry-after')]).toMatchObject([status, { reason }, retryAfter]);
    expect((await get(`/agency/v1/${name}/status`)).body).toEqual({ id: name.slice(10), state: stated });
    expect(gateway.calls.intake).toEqual([]);
  });
});

describe('a result', () => {
  test('is stored in chunks, and its state can be read', async () => {
    const reply = await upload(bytes);
    const { id } = reply.body as { id: string };
    expect([reply.status, reply.body, reply.get('location')]).toEqual([
      ...[201, { id, state: 'coming' }],
      `/agency/v1/documents/${id}/status`,
    ]);
    expect(callsOf('AppendResultContent')).toHaveLength(17);
    expect(gateway.stored.stored.get(`documents/${id}`)?.bytes.equals(bytes)).toBe(true);
    expect((await get(reply.get('location')!)).body).toMatchObject({ id, state: 'available', bytes: bytes.length });
  });

  test('is stored once when its upload is repeated, also after a half', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    const first = await upload(bytes, key);
    const half = gateway.stored.stored.get(`documents/${(first.body as { id: string }).id}`)!;
    half.bytes = bytes.subarray(0, 4 * 65_536);
    half.state = 'STATE_UPLOADING';
    const second = await upload(bytes, key);
    expect([second.status, second.body]).toEqual([201, first.body]);
    expect(half.bytes.equals(bytes)).toBe(true);
    const third = await upload(bytes, key);
    expect([third.status, third.body]).toMatchObject([201, { id: (first.body as { id: string }).id }]);
  });

  const small = Buffer.from('abc');
  test.each([
    ['without a digest', small, { 'Content-Digest': '' }, RESULTS, 400, 'INVALID_ARGUMENT'],
    ['with another digest', small, { 'Content-Digest': digestOf(bytes) }, RESULTS, 400, 'UPLOAD_DIGEST_MISMATCH'],
    ['without a key', small, { 'Idempotency-Key': '' }, RESULTS, 400, 'REQUEST_ID_INVALID'],
    ['without bytes', Buffer.alloc(0), {}, RESULTS, 400, 'INVALID_ARGUMENT'],
    ['of another type', small, { 'Content-Type': 'application/pdf' }, RESULTS, 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['that is compressed', small, { 'Content-Encoding': 'gzip' }, RESULTS, 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['for another agency', small, {}, RESULTS.replace('asp', 'cnas'), 404, 'NOT_FOUND'],
    ['of more than 10 MiB', Buffer.alloc(10_485_761), {}, RESULTS, 413, 'PAYLOAD_TOO_LARGE'],
  ])('%s is refused', async (_what, content, headers, path, status, reason) => {
    const reply = await upload(content, headers, path);
    expect([reply.status, reply.body]).toMatchObject([status, { reason }]);
  });
});
