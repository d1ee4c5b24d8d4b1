import { request as httpRequest } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { application, ID, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Compression, conditional requests and minimal responses. */

let gateway: Gateway;
const rows = Array.from({ length: 40 }, () => application({ content: null }));
beforeAll(async () => {
  gateway = await startGateway({
    intake: { ListApplications: () => Promise.resolve({ applications: rows, nextPageToken: '' }) },
  });
});
afterAll(() => gateway.stop());

const APP = `/api/v1/applications/${ID}`;

/** Returns a response as sent over the network. */
function raw(path: string, encoding: string): Promise<{ encoding: string | undefined; bytes: Buffer }> {
  const headers = { cookie: gateway.cookie, 'accept-encoding': encoding };
  return new Promise((resolve, reject) => {
    httpRequest(`${gateway.url}${path}`, { headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ encoding: answer.headers['content-encoding'], bytes: Buffer.concat(parts) }));
    })
      .on('error', reject)
      .end();
  });
}

test.each([
  ['br', 'br', brotliDecompressSync],
  ['gzip', 'gzip', gunzipSync],
])('a long response is compressed with %s for clients that accept it', async (accepted, wanted, unpack) => {
  const plain = await raw('/api/v1/applications', 'identity');
  expect(plain.encoding).toBeUndefined();
  const packed = await raw('/api/v1/applications', accepted);
  expect(packed.encoding).toBe(wanted);
  expect(unpack(packed.bytes).equals(plain.bytes)).toBe(true);
  expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 5);
});

test('a short response is not compressed', async () => {
  expect((await raw('/api/v1/sessions/current', 'br, gzip')).encoding).toBeUndefined();
});

test('an unchanged response is 304, for private and shared data', async () => {
  for (const path of ['/api/v1/public-services', '/api/v1/queue', APP]) {
    const first = await gateway.send('GET', path);
    const etag = first.get('etag')!;
    expect([path, first.status, etag !== '']).toEqual([path, 200, true]);
    for (const known of [etag, `"other", ${etag}`, '*']) {
      const again = await gateway.send('GET', path, { headers: { 'if-none-match': known } });
      expect([path, again.status, again.text, again.get('etag')]).toEqual([path, 304, '', etag]);
    }
    const other = await gateway.send('GET', path, { headers: { 'if-none-match': '"other"' } });
    expect(other.status).toBe(200);
  }
});

test('caches may store shared data only', async () => {
  const cachingOf = async (path: string) => (await gateway.send('GET', path)).get('cache-control');
  expect(await cachingOf('/api/v1/public-services')).toBe('public, no-cache');
  expect(await cachingOf('/api/v1/centres/CU-001')).toBe('public, no-cache');
  for (const path of [APP, `${APP}/details`, '/api/v1/queue', '/api/v1/sessions/current']) {
    expect([path, await cachingOf(path)]).toEqual([path, 'no-store']);
  }
  const lost = await startGateway({ catalog: { ListPublicServices: () => Promise.reject(new Error('broken')) } });
  const answer = await lost.send('GET', '/api/v1/public-services');
  expect([answer.status, answer.get('cache-control')]).toEqual([500, 'no-store']);
  await lost.stop();
});

test('a minimal write returns headers only, except for a new draft', async () => {
  for (const prefer of ['return=minimal', 'respond-async, return="minimal"']) {
    const answer = await gateway.send('POST', `${APP}/submit`, { headers: { prefer } });
    expect([answer.status, answer.text, answer.get('etag')]).toEqual([204, '', '"3"']);
    expect(answer.get('preference-applied')).toBe('return=minimal');
  }
  for (const prefer of ['return=representation', 'xreturn=minimal', '']) {
    expect((await gateway.send('POST', `${APP}/submit`, { headers: { prefer } })).status).toBe(200);
  }
  const body = { publicService: 'civil-status-extract' };
  const made = await gateway.send('POST', '/api/v1/applications', { body, headers: { prefer: 'return=minimal' } });
  expect([made.status, made.body.id]).toEqual([201, ID]);
});

test('recording that a mandate was printed can be minimal', async () => {
  const path = `/api/v1/mandates/${ID}/printed`;
  const answer = await gateway.send('POST', path, { headers: { prefer: 'return=minimal' } });
  expect([answer.status, answer.text, answer.get('preference-applied')]).toEqual([204, '', 'return=minimal']);
});
