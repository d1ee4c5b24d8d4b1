import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { ID, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Memory of a gateway process whose clients send documents as fast as it takes them. */

const UPLOADS = 50;
const BYTES = 1024 * 1024;
const MAX_GROWTH_MIB = 32;
/** As in tools/platform/memory.ts. */
const MEMORY_FLAGS = ['--max-semi-space-size=16', '--max-old-space-size=192', '--expose-gc'];

let fakes: Gateway;
let gateway: ChildProcess;
let url = '';
beforeAll(async () => {
  fakes = await startGateway();
  const [port, httpPort] = [await findFreePort(), await findFreePort()];
  url = `http://127.0.0.1:${port}`;
  gateway = spawn(process.execPath, [...MEMORY_FLAGS, join(import.meta.dirname, '../src/main.ts')], {
    env: {
      PATH: process.env['PATH'],
      ...fakes.environment,
      RATE_LIMIT_ADDRESS_PER_MINUTE: '1000000',
      RATE_LIMIT_SESSION_PER_MINUTE: '1000000',
      GATEWAY_PORT: String(port),
      HTTP_PORT: String(httpPort),
    },
    stdio: 'ignore',
  });
  await eventually(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true, {
    timeoutMs: 40_000,
  });
}, 60_000);
afterAll(async () => {
  gateway.kill();
  if (gateway.exitCode === null) await once(gateway, 'exit');
  await fakes.stop();
});

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** Returns the memory of the gateway in MiB. @param field `VmRSS` for now, `VmHWM` for its maximum so far */
function memoryMiB(field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${gateway.pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)![1]) / 1024;
}

async function readApplications(times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const response = await fetch(`${url}/api/v1/applications/${ID}`, { headers: { Cookie: fakes.cookie } });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  }
}

/** Uploads a document, each in a session of its own. */
async function upload(bytes: Buffer): Promise<void> {
  const { token } = fakes.keys.session({ role: 'specialist', centre: 'centres/CU-001' });
  const headers = { Cookie: await fakes.cookieOf(token), 'Tus-Resumable': '1.0.0' };
  const metadata = { application: ID, kind: 'x', sha256: createHash('sha256').update(bytes).digest('hex') };
  const pairs = Object.entries(metadata).map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`);
  const opened = await fetch(`${url}/api/v1/uploads`, {
    method: 'POST',
    headers: {
      ...headers,
      'Idempotency-Key': randomUUID(),
      'Upload-Length': String(bytes.length),
      'Upload-Metadata': pairs.join(','),
    },
  });
  const response = await fetch(`${url}${opened.headers.get('location')}`, {
    method: 'PATCH',
    headers: { ...headers, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
    body: new Uint8Array(bytes),
  });
  expect([response.status, response.headers.get('upload-offset')]).toEqual([204, String(bytes.length)]);
}

test(`${UPLOADS} uploads at once add at most ${MAX_GROWTH_MIB} MiB`, async () => {
  const bytes = randomBytes(BYTES);
  // As in use: code is compiled, and the heap has its size.
  for (let n = 0; n < 3; n += 1) await upload(bytes);
  await Promise.all(Array.from({ length: 32 }, () => readApplications(40)));
  const before = memoryMiB('VmRSS');
  await Promise.all(Array.from({ length: UPLOADS }, () => upload(bytes)));
  const most = memoryMiB('VmHWM');
  console.info(`resident memory: ${before.toFixed(0)} MiB before, ${most.toFixed(0)} MiB with ${UPLOADS} uploads`);
  expect(most - before).toBeLessThan(MAX_GROWTH_MIB);
}, 300_000);
