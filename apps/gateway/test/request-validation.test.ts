import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import request from 'supertest';
import { isReason, Problem, REASONS, violation } from '@cups/problem';
import type { Reason } from '@cups/problem';
import { person, invalidIdnp, startStopwatch } from '@cups/testing';
import { readConfig } from '../src/config.ts';
import { readOpenapiDocument } from '../src/http/openapi-document.ts';
import { application, ID, startGateway } from './gateway.ts';
import type { Gateway, TestResponse } from './gateway.ts';

const APP = `/api/v1/applications/${ID}`;
const draft = { publicService: 'civil-status-extract' };
let gateway: Gateway;
/** Intake's next response. */
let intake: () => Promise<never> = () => Promise.reject(new Error('not set'));

beforeAll(async () => {
  const given = () => intake();
  gateway = await startGateway({
    intake: { SubmitApplication: given, UpdateApplication: given, CreateApplication: given },
  });
});
afterAll(() => gateway.stop());

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(
  readOpenapiDocument(readConfig({ CUPS_ENV: 'development' }).openapiFile).document,
  'openapi',
  undefined,
  false,
);
const isProblemBody = ajv.compile({ $ref: 'openapi#/components/schemas/Problem' });

/** Expects a complete problem document. */
function expectProblem(reply: TestResponse, status: number, reason: Reason, violations?: object[]): void {
  expect({ status: reply.status, body: reply.body }).toMatchObject({
    status,
    body: { type: `urn:cups:problem:${reason}`, status, reason, action: REASONS[reason].action },
  });
  expect(reply.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(reply.get('x-request-id')).toBe((reply.body as { requestId: string }).requestId);
  expect(isProblemBody(reply.body) || isProblemBody.errors).toBe(true);
  if (violations)
    expect((reply.body as { violations: object[] }).violations).toEqual(
      violations.map((v) => expect.objectContaining(v)),
    );
}
const create = (body: unknown, headers: Record<string, string> = {}) =>
  gateway.send('POST', '/api/v1/applications', { body, headers });

describe('an invalid body is rejected as a problem', () => {
  test.each([
    ['malformed JSON', '{"publicService":'],
    ['a text', '"draft"'],
    ['spaces only', '   '],
  ])('%s', async (_name, raw) =>
    expectProblem(await gateway.send('POST', '/api/v1/applications', { raw }), 400, 'INVALID_ARGUMENT'),
  );

  test('a list', async () => expectProblem(await create([]), 400, 'INVALID_ARGUMENT', [{ field: '', rule: 'TYPE' }]));

  test('a missing required body', async () =>
    expectProblem(await gateway.send('POST', '/api/v1/applications'), 400, 'INVALID_ARGUMENT', [
      { field: '', rule: 'REQUIRED' },
    ]));

  test('unknown fields and wrong types, all violations at once, by their path', async () => {
    const body = {
      state: 'closed',
      applicant: { idnp: 12, nickname: 'x', birthDate: '2026-02-30' },
      evidence: [{ kind: 'identity-document' }, { kind: 'Pașaport' }],
      mandate: { kind: 'friendship' },
      id: 'mine',
    };
    const reply = await create(body);
    expectProblem(reply, 400, 'INVALID_ARGUMENT');
    const found = (reply.body as { violations: { field: string; rule: string }[] }).violations;
    expect(found.map(({ field, rule }) => `${field} ${rule}`).sort()).toEqual([
      '/applicant/birthDate DATE',
      '/applicant/idnp TYPE',
      '/applicant/nickname UNKNOWN_FIELD',
      '/evidence/1/kind CODE',
      '/id ULID',
      '/mandate/kind ONE_OF',
      '/publicService REQUIRED',
      '/state UNKNOWN_FIELD',
    ]);
  });

  test('an IDNP with a wrong check digit, without its value in response or log', async () => {
    const wrong = '2900000000018';
    expect(invalidIdnp(1)).not.toBe(person(1).idnp);
    const reply = await create({ ...draft, applicant: { idnp: wrong } });
    expectProblem(reply, 400, 'IDNP_INVALID', [{ field: '/applicant/idnp', rule: 'IDNP' }]);
    expectProblem(
      await gateway.send('POST', '/api/v1/applications/search', { body: { idnp: wrong } }),
      400,
      'IDNP_INVALID',
    );
    expectProblem(await create({ ...draft, [person(2).idnp]: 1 }), 400, 'INVALID_ARGUMENT', [
      { field: '', rule: 'UNKNOWN_FIELD' },
    ]);
    expect(reply.text + gateway.log()).not.toContain(wrong);
    expect(gateway.log()).not.toContain(person(2).idnp);
  });

  test('over 256 KiB', async () => {
    expectProblem(await create({ ...draft, answers: { a: 'x'.repeat(256 * 1024) } }), 413, 'PAYLOAD_TOO_LARGE');
  });

  test('over 256 KiB without a length', async () => {
    // supertest sends a length, or takes an early response for a failure.
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      cookie: gateway.cookie,
    };
    const body = new Blob(['x'.repeat(300 * 1024)]).stream();
    const init = { method: 'POST', body, headers, duplex: 'half' } as RequestInit;
    const response = await fetch(`${gateway.url}/api/v1/applications`, init);
    expect(response.status).toBe(413);
    await response.body?.cancel();
  });

  test.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['plain text', { 'content-type': 'text/plain' }],
    ['another character set', { 'content-type': 'application/json; charset=koi8-r' }],
    ['compressed', { 'content-encoding': 'gzip' }],
  ])('another media type: %s', async (_name, headers) =>
    expectProblem(await create(draft, headers), 415, 'MEDIA_TYPE_UNSUPPORTED'),
  );

  test('answers nested deeper than any form', async () => {
    const nested = (deep: number) => `{"publicService":"x","answers":{"a":${'['.repeat(deep)}${']'.repeat(deep)}}}`;
    const refusedAt = async (deep: number, field: string) =>
      expectProblem(
        await gateway.send('POST', '/api/v1/applications', { raw: nested(deep) }),
        400,
        'INVALID_ARGUMENT',
        [{ field, rule: 'TOO_DEEP' }],
      );
    await refusedAt(60, '/answers');
    // Before parsing.
    await refusedAt(60_000, '');
  });

  test('a search with two criteria or none', async () => {
    const search = (body: object) => gateway.send('POST', '/api/v1/applications/search', { body });
    expectProblem(await search({ idnp: person(1).idnp, trackingNumber: 'x' }), 400, 'INVALID_ARGUMENT', [
      { rule: 'MAX_PROPERTIES' },
    ]);
    expectProblem(await search({}), 400, 'INVALID_ARGUMENT', [{ rule: 'MIN_PROPERTIES' }]);
  });
});

describe('an invalid path, query or header is rejected as a problem', () => {
  test('an unknown path', async () =>
    expectProblem(await gateway.send('GET', '/api/v1/nothing'), 404, 'METHOD_NOT_FOUND'));

  test('a known path with another method lists the allowed ones', async () => {
    const reply = await gateway.send('PUT', APP);
    expectProblem(reply, 405, 'METHOD_NOT_FOUND');
    expect(reply.get('allow')).toBe('GET, HEAD, PATCH');
  });

  test.each(['GET', 'PUT', 'PATCH', 'DELETE'])(
    '%s of the search, which is not an application with that ID',
    async (method) => {
      const reply = await gateway.send(method, '/api/v1/applications/search');
      expectProblem(reply, 405, 'METHOD_NOT_FOUND');
      expect(reply.get('allow')).toBe('POST');
    },
  );

  test.each(['LT', 'CU-1', 'cu-001', 'CU-001-X'])('a malformed centre: %s', async (code) =>
    expectProblem(await gateway.send('GET', `/api/v1/centres/${code}`), 400, 'INVALID_ARGUMENT', [
      { field: '/code', in: 'path', rule: 'PATTERN' },
    ]),
  );

  test('an unknown sign-in provider', async () => {
    const reply = await gateway.send('POST', '/api/v1/sessions', { body: { provider: 'elsewhere' }, cookie: null });
    expectProblem(reply, 400, 'INVALID_ARGUMENT', [{ field: '/provider', rule: 'ONE_OF' }]);
  });

  test.each([
    ['control characters in a name', { applicant: { givenName: 'Ion\u0000' } }, '/applicant/givenName PERSON_NAME'],
    ['an emoji in a name', { applicant: { givenName: '🙂 مرحبا' } }, '/applicant/givenName PERSON_NAME'],
    [
      'text that runs backwards in a name',
      { applicant: { familyName: 'Ana\u202Eba' } },
      '/applicant/familyName PERSON_NAME',
    ],
    ['a NUL in an email address', { contact: { email: 'aa\u0000b@posta.example' } }, '/contact/email EMAIL'],
    ['two email addresses', { contact: { email: 'a,b@posta.example' } }, '/contact/email EMAIL'],
    ['a comment in an email address', { contact: { email: 'a(b)@posta.example' } }, '/contact/email EMAIL'],
    [
      'a name that no register takes',
      { applicant: { familyName: 'x'.repeat(101) } },
      '/applicant/familyName MAX_LENGTH',
    ],
    ['letters in an IDNP', { applicant: { idnp: '29000000000AB' } }, '/applicant/idnp IDNP'],
    ['an email address without a domain', { contact: { email: 'ion@' } }, '/contact/email EMAIL'],
    ['more documents than the limit', { evidence: Array(51).fill({ kind: 'receipt' }) }, '/evidence MAX_ITEMS'],
    [
      'more answers than a form has',
      { answers: Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`a${n}`, 1])) },
      '/answers MAX_PROPERTIES',
    ],
  ])('%s', async (_name, content, finding) => {
    const reply = await create(Object.assign({}, draft, content));
    expect(reply.status).toBe(400);
    const found = (reply.body as { violations: { field: string; rule: string }[] }).violations;
    expect(found.map(({ field, rule }) => `${field} ${rule}`)).toEqual([finding]);
  });

  test('a malformed path', async () =>
    expectProblem(await gateway.send('GET', '/api/v1/applications/%E0%A4%A'), 400, 'INVALID_ARGUMENT'));

  test('an ID that is not a ULID', async () => {
    expectProblem(await gateway.send('GET', '/api/v1/applications/1'), 400, 'INVALID_ARGUMENT', [
      { field: '/id', in: 'path', rule: 'ULID' },
    ]);
  });

  test.each([
    ['an unknown parameter', 'sort=up', '/sort', 'UNKNOWN_FIELD'],
    ['an unknown state', 'state=lost', '/state', 'ONE_OF'],
    ['a negative page', 'pageSize=-1', '/pageSize', 'MINIMUM'],
    ['a page size that is not a number', 'pageSize=ten', '/pageSize', 'TYPE'],
    ['a repeated parameter', 'state=draft&state=ready', '/state', 'TYPE'],
  ])('%s', async (_name, query, field, rule) => {
    const reply = await gateway.send('GET', `/api/v1/applications?${query}`);
    expectProblem(reply, 400, 'INVALID_ARGUMENT');
    expect((reply.body as { violations: object[] }).violations).toContainEqual(
      expect.objectContaining({ field, in: 'query', rule }),
    );
  });

  test.each([
    ['missing', ''],
    ['malformed', 'once'],
  ])('an Idempotency-Key that is %s', async (_name, key) => {
    expectProblem(await create(draft, { 'idempotency-key': key }), 400, 'REQUEST_ID_INVALID', [
      { field: '/Idempotency-Key', in: 'header', rule: key === '' ? 'REQUIRED' : 'UUID' },
    ]);
  });

  test('an edit without If-Match', async () => {
    expectProblem(await gateway.send('PATCH', APP, { body: { costOption: 'x' } }), 428, 'ETAG_MISSING', [
      { field: '/If-Match', in: 'header', rule: 'REQUIRED' },
    ]);
  });

  test.each(['*', 'W/"3"', '3'])('an If-Match of %s', async (etag) => {
    expectProblem(
      await gateway.send('PATCH', APP, { body: { costOption: 'x' }, headers: { 'if-match': etag } }),
      400,
      'INVALID_ARGUMENT',
      [{ field: '/If-Match', in: 'header', rule: 'PATTERN' }],
    );
  });

  test('bytes that are not HTTP close that connection only', async () => {
    const { hostname, port } = new URL(gateway.url);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      connect(Number(port), hostname, function (this: { end(data: string): void }) {
        this.end('\u0000\u0001 garbage\r\n\r\n');
      })
        .on('data', (data) => (text += String(data)))
        .on('close', () => resolve(text))
        .on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect((await gateway.send('GET', '/healthz')).status).toBe(200);
  });
});

describe('a problem of intake becomes the response', () => {
  const write = { headers: { 'if-match': '"2"' } };
  const status: Record<string, number> = {
    INVALID: 400,
    UNAUTHENTICATED: 401,
    FORBIDDEN: 403,
    NOT_FOUND: 404,
    EXISTS: 409,
    PRECONDITION: 409,
    ABORTED: 412,
    EXHAUSTED: 429,
    UNAVAILABLE: 503,
    DEADLINE: 504,
    INTERNAL: 500,
    CANCELLED: 503,
    PAYLOAD_TOO_LARGE: 413,
    MEDIA_TYPE_UNSUPPORTED: 415,
    ETAG_MISSING: 428,
    UPLOAD_OFFSET_MISMATCH: 409,
  };
  const reasons = Object.keys(REASONS).filter((reason) => isReason(reason) && reason !== 'INTERNAL');

  test.each(reasons as Reason[])('%s', async (reason) => {
    const violations = [violation('/applicant/idnp', 'REQUIRED')];
    intake = () => Promise.reject(new Problem({ reason, message: 'Said by intake.', violations }));
    // An edit may fail for every reason.
    const reply = await gateway.send('PATCH', APP, { body: { costOption: null }, headers: write.headers });
    // Token and certificate between services are internal.
    if (reason === 'TOKEN_INVALID' || reason === 'CALLER_MISMATCH')
      return expectProblem(reply, 503, 'UPSTREAM_UNAVAILABLE');
    expectProblem(reply, status[reason] ?? status[REASONS[reason].kind]!, reason);
    expect(reply.body).toMatchObject({ detail: 'Said by intake.' });
    if (reply.status === 429 || reply.status === 503) expect(Number(reply.get('retry-after'))).toBeGreaterThan(0);
  });

  test('all violations', async () => {
    const violations = [1, 2, 3].map((max) => violation(`/answers/f${max}`, 'MAX_LENGTH', { max }));
    intake = () =>
      Promise.reject(new Problem({ reason: 'APPLICATION_INCOMPLETE', message: 'Incomplete.', violations }));
    expectProblem(await gateway.send('POST', `${APP}/submit`, write), 400, 'APPLICATION_INCOMPLETE', violations);
  });

  test('a stale ETag is 412, and was forwarded', async () => {
    intake = () => Promise.reject(new Problem({ reason: 'ETAG_STALE', message: 'Changed meanwhile.' }));
    expectProblem(
      await gateway.send('PATCH', APP, { body: { costOption: null }, headers: { 'if-match': '"1"' } }),
      412,
      'ETAG_STALE',
    );
    expect(gateway.calls.intake.at(-1)?.request).toMatchObject({ etag: '"1"', updateFields: ['cost_option'] });
  });

  test('the retry time', async () => {
    intake = () => Promise.reject(new Problem({ reason: 'RATE_LIMITED', message: 'Slow down.', retryAfterMs: 2400 }));
    expect((await gateway.send('POST', `${APP}/submit`)).get('retry-after')).toBe('3');
  });

  test('an internal error has an ID and no text', async () => {
    intake = () => Promise.reject(new Error(`E11000 duplicate key ${person(4).idnp}`));
    const reply = await gateway.send('POST', `${APP}/submit`);
    expectProblem(reply, 500, 'INTERNAL');
    expect(reply.body).toMatchObject({ errorId: expect.stringMatching(/^[\w-]{20,}$/) });
    expect(reply.body).not.toHaveProperty('detail');
    expect(reply.text + gateway.log()).not.toContain(person(4).idnp);
    expect(gateway.log()).toContain((reply.body as { errorId: string }).errorId);
  });

  test('an undocumented response fails the test with a message', async () => {
    intake = () =>
      Promise.resolve({ application: application({ state: 'STATE_UNSPECIFIED' }), replayed: false } as never);
    const reply = await gateway.send('POST', `${APP}/submit`);
    expectProblem(reply, 500, 'INTERNAL');
    expect(reply.body).toMatchObject({ detail: 'submitApplication 200 violates openapi.yaml: /state REQUIRED.' });
  });
});

test('an undeclared problem fails the test with a message', async () => {
  const odd = await startGateway({
    identity: { ListCentres: () => Promise.reject(new Problem({ reason: 'ETAG_STALE', message: 'Odd.' })) },
  });
  try {
    const reply = await odd.send('GET', '/api/v1/centres');
    expectProblem(reply, 500, 'INTERNAL');
    const detail = 'listCentres 412 application/problem+json is not in openapi.yaml.';
    expect(reply.body).toMatchObject({ detail });
  } finally {
    await odd.stop();
  }
});

describe('replays', () => {
  test('a replay is marked and has the status of the first response', async () => {
    intake = () => Promise.resolve({ application: application(), replayed: true } as never);
    const again = await create(draft);
    expect([again.status, again.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect((await gateway.send('POST', `${APP}/submit`)).get('idempotent-replayed')).toBe('true');
  });

  test('the key reaches intake unchanged', async () => {
    const key = randomUUID();
    await create(draft, { 'idempotency-key': key });
    expect(gateway.calls.intake.at(-1)?.request).toMatchObject({ requestId: key });
  });
});

describe('request IDs and time', () => {
  test('a UUID or ULID of the client is kept, anything else replaced', async () => {
    const mine = randomUUID();
    const idOf = async (id: string) =>
      (await gateway.send('GET', '/healthz', { headers: { 'x-request-id': id } })).get('x-request-id');
    expect(await idOf(mine)).toBe(mine);
    expect(await idOf(ID)).toBe(ID);
    expect(await idOf(person(5).idnp)).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a blocked upstream service costs only the request budget', async () => {
    const slow = await startGateway({ intake: { GetApplication: () => new Promise(() => {}) } }, { budgetMs: 300 });
    try {
      const stopwatch = startStopwatch();
      expectProblem(await slow.send('GET', APP), 504, 'DEADLINE_EXCEEDED');
      expect(stopwatch.stop()).toBeLessThan(3_000);
    } finally {
      await slow.stop();
    }
  });

  test('an unavailable upstream service is 503 with a retry time', async () => {
    const alone = await startGateway({}, { intakeAddress: '127.0.0.1:1' });
    try {
      const reply = await alone.send('GET', APP);
      expectProblem(reply, 503, 'UPSTREAM_UNAVAILABLE');
      expect(reply.get('retry-after')).toBe('1');
      expect((await alone.send('GET', '/api/v1/centres')).status).toBe(200);
    } finally {
      await alone.stop();
    }
  });

  test('a shutdown drains the request in progress', async () => {
    let entered = () => {};
    let release = () => {};
    const inside = new Promise<void>((resolve) => (entered = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    const leaving = await startGateway({
      intake: {
        async GetApplication() {
          entered();
          await released;
          return { application: application() };
        },
      },
    });
    const running = leaving.send('GET', APP);
    await inside;
    const stopped = leaving.stop();
    release();
    expect((await running).status).toBe(200);
    const stopwatch = startStopwatch();
    await stopped;
    expect(stopwatch.stop()).toBeLessThan(5_000);
    await expect(request(leaving.url).get('/healthz')).rejects.toThrow('ECONNREFUSED');
  });
});
