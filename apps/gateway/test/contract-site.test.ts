import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import request from 'supertest';
import { startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Serves the built agency contract publicly, and nothing else. */

let gateway: Gateway;
beforeAll(async () => void (gateway = await startGateway()));
afterAll(() => gateway.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  request(gateway.url).get(path).set(headers).redirects(0);
const bytesOf = async (path: string) => {
  const answer = await get(path).responseType('arraybuffer');
  return { answer, bytes: new Uint8Array(answer.body as ArrayBuffer) };
};
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('the archive can be downloaded and verified, and contains all parts', async () => {
  const home = await get('/contract/');
  expect([home.status, home.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const [, name = ''] = /href="(cups-agency-contract-[\d.]+\.zip)"/.exec(home.text)!;
  const { answer, bytes } = await bytesOf(`/contract/${name}`);
  expect([answer.status, answer.get('content-type')]).toEqual([200, 'application/zip']);
  expect(answer.get('content-disposition')).toBe(`attachment; filename="${name}"`);
  const checksum = await get(`/contract/${name}.sha256`).buffer(true);
  expect([checksum.get('content-type'), checksum.text]).toEqual([
    'text/plain; charset=utf-8',
    `${sha256(bytes)}  ${name}\n`,
  ]);
  expect(home.text).toContain(sha256(bytes));

  const folder = `${name.replace('.zip', '')}/`;
  const files = Object.fromEntries(
    Object.entries(unzipSync(bytes)).map(([path, content]) => [path.replace(folder, ''), content]),
  );
  const sums = [...strFromU8(files['SHA256SUMS']!).matchAll(/^([0-9a-f]{64})  (.+)$/gm)];
  expect(sums.map(([, , path]) => path).sort()).toEqual(
    Object.keys(files)
      .filter((path) => path !== 'SHA256SUMS')
      .sort(),
  );
  for (const [, sum, path = ''] of sums) expect([path, sha256(files[path]!)]).toEqual([path, sum]);
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining([
      ...['README.md', 'CHANGELOG.md', 'LICENSE', 'asyncapi.yaml', 'schemas/reply.refused.json'],
      ...[
        'samples/messages/reply.decided.json',
        'corpus/second-decision.json',
        'reference/document-kinds.json',
        'reference/paper-kinds.json',
      ],
      ...['examples/java/Agency.java', 'examples/python/agency.py'],
    ]),
  );
  const document = await get('/contract/asyncapi.yaml').buffer(true);
  expect(document.get('content-type')).toBe('application/yaml; charset=utf-8');
  expect(document.text ?? document.body.toString()).toBe(strFromU8(files['asyncapi.yaml']!));
});

test('every page has working links, no scripts and no external resources', async () => {
  const seen = new Set<string>();
  const open = ['/contract/'];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    seen.add(path);
    const answer = await get(path).buffer(true);
    expect([path, answer.status]).toEqual([path, 200]);
    if (!answer.get('content-type')!.startsWith('text/html')) continue;
    const policy = answer.get('content-security-policy')!;
    expect(policy).toMatch(/^default-src 'none'; style-src 'self'; img-src 'self'; .*frame-ancestors 'none'/);
    expect(policy).not.toMatch(/unsafe|script-src/);
    expect(answer.text).not.toMatch(/<script|<iframe|<img|\sstyle=|\son\w+=|javascript:/i);
    const ids = new Set([...answer.text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
    for (const [, href = ''] of answer.text.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
      const { origin, pathname, hash }: URL = new URL(href, `http://here${path}`);
      expect([href, origin]).toEqual([href, 'http://here']);
      if (pathname === path && hash) expect([path, hash, ids.has(hash.slice(1))]).toEqual([path, hash, true]);
      if (!seen.has(pathname) && !open.includes(pathname)) open.push(pathname);
    }
  }
  expect([...seen]).toEqual(expect.arrayContaining(['/contract/reference.html', '/contract/style.css']));
  expect(seen.size).toBeGreaterThan(40);
});

test('a file is revalidated and sent only when changed; ranges are ignored', async () => {
  const first = await get('/contract/guide.html');
  expect(first.get('cache-control')).toBe('no-cache');
  const again = await get('/contract/guide.html', { 'if-none-match': first.get('etag')! });
  expect([again.status, again.text]).toEqual([304, '']);
  expect((await get('/contract/guide.html', { 'if-none-match': '"other"' })).status).toBe(200);
  const part = await get('/contract/guide.html', { range: 'bytes=0-9' });
  expect([part.status, part.text]).toEqual([200, first.text]);
  const head = await request(gateway.url).head('/contract/asyncapi.yaml').set('accept-encoding', 'identity');
  expect([head.status, Number(head.get('content-length')) > 10_000, head.text]).toEqual([200, true, undefined]);
  const packed = await get('/contract/asyncapi.yaml', { 'accept-encoding': 'gzip' });
  expect(packed.get('content-encoding')).toBe('gzip');
  const home = await get('/contract');
  expect([home.status, home.get('location')]).toEqual([308, '/contract/']);
});

test('a path outside the contract is a problem', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cups-contract-'));
  const site = join(folder, 'site');
  mkdirSync(join(site, 'sub.html'), { recursive: true });
  writeFileSync(join(site, 'index.html'), 'home');
  writeFileSync(join(site, '.hidden.html'), 'hidden');
  writeFileSync(join(site, 'notes.txt'), 'of no kind that is served');
  writeFileSync(join(folder, 'secret.html'), 'secret');
  const alone = await startGateway({}, { contractDir: site });
  try {
    expect((await alone.send('GET', '/contract/')).text).toBe('home');
    for (const path of [
      '/contract/../secret.html',
      '/contract/..%2fsecret.html',
      '/contract/%2e%2e%2fsecret.html',
      '/contract/%2e%2e/secret.html',
      '/contract/sub.html/..%2f..%2fsecret.html',
      '/contract/..\\secret.html',
      '/contract/%00secret.html',
      `/contract/${encodeURIComponent(join(folder, 'secret.html'))}`,
      '/contract//index.html',
      '/contract/.hidden.html',
      '/contract/sub.html',
      '/contract/notes.txt',
      '/contract/constructor',
      '/contract/index.html/',
      '/contract/INDEX.html',
      '/Contract/',
      `/contract/${'x'.repeat(5_000)}.html`,
    ]) {
      const answer = await alone.send('GET', path);
      expect([path, answer.status, answer.get('content-type')]).toEqual([
        path,
        404,
        'application/problem+json; charset=utf-8',
      ]);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'] as const) {
      const answer = await alone.send(method, '/contract/index.html', { body: {} });
      expect([method, answer.status, answer.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
    }
  } finally {
    await alone.stop();
    rmSync(folder, { recursive: true });
  }
});

test('a missing site returns instructions, and a new build is served immediately', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cups-contract-'));
  const alone = await startGateway({}, { contractDir: join(folder, 'dist') });
  try {
    const answer = await alone.send('GET', '/contract/');
    expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('npm run build')]);
    expect(answer.get('content-security-policy')).toContain("default-src 'none'");
    expect((await alone.send('GET', '/contract/asyncapi.yaml')).status).toBe(404);
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist', 'index.html'), 'built');
    expect((await alone.send('GET', '/contract/')).text).toBe('built');
  } finally {
    await alone.stop();
    rmSync(folder, { recursive: true });
  }
});
