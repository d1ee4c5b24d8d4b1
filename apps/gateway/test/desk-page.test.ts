import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** The desk page as the gateway serves it. */

const folder = mkdtempSync(join(tmpdir(), 'cups-page-'));
const write = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content);
let gateway: Gateway;
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  write('index.html', '<!doctype html><title>CUPS</title>');
  write('t.html', '<!doctype html><title>citizen</title>');
  write('viewer.html', '<!doctype html><title>viewer</title>');
  write('secret.txt', 'not an asset');
  write('assets/app-abc123.js', 'plain');
  // The content names the encoding served.
  write('assets/app-abc123.js.br', brotliCompressSync('in brotli'));
  write('assets/app-abc123.js.gz', gzipSync('in gzip'));
  write('assets/onest-abc123.woff2', 'a font');
  write('assets/manifest-abc123.webmanifest', '{}');
  write('sw.js', 'the worker');
  write('sw.js.br', brotliCompressSync('the worker in brotli'));
  gateway = await startGateway({}, { deskDir: folder });
});
afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) => request(gateway.url).get(path).set(headers);

/** Returns a path of each screen of the page. A path that is not served fails when it is reloaded or opened by a link. */
function listScreenPaths(): string[] {
  const app = readFileSync(join(import.meta.dirname, '../../desk/src/app.tsx'), 'utf8');
  const routes = [...app.matchAll(/<Route path="([^"]+)"/g)].map(([, path = '']) => path);
  const optional = /\/:[a-z]+[?]$/;
  const all = routes.flatMap((route) => (optional.test(route) ? [route, route.replace(optional, '')] : [route]));
  return all.map((route) => route.replace(/:[a-z]+\??/g, '01ABC'));
}

test('each page path serves its document, revalidated each time', async () => {
  for (const path of listScreenPaths()) {
    const answer = await get(path);
    expect([path, answer.status, answer.text]).toEqual([path, 200, '<!doctype html><title>CUPS</title>']);
    expect(answer.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.get('cache-control')).toBe('no-cache');
    const again = await get(path, { 'if-none-match': answer.get('etag')! });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
  }
  expect((await get('/t')).text).toContain('citizen');
});

test.each([
  ['/t/', '/t'],
  ['/T', '/t'],
  ['/T/?x=1', '/t?x=1'],
  ['/find/', '/find'],
  ['/t/?//evil.example', '/t?//evil.example'],
])('%s leads to %s', async (typed, path) => {
  const answer = await get(typed);
  expect([answer.status, answer.get('location')]).toEqual([308, path]);
});

test('a document allows own scripts and styles only, and sends no referrer', async () => {
  const answer = await get('/');
  const policy = answer.get('content-security-policy')!;
  expect(policy).not.toContain('unsafe');
  expect(rulesOf(policy)).toEqual({
    ...{ 'default-src': "'none'", 'script-src': "'self'", 'style-src': "'self'", 'font-src': "'self'" },
    ...{
      'img-src': "'self' data: blob:",
      'frame-src': "'self'",
      'connect-src': "'self'",
      'form-action': "'none'",
      'base-uri': "'none'",
    },
    ...{ 'frame-ancestors': "'none'", 'require-trusted-types-for': "'script'" },
    // These three were added with the service worker, and the others stayed.
    ...{ 'manifest-src': "'self'", 'worker-src': "'self'", 'trusted-types': 'cups-service-worker' },
  });
  expect(answer.get('referrer-policy')).toBe('no-referrer');
  expect(answer.get('x-content-type-options')).toBe('nosniff');
  expect(answer.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(answer.get('permissions-policy')).toMatch(/^camera=\(self\), display-capture=\(\)/);

  const tracking = await get('/t');
  expect(tracking.get('permissions-policy')).toContain('camera=()');
  const trackingRules = rulesOf(tracking.get('content-security-policy')!);
  expect(trackingRules).toMatchObject({ 'img-src': "'self' data:" });
  expect(Object.keys(trackingRules)).not.toContain('worker-src');
});

test('the service worker is compared at each check, and may only read files', async () => {
  const answer = await get('/sw.js', { 'accept-encoding': 'br' });
  expect([answer.status, answer.text]).toEqual([200, 'the worker in brotli']);
  expect(answer.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(answer.get('cache-control')).toBe('no-cache');
  expect(rulesOf(answer.get('content-security-policy')!)).toEqual({
    ...{ 'default-src': "'none'", 'connect-src': "'self'", 'require-trusted-types-for': "'script'" },
  });
  const again = await get('/sw.js', { 'if-none-match': answer.get('etag')! });
  expect([again.status, again.text]).toEqual([304, '']);
  const manifest = await get('/assets/manifest-abc123.webmanifest').buffer(true);
  expect(manifest.get('content-type')).toBe('application/manifest+json; charset=utf-8');
});

test('a withdrawn service worker is served also without a built page', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'cups-page-'));
  const alone = await startGateway({}, { deskDir: empty, deskServiceWorker: 'withdrawn' });
  const enabled = await startGateway({}, { deskDir: empty });
  try {
    const answer = await alone.send('GET', '/sw.js');
    expect([answer.status, answer.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(answer.text).toContain('registration.unregister()');
    expect((await enabled.send('GET', '/sw.js')).status).toBe(404);
  } finally {
    await Promise.all([alone.stop(), enabled.stop()]);
    rmSync(empty, { recursive: true });
  }
});

test('the viewer has an opaque origin and opens no connection', async () => {
  const answer = await get('/viewer');
  expect(answer.text).toContain('viewer');
  expect(rulesOf(answer.get('content-security-policy')!)).toEqual({
    ...{ sandbox: 'allow-scripts allow-modals', 'default-src': "'none'", 'script-src': "'self'" },
    ...{ 'style-src': "'self'", 'img-src': 'blob: data:', 'font-src': 'data:', 'frame-ancestors': "'self'" },
    ...{ 'form-action': "'none'", 'base-uri': "'none'" },
  });
  expect(answer.get('permissions-policy')).toContain('camera=()');
  expect((await get('/assets/app-abc123.js')).get('access-control-allow-origin')).toBe('*');
});

function rulesOf(policy: string): Record<string, string> {
  return Object.fromEntries(policy.split('; ').map((rule) => rule.split(/ (.*)/)));
}

test('an asset is immutable and has the best accepted encoding', async () => {
  const script = '/assets/app-abc123.js';
  for (const [accepted, encoding, body] of [
    ['gzip, deflate, br', 'br', 'in brotli'],
    ['gzip', 'gzip', 'in gzip'],
    ['br;q=0, gzip', 'gzip', 'in gzip'],
    ['identity', undefined, 'plain'],
  ] as const) {
    const answer = await get(script, { 'accept-encoding': accepted });
    expect([answer.status, answer.get('content-encoding'), answer.text]).toEqual([200, encoding, body]);
    expect(answer.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(answer.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.get('vary')).toContain('Accept-Encoding');
  }
  const font = await get('/assets/onest-abc123.woff2', { 'accept-encoding': 'br' }).buffer(true);
  expect([font.get('content-type'), font.get('content-encoding'), font.body.toString()]).toEqual([
    'font/woff2',
    undefined,
    'a font',
  ]);
  const head = await request(gateway.url).head(script).set('accept-encoding', 'identity');
  expect([head.status, head.get('content-length'), head.text]).toEqual([200, '5', undefined]);
});

test('a path outside the page is a problem', async () => {
  for (const path of [
    '/assets/app-fff.js',
    '/assets/app-abc123.js.map',
    '/assets/',
    '/assets/..%2findex.html',
    '/assets/..%2fsecret.txt',
    '/assets/%2e%2e%2fsecret.txt',
    `/assets/${'x'.repeat(5_000)}.js`,
    '/secret.txt',
    '/index.html',
    '/nowhere',
    '/TT',
  ]) {
    const answer = await gateway.send('GET', path);
    expect([path, answer.status, answer.get('content-type')]).toEqual([
      path,
      404,
      'application/problem+json; charset=utf-8',
    ]);
  }
  const posted = await gateway.send('POST', '/find', { body: {} });
  expect([posted.status, posted.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('a new build is served immediately; without one the page gives instructions', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'cups-page-'));
  const alone = await startGateway({}, { deskDir: join(empty, 'dist') });
  try {
    const answer = await alone.send('GET', '/');
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('npm run build');
    expect((await alone.send('GET', '/api/v1/centres')).status).toBe(200);
    mkdirSync(join(empty, 'dist'));
    writeFileSync(join(empty, 'dist', 'index.html'), 'built');
    expect((await alone.send('GET', '/')).text).toBe('built');
  } finally {
    await alone.stop();
    rmSync(empty, { recursive: true });
  }
});

test('page files and API requests have separate rate limits', async () => {
  const limits = { address: 2, agency: 1e6, page: 2, session: 1e6, tracking: 1e6, trackingTotal: 1e6, signIn: 1e6 };
  const narrow = await startGateway({}, { deskDir: folder, limits });
  try {
    const statuses = async (path: string) => {
      const answers = [];
      for (let i = 0; i < 3; i += 1) answers.push((await narrow.send('GET', path)).status);
      return answers;
    };
    expect(await statuses('/')).toEqual([200, 200, 429]);
    expect(await statuses('/api/v1/centres')).toEqual([200, 200, 429]);
  } finally {
    await narrow.stop();
  }
});
