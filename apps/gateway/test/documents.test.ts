import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { DOCUMENT_ID, NAME, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { parseRange } from '../src/transfers/content-response.ts';

/** Content of documents: ranges, headers, the access log, and documents without content. */

const MIB = 1_048_576;
const bytes = randomBytes(2 * MIB + 77);
let gateway: Gateway;
let path = '';
beforeAll(async () => {
  gateway = await startGateway();
  path = contentOf(gateway.stored.add(bytes, { application: NAME }).name);
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.calls.documents.splice(0);
  gateway.calls.intake.splice(0);
});

const contentOf = (name: string) => `/api/v1/${name}/content`;
const get = (headers: Record<string, string> = {}, at = path, method: 'get' | 'head' = 'get') =>
  request(gateway.url)
    [method](at)
    .set({ Cookie: gateway.cookie, ...headers })
    .responseType('arraybuffer');
const reads = () => gateway.calls.documents.filter(({ method }) => method === 'ReadContent').length;
const READ = { name: NAME, kind: 'ACCESS_KIND_DOCUMENT', factsOnly: false };
const recorded = () => gateway.calls.intake.filter(({ method }) => method === 'RecordAccess');

describe('the content of a document', () => {
  test('is sent in pieces of 1 MiB after its access is stored', async () => {
    const reply = await get();
    expect(reply.status).toBe(200);
    expect(bytes.equals(reply.body as Buffer)).toBe(true);
    expect(reads()).toBe(3);
    expect(recorded().map((call) => call.request)).toMatchObject([READ]);
  });

  test('runs no script and is not cached', async () => {
    const { headers } = await get();
    const { sha256, name } = gateway.stored.stored.get(path.replace('/api/v1/', '').replace('/content', ''))!;
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(bytes.length),
      'content-disposition': `inline; filename="document-${name.slice(10)}.pdf"`,
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store, no-transform',
      'accept-ranges': 'bytes',
      etag: `"${sha256}"`,
    });
  });

  test('of another type is a download', async () => {
    const { name } = gateway.stored.add(Buffer.from('<script>'), { application: NAME, mediaType: 'text/html' });
    const { headers } = await get({}, contentOf(name));
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="document-${name.slice(10)}.bin"`,
    });
  });

  test.each([
    ['bytes=0-0', 206, [0, 1]],
    ['bytes=1048570-1048590', 206, [1_048_570, 1_048_591]],
    ['bytes=2097152-', 206, [2 * MIB, 2 * MIB + 77]],
    ['bytes=-7', 206, [2 * MIB + 70, 2 * MIB + 77]],
    ['bytes=5-99999999', 206, [5, 2 * MIB + 77]],
    ['bytes=0-1,5-6', 200, [0, 2 * MIB + 77]],
    ['lines=1-2', 200, [0, 2 * MIB + 77]],
  ] as const)('is sent in the range %s', async (range, status, [start, end]) => {
    const reply = await get({ Range: range });
    expect([reply.status, bytes.subarray(start, end).equals(reply.body as Buffer)]).toEqual([status, true]);
    if (status === 206) expect(reply.get('content-range')).toBe(`bytes ${start}-${end - 1}/${bytes.length}`);
  });

  test.each(['bytes=2097229-', 'bytes=-0'])('has no range %s', async (range) => {
    const reply = await get({ Range: range });
    expect([reply.status, reply.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
  });

  test('is not sent for HEAD or a known ETag', async () => {
    const head = await get({}, path, 'head');
    expect([head.status, head.get('content-length')]).toEqual([200, String(bytes.length)]);
    const again = await get({ 'If-None-Match': head.get('etag')! });
    expect([again.status, again.get('content-length')]).toEqual([304, undefined]);
    expect(reads()).toBe(0);
    expect(recorded().map((call) => call.request)).toMatchObject([{ ...READ, factsOnly: true }, READ]);
  });

  test('and its preview are withheld when the access cannot be stored', async () => {
    const unrecorded = await startGateway(
      { intake: { RecordAccess: () => new Promise(() => undefined) } },
      { budgetMs: 500 },
    );
    for (const part of ['content', 'preview']) {
      const reply = await unrecorded.send('GET', `/api/v1/documents/${DOCUMENT_ID}/${part}`);
      expect(reply.status).toBe(504);
    }
    expect(unrecorded.calls.documents.filter(({ method }) => method === 'ReadContent')).toEqual([]);
    await unrecorded.stop();
  });
});

describe('what a document is', () => {
  const facts = () => path.replace('/content', '');

  test('is shown after its access is stored, and only then', async () => {
    for (const at of [facts(), `/api/v1/${NAME}/documents`]) {
      gateway.calls.intake.splice(0);
      expect((await get({}, at)).status).toBe(200);
      expect(recorded().map((call) => call.request)).toMatchObject([{ ...READ, factsOnly: true }]);
    }
    const unrecorded = await startGateway(
      { intake: { RecordAccess: () => new Promise(() => undefined) } },
      { budgetMs: 500 },
    );
    unrecorded.stored.add(bytes, { application: NAME });
    const reply = await unrecorded.send('GET', `/api/v1/${NAME}/documents`);
    expect([reply.status, JSON.stringify(reply.body)]).toEqual([504, expect.not.stringContaining('documents/')]);
    await unrecorded.stop();
  });

  test('that has not changed, or of no document, is no access', async () => {
    const list = await get({}, `/api/v1/${NAME}/documents`);
    gateway.calls.intake.splice(0);
    expect((await get({ 'If-None-Match': list.get('etag')! }, `/api/v1/${NAME}/documents`)).status).toBe(304);
    expect((await get({}, '/api/v1/applications/01JDZ3V7Q8R9S0T1V2W3X4Y5ZZ/documents')).status).toBe(200);
    expect(recorded()).toEqual([]);
  });
});

test.each([
  ['STATE_UPLOADING', 409, 'DOCUMENT_NOT_READY'],
  ['STATE_CHECKING', 409, 'DOCUMENT_NOT_READY'],
  ['STATE_REFUSED', 409, 'DOCUMENT_REFUSED'],
  ['STATE_ERASED', 410, 'NOT_FOUND'],
] as const)('a document in %s has no content: %d', async (state, status, reason) => {
  const { name } = gateway.stored.add(Buffer.from('x'), { application: NAME, state });
  for (const part of ['content', 'preview']) {
    const reply = await gateway.send('GET', `/api/v1/${name}/${part}`);
    expect([reply.status, reply.body]).toMatchObject([status, { status, reason }]);
  }
  expect(recorded()).toEqual([]);
});

test('a preview is a JPEG image', async () => {
  const reply = await get({}, path.replace('content', 'preview'));
  expect([reply.status, reply.get('content-type'), reply.get('cache-control')]).toEqual([
    200,
    'image/jpeg',
    'no-store',
  ]);
  expect(recorded()).toHaveLength(1);
});

test.each([
  [
    { range: 'bytes=0-9', 'if-range': '"a"' },
    { start: 0, end: 10 },
  ],
  [{ range: 'bytes=0-9', 'if-range': '"b"' }, undefined],
  [{ range: 'bytes=9-0' }, undefined],
  [{ range: 'bytes=-' }, undefined],
  [{ range: 'bytes=-200' }, { start: 0, end: 100 }],
  [{ range: 'bytes=100-' }, 'unsatisfiable'],
  [{ range: 'bytes=1-2-3' }, undefined],
  [{ range: 'bytes=9999999999999999-' }, undefined],
])('range %p', (headers, expected) => {
  expect(parseRange({ headers }, { size: 100, etag: '"a"' })).toEqual(expected);
});
