import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMetrics } from '@cups/process';
import { captureLog } from '@cups/testing';
import { createChecker } from '../src/check/checker.ts';
import type { CheckerOptions, CheckerOverrides } from '../src/check/checker.ts';
import type { Checker } from '../src/check/port.ts';
import { startCheckServer } from '../src/check/server.ts';
import { selectIsolation } from '../src/check/select-isolation.ts';
import { buildPdf, picture } from './check-fixtures.ts';

const pdf = buildPdf();
const EICAR = Buffer.from('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*');
const planted = (name: string) => join(import.meta.dirname, 'planted', name);

const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const options = (more: Partial<CheckerOptions> = {}): CheckerOptions => ({
  environment: 'development',
  checkerAddress: '',
  clamdAddress: '',
  log: captureLog('documents').log,
  metrics: createMetrics('documents'),
  ...more,
});

async function start(more: Partial<CheckerOptions> = {}, overrides: CheckerOverrides = { isolation: 'limits' }) {
  const checker = await createChecker(options(more), overrides);
  ends.push(() => checker.close());
  return checker;
}

const check = (checker: Checker, bytes: Buffer, pageSizes: number[] = [], signal?: AbortSignal) => {
  async function* read() {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  }
  return checker.check({ purpose: 'evidence', pageSizes, size: bytes.length, read, ...(signal && { signal }) });
};

describe('the checker', () => {
  test('opens a PDF and photographed pages in a child without network', async () => {
    const checker = await start({}, {});
    expect(await check(checker, pdf)).toEqual({
      accepted: { mediaType: 'application/pdf', pages: 1, scan: 'not-scanned', content: 'unchanged' },
    });
    const image = await picture().jpeg().toBuffer();
    const result = await check(checker, Buffer.concat([image, image]), [image.length, image.length]);
    expect(result).toMatchObject({ accepted: { mediaType: 'application/pdf', pages: 2 } });
  });

  test('refuses by size without a child', async () => {
    const checker = await start({}, { isolation: 'limits', program: planted('missing.ts') });
    const read = () => Promise.reject(new Error('read')) as never;
    const ask = (size: number, pages = 0) =>
      checker.check({ purpose: 'evidence', pageSizes: Array<number>(pages).fill(1), size, read });
    expect(await ask(0)).toEqual({ refused: 'EMPTY' });
    expect(await ask(10 * 1024 * 1024 + 1)).toEqual({ refused: 'TOO_LARGE' });
    expect(await ask(31, 31)).toEqual({ refused: 'TOO_MANY_PAGES' });
  });

  test.each([
    ['takes memory without end', 'memory.ts', 'CHECK_ENDED'],
    ['ends before its answer', 'end.ts', 'CHECK_ENDED'],
    ['answers with HTML as an image', 'html.ts', 'CHECK_INVALID'],
    ['answers without end', 'flood.ts', 'CHECK_ENDED'],
    ['never answers', 'sleep.ts', 'CHECK_TIMEOUT'],
  ])('fails, without content, when a child %s', async (_, program, code) => {
    const checker = await start({}, { isolation: 'limits', program: planted(program), wallMs: 4_000 });
    await expect(check(checker, pdf)).rejects.toMatchObject({ code });
  });

  test('reports that the checker is unavailable when no child starts', async () => {
    const checker = await start({}, { isolation: 'limits', program: planted('missing.ts') });
    await expect(check(checker, pdf)).rejects.toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE' });
  });

  test('ends a check when its caller does, and on close', async () => {
    const checker = await start({}, { isolation: 'limits', program: planted('sleep.ts') });
    const abort = new AbortController();
    const first = check(checker, pdf, [], abort.signal);
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: 'CHECK_ABORTED' });
    const second = check(checker, pdf);
    const refused = expect(second).rejects.toThrow();
    await checker.close();
    await refused;
    await expect(check(checker, pdf)).rejects.toMatchObject({ code: 'CHECK_ABORTED' });
  });

  test('passes an error of the upload on', async () => {
    const checker = await start();
    const read = async function* () {
      yield pdf.subarray(0, 10);
      throw new Error('storage');
    };
    const input = { purpose: 'evidence', pageSizes: [], size: pdf.length, read } as const;
    await expect(checker.check(input)).rejects.toThrow('storage');
  });

  test('does not start where no child can check a file', async () => {
    const { environment, log, metrics } = options();
    await expect(selectIsolation(planted('end.ts'), { environment, log, metrics })).rejects.toThrow('does not start');
  });
});

describe('a checker in a pod of its own', () => {
  test('answers as a child does, and more files than it has places', async () => {
    const { log, metrics } = options();
    const server = await startCheckServer({ host: '127.0.0.1', port: 0, maxChecks: 1, log, metrics });
    ends.push(() => server.close());
    const checker = await start({ environment: 'production', checkerAddress: `127.0.0.1:${server.port}` });
    const results = await Promise.all([pdf, Buffer.from('text'), pdf].map((bytes) => check(checker, bytes)));
    expect(results.map((result) => ('refused' in result ? result.refused : result.accepted.pages))).toEqual([
      1,
      'TYPE_UNSUPPORTED',
      1,
    ]);
  });

  test('is reported as unavailable when it cannot be reached', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((done) => server.close(done));
    const checker = await start({ checkerAddress: `127.0.0.1:${port}` });
    await expect(check(checker, pdf)).rejects.toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE' });
  });
});

describe('the malware scan', () => {
  test('refuses EICAR, alone and in a page, and marks others as clean', async () => {
    const checker = await start({ clamdAddress: await clamd() });
    expect(await check(checker, EICAR)).toEqual({ refused: 'MALWARE' });
    const image = await picture().jpeg().toBuffer();
    expect(await check(checker, Buffer.concat([image, EICAR]), [image.length, EICAR.length])).toEqual({
      refused: 'MALWARE',
    });
    expect(await check(checker, pdf)).toMatchObject({ accepted: { scan: 'clean' } });
  });

  test('works over a local socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cups-clamd-'));
    ends.push(() => rmSync(folder, { recursive: true }));
    const checker = await start({ clamdAddress: await clamd({ path: join(folder, 'clamd.sock') }) });
    expect(await check(checker, EICAR)).toEqual({ refused: 'MALWARE' });
  });

  test.each([
    ['is over its size limit', 'INSTREAM size limit exceeded. ERROR\0'],
    ['ends without a verdict', ''],
    ['answers something else', 'PONG\0'],
    ['answers half a verdict', 'stream: O\0'],
  ])('never means clean when the scanner %s', async (_, verdict) => {
    const checker = await start({ clamdAddress: await clamd({ verdict }) });
    await expect(check(checker, pdf)).rejects.toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE' });
  });

  test('never means clean when the scanner is unavailable', async () => {
    const checker = await start({ clamdAddress: '127.0.0.1:1' });
    await expect(check(checker, pdf)).rejects.toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE' });
  });
});

const listen = (server: Server, path?: string): Promise<number> =>
  new Promise((done) =>
    path === undefined
      ? server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port))
      : server.listen(path, () => done(0)),
  );

/** A scanner with the protocol of clamd, which knows EICAR. @returns its address */
async function clamd({ path, verdict }: { path?: string; verdict?: string } = {}): Promise<string> {
  const server = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (part: Buffer) => {
      bytes = Buffer.concat([bytes, part]);
      const content = readStream(bytes);
      if (content === undefined) return;
      const found = content.includes(EICAR) ? 'stream: Win.Test.EICAR_HDB-1 FOUND\0' : 'stream: OK\0';
      socket.end(verdict ?? found);
    });
  });
  ends.push(() => new Promise((done) => server.close(done)));
  const port = await listen(server, path);
  return path === undefined ? `127.0.0.1:${port}` : `unix:${path}`;
}

/** Returns the content of an INSTREAM command; undefined until it is complete. */
function readStream(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 'zINSTREAM\0'.length; at + 4 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (length === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return undefined;
}
