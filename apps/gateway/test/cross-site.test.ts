import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '../src/config.ts';
import { readOpenapiDocument } from '../src/http/openapi-document.ts';
import { ID, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Cross-site requests: a followed link sends the session cookie along. */

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

/** Headers of a followed link. */
const LINK = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-user': '?1' };
const { operations } = readOpenapiDocument(readConfig({ CUPS_ENV: 'development' }).openapiFile);
const GETS = operations.filter(({ method, path }) => method === 'get' && path.startsWith('/api/'));
const IDS: Record<string, string> = { noticeId: '01JDZ3V7Q8R9S0T1V2W3X4Y5Z7', code: 'CU-001', number: '1' };
const fill = (path: string) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => IDS[name] ?? ID);
const calls = () => Object.values(gateway.calls).flat().length;

describe('cross-site read of the API', () => {
  test.each(GETS.map(({ id, path }) => [id, fill(path)]))('rejects %s before any upstream call', async (_id, path) => {
    const before = calls();
    for (const site of ['cross-site', 'same-site']) {
      const reply = await gateway.send('GET', path, { headers: { ...LINK, 'sec-fetch-site': site } });
      expect([reply.status, reply.body]).toMatchObject([403, { reason: 'CROSS_SITE_REQUEST' }]);
    }
    expect((await gateway.send('HEAD', path, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect((await gateway.send('GET', path, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect(calls()).toBe(before);
  });

  test.each([['same-origin'], ['none'], ['']])('accepts Sec-Fetch-Site "%s"', async (site) => {
    const reply = await gateway.send('GET', '/api/v1/sessions/current', { headers: { 'sec-fetch-site': site } });
    expect(reply.status).toBe(200);
  });
});

describe('paths open to links from other sites', () => {
  test.each(['/', '/t', `/applications/${ID}`, '/find', '/contract/', '/healthz', '/readyz'])('%s', async (path) => {
    const reply = await gateway.send('GET', path, { headers: { ...LINK, 'sec-fetch-site': 'cross-site' } });
    expect([200, 503]).toContain(reply.status);
  });

  test('the callback of an identity provider', async () => {
    const headers = { ...LINK, 'sec-fetch-site': 'cross-site' };
    const reply = await gateway.send('GET', '/auth/oidc/callback?state=x', { headers });
    // The fake identity lacks this method; the test only checks that it was called.
    expect(reply.headers['location']).toBe('/?signIn=METHOD_NOT_FOUND');
  });
});

describe('repeated single-value header', () => {
  const answerTo = (lines: string[]) =>
    new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(gateway.url);
      let text = '';
      connect(Number(port), hostname, function (this: { write(data: string): void }) {
        this.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`);
      })
        .on('data', (data) => (text += String(data)))
        .on('close', () => resolve(text))
        .on('error', reject);
    });

  test.each(['/healthz', '/', '/api/v1/centres', '/auth/oidc/start', '/nowhere'])(
    'rejects Host at %s: 400',
    async (path) => {
      for (const second of ['evil.example', 'cups.example']) {
        const answer = await answerTo([`GET ${path} HTTP/1.1`, 'Host: cups.example', `HOST: ${second}`]);
        expect(answer).toMatch(/^HTTP\/1\.1 400 /);
        expect(answer).toContain('"reason":"INVALID_ARGUMENT"');
      }
      expect(await answerTo([`GET ${path} HTTP/1.1`, 'Host: cups.example'])).not.toMatch(/^HTTP\/1\.1 400 /);
    },
  );

  test('rejects Content-Type: 400', async () => {
    const head = ['POST /api/v1/sessions HTTP/1.1', 'Host: x', 'Content-Length: 0'];
    const answer = await answerTo([...head, 'Content-Type: application/json', 'Content-Type: text/plain']);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('content-type');
  });
});
