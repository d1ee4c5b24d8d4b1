import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import request from 'supertest';
import { application, ID, NAME, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Resumable uploads: the protocol by hand, and a tus client whose connection breaks. */

const PATH = '/api/v1/uploads';
const CHUNK = 65_536;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const encode = (metadata: Record<string, string>) =>
  Object.entries(metadata)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',');
const declare = (bytes: Buffer, more: Record<string, string> = {}) => ({
  'Upload-Length': String(bytes.length),
  'Upload-Metadata': encode({ application: ID, kind: 'identity-document', sha256: sha256(bytes), ...more }),
});
const appends = () =>
  gateway.calls.documents
    .filter(({ method }) => method === 'AppendContent')
    .map(({ request: chunk }) => chunk as { offset: string; data: Buffer });

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());
beforeEach(() => void gateway.calls.documents.splice(0));

const send = (method: string, path: string, headers: Record<string, string> = {}) =>
  gateway.send(method, path, { headers: { 'Tus-Resumable': '1.0.0', ...headers } });

async function openUpload(bytes: Buffer, more?: Record<string, string>): Promise<string> {
  const opened = await send('POST', PATH, declare(bytes, more));
  expect([opened.status, opened.text]).toEqual([201, '']);
  return opened.get('location')!;
}

function append(path: string, bytes: Buffer, headers: Record<string, string> = {}) {
  return request(gateway.url)
    .patch(path)
    .set({ Cookie: gateway.cookie, 'Tus-Resumable': '1.0.0', 'Upload-Offset': '0', ...headers })
    .set('Content-Type', headers['Content-Type'] ?? 'application/offset+octet-stream')
    .serialize((body: unknown) => body as string)
    .send(bytes);
}

describe('an upload', () => {
  test('is opened, stored in chunks of 64 KiB and resumed at the stored size', async () => {
    const bytes = randomBytes(3 * CHUNK + 100);
    const path = await openUpload(bytes);
    expect(path).toMatch(/^\/api\/v1\/uploads\/[0-9A-Z]{26}$/);
    const first = await append(path, bytes.subarray(0, 2 * CHUNK + 5));
    expect([first.status, first.get('upload-offset'), first.get('cups-document-state')]).toEqual([
      204,
      String(2 * CHUNK),
      'uploading',
    ]);
    const head = await send('HEAD', path);
    expect([head.status, head.get('upload-offset'), head.get('upload-length'), head.get('cache-control')]).toEqual([
      ...[200, String(2 * CHUNK), String(bytes.length)],
      'no-store',
    ]);
    const last = await append(path, bytes.subarray(2 * CHUNK), { 'Upload-Offset': String(2 * CHUNK) });
    expect([last.status, last.get('upload-offset'), last.get('cups-document-state')]).toEqual([
      204,
      String(bytes.length),
      'checking',
    ]);
    expect(appends().map(({ offset, data }) => [Number(offset), data.length])).toEqual([
      [0, CHUNK],
      [CHUNK, CHUNK],
      [2 * CHUNK, CHUNK],
      [3 * CHUNK, 100],
    ]);
    expect(gateway.stored.stored.get(`documents/${path.slice(-26)}`)?.bytes.equals(bytes)).toBe(true);
  });

  test('is declared to documents with the training mark of the application', async () => {
    await openUpload(Buffer.from('abc'), { pages: '1,2' });
    expect(gateway.calls.documents[0]?.request).toMatchObject({
      ...{ application: NAME, kind: 'identity-document', size: '3', pageSizes: ['1', '2'], training: false },
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('has the ID of the client', async () => {
    const id = '01JDZ3V7Q8R9S0T1V2W3XZZZZZ';
    expect(await openUpload(Buffer.from('abc'), { id })).toBe(`${PATH}/${id}`);
    expect(gateway.calls.documents[0]?.request).toMatchObject({ documentId: id });
  });

  test('is not opened twice by one key', async () => {
    const key = randomUUID();
    const opened = await Promise.all(
      [1, 2].map(() => send('POST', PATH, { ...declare(Buffer.from('x')), 'Idempotency-Key': key })),
    );
    expect(new Set(opened.map((one) => one.get('location'))).size).toBe(1);
  });

  test('is deleted', async () => {
    const path = await openUpload(Buffer.from('abc'));
    expect((await send('DELETE', path)).status).toBe(204);
    expect((await send('HEAD', path)).status).toBe(404);
  });

  test('holds no admission slot while it waits for the client', async () => {
    const path = await openUpload(randomBytes(CHUNK));
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      [
        `PATCH ${path} HTTP/1.1`,
        'Host: x',
        `Cookie: ${gateway.cookie}`,
        'Tus-Resumable: 1.0.0',
        'Upload-Offset: 0',
        'Content-Type: application/offset+octet-stream',
        `Content-Length: ${CHUNK}`,
        '\r\nx',
      ].join('\r\n'),
    );
    const metric = async (name: string) =>
      Number(
        new RegExp(`^${name}.* (\\d+)`, 'm').exec((await request(gateway.operationsUrl).get('/metrics')).text)?.[1],
      );
    await eventually(async () => (await metric('http_transfers_running{direction="upload"')) === 1);
    expect(await metric('http_requests_in_flight')).toBe(0);
    // The next request of the same upload ends it.
    expect((await send('HEAD', path)).status).toBe(200);
    await eventually(() => socket.closed);
    await eventually(async () => (await metric('http_transfers_running{direction="upload"')) === 0);
  });
});

describe('a refused request', () => {
  const small = Buffer.from('abc');
  type Row = [what: string, status: number, reason: string, run: () => PromiseLike<request.Response>];
  const patched =
    (headers: Record<string, string>, bytes = small) =>
    async () =>
      append(await openUpload(small), bytes, headers);
  const rows: Row[] = [
    [
      'without a key',
      400,
      'REQUEST_ID_INVALID',
      () => send('POST', PATH, { ...declare(small), 'Idempotency-Key': '' }),
    ],
    [
      'of an empty file',
      400,
      'INVALID_ARGUMENT',
      () => send('POST', PATH, { ...declare(small), 'Upload-Length': '0' }),
    ],
    ['without a length', 400, 'INVALID_ARGUMENT', () => send('POST', PATH, { ...declare(small), 'Upload-Length': '' })],
    [
      'of a deferred length',
      400,
      'INVALID_ARGUMENT',
      () => send('POST', PATH, { ...declare(small), 'Upload-Length': '', 'Upload-Defer-Length': '1' }),
    ],
    [
      'of more than 10 MiB',
      413,
      'PAYLOAD_TOO_LARGE',
      () => send('POST', PATH, { ...declare(small), 'Upload-Length': '10485761' }),
    ],
    ['without metadata', 400, 'INVALID_ARGUMENT', () => send('POST', PATH, { 'Upload-Length': '3' })],
    [
      'of another digest form',
      400,
      'INVALID_ARGUMENT',
      () => send('POST', PATH, declare(small, { sha256: 'A'.repeat(64) })),
    ],
    ['with an ID that is no ULID', 400, 'INVALID_ARGUMENT', () => send('POST', PATH, declare(small, { id: 'x' }))],
    [
      'of pages that do not add up',
      400,
      'INVALID_ARGUMENT',
      () => send('POST', PATH, declare(small, { pages: '1,1' })),
    ],
    [
      'of another version',
      400,
      'INVALID_ARGUMENT',
      () => send('POST', PATH, { ...declare(small), 'Tus-Resumable': '0.2.0' }),
    ],
    [
      'without a version',
      412,
      'INVALID_ARGUMENT',
      () => send('POST', PATH, { ...declare(small), 'Tus-Resumable': '' }),
    ],
    ['of an unknown upload', 404, 'NOT_FOUND', () => append(`${PATH}/01JDZ3V7Q8R9S0T1V2W3X99999`, small)],
    ['of another media type', 415, 'MEDIA_TYPE_UNSUPPORTED', patched({ 'Content-Type': 'application/octet-stream' })],
    ['of compressed bytes', 415, 'MEDIA_TYPE_UNSUPPORTED', patched({ 'Content-Encoding': 'gzip' })],
    ['at another offset', 409, 'UPLOAD_OFFSET_MISMATCH', patched({ 'Upload-Offset': '1' })],
    ['without an offset', 400, 'INVALID_ARGUMENT', patched({ 'Upload-Offset': 'x' })],
    ['of more bytes than declared', 413, 'PAYLOAD_TOO_LARGE', patched({}, Buffer.from('abcd'))],
    ['of less than a chunk', 400, 'INVALID_ARGUMENT', patched({}, Buffer.from('ab'))],
    ['of other bytes than declared', 460, 'UPLOAD_DIGEST_MISMATCH', patched({}, Buffer.from('xyz'))],
    ['of another site', 403, 'CROSS_SITE_REQUEST', patched({ Origin: 'https://evil.example' })],
    ['without a session', 401, 'UNAUTHENTICATED', patched({ Cookie: '' })],
  ];

  test.each(rows)('%s: %d %s', async (_what, status, reason, run) => {
    const reply = await run();
    expect([reply.status, JSON.parse(reply.text)]).toMatchObject([status, { status, reason }]);
    expect(reply.type).toBe('application/problem+json');
  });

  test('names the application state in which nothing is uploaded', async () => {
    const ended = await startGateway({
      intake: { GetApplication: () => Promise.resolve({ application: application({ state: 'STATE_CLOSED' }) }) },
    });
    const reply = await ended.send('POST', PATH, { headers: { 'Tus-Resumable': '1.0.0', ...declare(small) } });
    expect([reply.status, reply.body]).toMatchObject([409, { reason: 'ACTION_NOT_ALLOWED' }]);
    expect(ended.calls.documents).toEqual([]);
    await ended.stop();
  });
});
