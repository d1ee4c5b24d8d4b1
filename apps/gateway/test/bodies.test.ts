import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { eventually } from '@cups/testing';
import { ID, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Missing, truncated and ambiguous bodies over raw sockets, which no HTTP library would send. */

const APP = `/api/v1/applications/${ID}`;
let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

/** Sends raw bytes. Returns all received bytes when the gateway or `close` ends the connection. */
function exchange(parts: (string | Buffer)[], { halfClose = false } = {}): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => {
      for (const part of parts) socket.write(part);
      if (halfClose) socket.end();
    });
    socket.on('data', (data) => (text += String(data)));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

/** Returns a request up to its body, with `Connection: close`. */
function head(method: string, path: string, headers: Record<string, string | undefined> = {}): string {
  const all: Record<string, string | undefined> = {
    Host: new URL(gateway.url).host,
    Connection: 'close',
    Cookie: gateway.cookie,
    'Idempotency-Key': randomUUID(),
    'If-Match': '"3"',
    'Content-Type': 'application/json',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

function send(method: string, path: string, body: string | Buffer, headers: Record<string, string | undefined> = {}) {
  const length = String(Buffer.byteLength(body));
  return exchange([head(method, path, { 'Content-Length': length, ...headers }), body]);
}

const problemOf = (answer: string) =>
  JSON.parse(answer.slice(answer.indexOf('{'))) as {
    status: number;
    reason: string;
    detail?: string;
    violations?: { field: string; rule: string }[];
  };
/** All calls except the session check, which precedes reading the body. */
const calls = () =>
  [...gateway.calls.intake, ...gateway.calls.identity].filter(({ method }) => method !== 'GetSession').length;
/** Number of finished and aborted requests. */
const finished = () => gateway.log().match(/"event":"request-(?:completed|aborted)"/g)?.length ?? 0;

const REQUIRED: [string, string, string][] = [
  ['an edit', 'PATCH', APP],
  ['a draft', 'POST', '/api/v1/applications'],
  ['a hand-over', 'POST', `${APP}/hand-over`],
  ['an outcome', 'POST', `${APP}/confirm-outcome`],
  ['a search', 'POST', '/api/v1/applications/search'],
  ['signing in', 'POST', '/api/v1/sessions'],
  ['tracking', 'POST', '/api/v1/tracking'],
];

describe.each(REQUIRED)('%s without its required body', (_name, method, path) => {
  test.each([
    ['none at all', {}, ''],
    ['of length 0', { 'Content-Length': '0' }, ''],
    ['chunked and empty', { 'Transfer-Encoding': 'chunked' }, '0\r\n\r\n'],
  ])('rejects %s: 400 that names the body, without an upstream call', async (_kind, headers, body) => {
    const before = calls();
    const problem = problemOf(await exchange([head(method, path, headers), body]));
    expect(problem).toMatchObject({ status: 400, reason: 'INVALID_ARGUMENT' });
    expect(problem.violations).toContainEqual(expect.objectContaining({ field: '', rule: 'REQUIRED' }));
    expect(calls()).toBe(before);
  });

  test.each([
    ['the length of a chunk is not a number', 'zz\r\n{}\r\n0\r\n\r\n'],
    ['a chunk is longer than declared', '2\r\n{}xx\r\n0\r\n\r\n'],
    ['a chunk lacks its line end', '2\r\n{}0\r\n\r\n'],
  ])('rejects a truncated body, %s: 400 that names the body, without an upstream call', async (_kind, chunks) => {
    const [before, done] = [calls(), finished()];
    const answer = await exchange([head(method, path, { 'Transfer-Encoding': 'chunked' }) + chunks]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(problemOf(answer)).toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '', rule: 'TRUNCATED' }],
    });
    await eventually(() => finished() > done);
    // Checks of that request may still run; a later request has passed all of them.
    expect((await gateway.send('GET', APP)).status).toBe(200);
    expect(calls()).toBe(before + 1);
  });

  test('a body shorter than announced causes no upstream call', async () => {
    const [before, done] = [calls(), finished()];
    await exchange([head(method, path, { 'Content-Length': '90' }), '{"a":'], { halfClose: true });
    await eventually(() => finished() > done);
    expect((await gateway.send('GET', APP)).status).toBe(200);
    expect(calls()).toBe(before + 1);
  });
});

describe('ambiguous and meaningless bodies', () => {
  const draft = (body: string | Buffer, headers = {}) => send('POST', '/api/v1/applications', body, headers);

  test.each([
    ['broken', '{"publicService":'],
    ['two values', '{"publicService":"x"}{}'],
    ['spaces only', '   '],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from('{"publicService":"x"}', 'utf16le')],
  ])('rejects JSON that is %s: 400 that names the body', async (_name, body) => {
    const problem = problemOf(await draft(body));
    expect(problem).toMatchObject({ status: 400, violations: [{ field: '', rule: 'NOT_JSON' }] });
  });

  test.each([
    ['null', 'null'],
    ['a text', '"x"'],
    ['a list', '[]'],
    ['a number', '1'],
  ])('rejects %s where an object is required', async (_name, body) => {
    expect(problemOf(await draft(body)).violations).toEqual([
      expect.objectContaining({ field: '', rule: 'TYPE', params: { types: ['object'] } }),
    ]);
  });

  test.each([
    ['at the top', '{"publicService":"x","publicService":"y"}', 'publicService'],
    ['inside', '{"publicService":"x","applicant":{"idnp":"1","givenName":"a","idnp":"2"}}', 'idnp'],
    ['spelled with an escape', '{"publicService":"x","publicServic\\u0065":"y"}', 'publicService'],
    ['in a list', '{"publicService":"x","evidence":[{"kind":"a"},{"kind":"b","kind":"c"}]}', 'kind'],
    ['in a person\u2019s data', '{"answers":{"2900000000012":1,"2900000000012":2}}', '(unknown)'],
  ])('rejects a member named twice %s', async (_name, body, name) => {
    const problem = problemOf(await draft(body));
    expect(problem).toMatchObject({
      status: 400,
      violations: [{ field: '', rule: 'DUPLICATE_MEMBER', params: { name } }],
    });
  });

  test('accepts equal names in different objects and texts that look like names', async () => {
    const body = JSON.stringify({
      publicService: 'x',
      applicant: { givenName: 'a' },
      represented: { givenName: 'a' },
      answers: { givenName: '{"a":1,"a":2}', list: ['a":', { a: '\\' }, { a: '"' }] },
    });
    expect(await draft(body)).toMatch(/^HTTP\/1\.1 201 /);
  });

  test.each([
    ['__proto__ at the top', '{"publicService":"x","__proto__":{"id":"y"}}', '/__proto__', 'UNKNOWN_FIELD'],
    [
      '__proto__ in answers',
      '{"publicService":"x","answers":{"__proto__":{"a":1}}}',
      '/answers/__proto__',
      'INVALID_MEMBER_NAME',
    ],
    [
      '_bsontype in answers',
      '{"publicService":"x","answers":{"_bsontype":"a"}}',
      '/answers/_bsontype',
      'INVALID_MEMBER_NAME',
    ],
    ['NUL in a name', '{"publicService":"x","answers":{"a\\u0000":1}}', '/answers', 'INVALID_MEMBER_NAME'],
  ])('%s', async (_name, body, field, rule) => {
    const before = calls();
    const problem = problemOf(await draft(body));
    expect(problem).toMatchObject({ status: 400, violations: [{ field, rule }] });
    expect(calls()).toBe(before);
  });

  test.each([
    ['gzip', { 'Content-Encoding': 'gzip' }],
    ['deflate', { 'Content-Encoding': 'deflate' }],
    ['an unknown encoding', { 'Content-Encoding': 'x' }],
    ['UTF-16 by its name', { 'Content-Type': 'application/json; charset=utf-16' }],
    ['plain text', { 'Content-Type': 'text/plain' }],
    ['no type', { 'Content-Type': undefined }],
    ['a type with the same prefix', { 'Content-Type': 'application/json-seq' }],
  ])('rejects %s: 415', async (_name, headers) => {
    const problem = problemOf(await draft(gzipSync('{"publicService":"x"}'), headers));
    expect(problem).toMatchObject({ status: 415, reason: 'MEDIA_TYPE_UNSUPPORTED' });
  });
});

describe('bytes that are not HTTP', () => {
  test.each([
    ['garbage', ['\u0000\u0001 garbage\r\n\r\n'], 400],
    ['endless headers', ['GET / HTTP/1.1\r\n', `X: ${'y'.repeat(20_000)}\r\n\r\n`], 431],
    ['an invalid length', ['POST /api/v1/tracking HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'], 400],
    [
      'a length and chunks',
      ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
      400,
    ],
  ])('%s: a problem document and a closed connection', async (_name, parts, status) => {
    const answer = await exchange(parts);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(problemOf(answer)).toMatchObject({ status, reason: 'INVALID_ARGUMENT' });
  });
});

describe('bodies of operations without one', () => {
  test.each([
    ['GET', APP, 200],
    ['DELETE', '/api/v1/sessions/current', 204],
  ])('%s %s ignores the body', async (method, path, status) => {
    const ofItsOwn = async () => {
      const { token } = gateway.keys.session({ role: 'specialist', centre: 'centres/CU-001' });
      return { Cookie: await gateway.cookieOf(token) };
    };
    const expected = new RegExp(`^HTTP/1\\.1 ${status} `);
    expect(await send(method, path, '{"state":"closed"}', await ofItsOwn())).toMatch(expected);
    expect(await send(method, path, 'garbage', { ...(await ofItsOwn()), 'Content-Encoding': 'gzip' })).toMatch(
      expected,
    );
  });

  test('the next request on the connection starts after the ignored body', async () => {
    const first = head('GET', '/healthz', { 'Content-Length': '11', Connection: undefined });
    const answer = await exchange([first, 'GET / HTTP/', head('GET', '/api/v1/nothing')]);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404']);
  });
});

test('no client input counts as an internal error', () => {
  expect(gateway.log()).not.toMatch(/request-failed|"status":5\d\d/);
});
