import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ID, NAME, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Offline copies: the page of files as JSON, and what the border refuses. */

const COPIES = '/api/v1/offline-copies';
const READS = '/api/v1/offline-reads';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

test('returns files as the details do, with the names of operators', async () => {
  const { body } = await gateway.send('POST', COPIES, { body: { device: ID, held: [] } });
  expect(body).toMatchObject({
    files: [
      {
        application: { id: ID, name: NAME, etag: expect.any(String) as unknown },
        history: [{ kind: expect.any(String) as unknown }],
        olderActions: 1,
      },
    ],
    removed: [NAME],
    remaining: 2,
    copyTime: expect.stringMatching(/Z$/) as unknown,
  });
  expect((body as { operators: unknown[] }).operators.length).toBeGreaterThan(0);
});

test('compresses a page', async () => {
  const { headers } = await gateway.send('POST', COPIES, {
    body: { device: ID, held: [] },
    headers: { 'Accept-Encoding': 'br' },
  });
  expect(headers['content-encoding']).toBe('br');
});

describe('refuses', () => {
  const held = (count: number) => Array.from({ length: count }, () => ({ application: NAME, etag: '"1"' }));
  test.each<[string, string, object]>([
    ['a device that is no ULID', COPIES, { device: 'x', held: [] }],
    ['more than 400 held files', COPIES, { device: ID, held: held(401) }],
    ['a page of more than 25 files', COPIES, { device: ID, held: [], pageSize: 26 }],
    ['a report without reads', READS, { device: ID, reads: [] }],
    ['a read without a time', READS, { device: ID, reads: [{ application: NAME }] }],
  ])('%s', async (_what, path, body) => {
    expect(await gateway.send('POST', path, { body })).toMatchObject({ status: 400 });
  });
});
