import { afterAll, expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeys } from '@cups/rpc';
import { eventually, findFreePort } from '@cups/testing';
import { build } from 'esbuild';

/** Images will hold one file for each service: what it takes to make and start such a file must not break unseen. */

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'cups-bundle-'));
let child: ChildProcess | undefined;
let log = 0;
afterAll(() => {
  child?.kill('SIGKILL');
  closeSync(log);
  rmSync(folder, { recursive: true, force: true });
});

/** A pipe that is full already, and that nobody reads. */
function fullPipe(): number {
  const path = join(folder, 'log');
  execFileSync('mkfifo', [path]);
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  expect(() => {
    for (;;) writeSync(pipe, 'x'.repeat(1024));
  }).toThrow('EAGAIN');
  return pipe;
}

test('the catalog is bundled into one file that starts elsewhere, serves, and stops in order, though nobody reads its log', async () => {
  const file = join(folder, 'catalog.mjs');
  await build({
    entryPoints: [join(root, 'apps/catalog/src/main.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'error',
    // Packages that are CommonJS ask for a require of their own.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  generateKeys(join(folder, 'keys'), ['catalog']);
  const port = await findFreePort();
  log = fullPipe();
  child = spawn(join(root, 'node_modules/.bin/node'), [file], {
    cwd: folder,
    stdio: ['ignore', log, 'ignore'],
    env: {
      PATH: process.env['PATH'],
      CUPS_ENV: 'development',
      CUPS_PROTO: join(root, 'proto'),
      CUPS_DATA: join(root, 'data'),
      CUPS_KEYS: join(folder, 'keys'),
      GRPC_PORT: '0',
      HTTP_PORT: String(port),
    },
  });
  const ended = new Promise<number | null>((done) => child!.once('exit', done));
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok === true, {
    timeoutMs: 20_000,
  });
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
