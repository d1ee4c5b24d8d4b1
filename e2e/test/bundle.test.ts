import { afterAll, expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeys } from '@cups/rpc';
import { eventually, findFreePort } from '@cups/testing';
import { build } from 'esbuild';

/** Bundles a service into one file, as images do. Catches failures in bundling and starting it. */

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'cups-bundle-'));
let child: ChildProcess | undefined;
let log = 0;
afterAll(() => {
  child?.kill('SIGKILL');
  closeSync(log);
  rmSync(folder, { recursive: true, force: true });
});

/** Returns a full pipe without a reader. */
function fullPipe(): number {
  const path = join(folder, 'log');
  execFileSync('mkfifo', [path]);
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  expect(() => {
    for (;;) writeSync(pipe, 'x'.repeat(1024));
  }).toThrow('EAGAIN');
  return pipe;
}

test('the bundled catalog starts, serves and stops in order with a blocked log', async () => {
  const file = join(folder, 'catalog.mjs');
  await build({
    entryPoints: [join(root, 'apps/catalog/src/main.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'error',
    // CommonJS packages require a `require`.
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
      REGISTRY_DIR: join(root, 'data'),
      KEYS_DIR: join(folder, 'keys'),
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
