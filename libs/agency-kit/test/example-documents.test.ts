import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AgencyApiServer } from '../src/api/agency-api-server.ts';
import { parseRegisteredKey } from '../src/api/verify-assertion.ts';

/** Runs the contract's example of the agency API. */

const PROGRAM = join(import.meta.dirname, '../../agency-contract/examples/javascript/documents.mjs');
const DELIVERY = '01KAVX3Z5T8W9Q2M4N6P7R8S9T-demo';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const jwk = (key: typeof publicKey) => JSON.stringify({ ...key.export({ format: 'jwk' }), kid: 'k' });
const server = new AgencyApiServer('demo', parseRegisteredKey(jwk(publicKey)));
const folder = mkdtempSync(join(tmpdir(), 'agency-example-'));
const file = join(folder, 'copy.pdf');
const keyFile = join(folder, 'key.jwk');

beforeAll(async () => {
  writeFileSync(keyFile, jwk(privateKey));
  await server.start(0);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const run = (...words: string[]) =>
  promisify(execFile)(process.execPath, [PROGRAM, ...words], {
    env: { CUPS_URL: server.origin, CUPS_AGENCY: 'demo', CUPS_KEY_FILE: keyFile },
  });

test('the example fetches a copy, refuses a wrong one, and uploads a result once', async () => {
  const scan = Buffer.from('a synthetic scan');
  const good = server.publish(scan);
  await run('fetch', good.copy, good.copySha256, file);
  expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(good.copySha256);
  const bad = server.publish(scan, Buffer.from('announced'));
  await expect(run('fetch', bad.copy, bad.copySha256, file)).rejects.toThrow('the digest differs');
  await expect(run('fetch', 'https://elsewhere.example/', bad.copySha256, file)).rejects.toThrow('not a path');
  const { stdout: id } = await run('upload', DELIVERY, file);
  expect(server.isResultOf(id.trim(), DELIVERY)).toBe(true);
  expect((await run('upload', DELIVERY, file)).stdout).toBe(id);
});
