import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import request from 'supertest';
import { ID, MORNING, NAME, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** What the gateway shows of the journal: to anybody, and to the desk of an application. */

const NOTE = 'cups.md/journal\n2\nroot\n2026-11-24T08:00:00.000Z\n\n\u2014 cups.md/journal signature\n';
const notFound = () => new Problem({ reason: 'NOT_FOUND', message: 'Tile not found.' });
const asked: unknown[] = [];
let isForeign = false;

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({
    intake: {
      ListAccessLogEntries: () =>
        isForeign
          ? Promise.reject(new Problem({ reason: 'NOT_FOUND', message: 'Application not found.' }))
          : Promise.resolve({ entries: [] }),
    },
    journal: {
      GetCheckpoint: () => Promise.resolve({ note: NOTE, size: '2', root: Buffer.alloc(32), signTime: MORNING }),
      ListVerifierKeys: () => Promise.resolve({ keys: [{ text: 'cups.md/journal+00000000+AQ==', firstSize: '1' }] }),
      GetConsistencyProof: (sizes) => {
        asked.push(sizes);
        return Promise.resolve({ toSize: '9', hashes: [Buffer.alloc(32, 3)] });
      },
      GetTile: ({ path }) => {
        if (path !== '0/000' && path !== '0/x001/234.p/5') return Promise.reject(notFound());
        return Promise.resolve({ content: Buffer.alloc(64, 4), full: path === '0/000' });
      },
      ListEntries: (page) => {
        asked.push(page);
        return Promise.resolve({ entries: [], checkpoint: NOTE });
      },
    },
  });
});
afterAll(() => gateway.stop());
const get = (path: string) => request(gateway.url).get(path);

describe('without a session', () => {
  test('the newest checkpoint, unchanged', async () => {
    const { status, text, headers } = await get('/journal/checkpoint');
    expect([status, text]).toEqual([200, NOTE]);
    expect(headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache' });
  });

  test.each([
    ['0/000', 'public, max-age=31536000, immutable'],
    ['0/x001/234.p/5', 'no-cache'],
  ])('tile %s with its term in caches', async (path, cacheControl) => {
    const { status, body, headers } = await get(`/journal/tile/${path}`).responseType('arraybuffer');
    expect([status, headers['cache-control']]).toEqual([200, cacheControl]);
    expect(Buffer.from(body as ArrayBuffer)).toEqual(Buffer.alloc(64, 4));
  });

  test('proofs of consistency, and keys', async () => {
    const proof = await get('/journal/consistency?from=4&to=9');
    expect(proof.body).toEqual({ from: 4, to: 9, hashes: [Buffer.alloc(32, 3).toString('base64')] });
    await get('/journal/consistency?from=4');
    expect(asked.splice(0)).toMatchObject([
      { fromSize: '4', toSize: '9' },
      { fromSize: '4', toSize: '0' },
    ]);
    const { body } = await get('/journal/verifier');
    expect(body).toEqual({ keys: [{ verifier: 'cups.md/journal+00000000+AQ==', firstSize: 1 }] });
  });

  test.each([
    ['/journal/consistency', 400],
    ['/journal/consistency?from=-1', 400],
    ['/journal/consistency?from=1&to=1e3', 400],
    ['/journal/consistency?from=99999999999999999', 400],
    ['/journal/tile/0/001', 404],
    ['/journal/tile/..%2Fcheckpoint', 404],
    ['/journal/records/000', 404],
    ['/journal/', 404],
    [`/api/v1/applications/${ID}/journal`, 401],
  ])('%s is refused with %d', async (path, status) => {
    const answer = await get(path);
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
    expect(asked.splice(0)).toEqual([]);
  });

  test('only GET', async () => {
    expect((await request(gateway.url).post('/journal/checkpoint')).status).toBe(405);
  });
});

test('the desk lists entries of an application that intake shows it', async () => {
  const answer = await gateway.send('GET', `/api/v1/applications/${ID}/journal?pageSize=7`);
  expect([answer.status, answer.body]).toMatchObject([200, { entries: [], checkpoint: NOTE }]);
  expect(asked.splice(0)).toMatchObject([{ resource: NAME, pageSize: 7 }]);
  isForeign = true;
  expect((await gateway.send('GET', `/api/v1/applications/${ID}/journal`)).status).toBe(404);
  expect(asked).toEqual([]);
});
