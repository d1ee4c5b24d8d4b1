import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { AgencyApiServer } from '../src/api/agency-api-server.ts';
import { parseRegisteredKey } from '../src/api/verify-assertion.ts';

/** Runs an example of the agency API, in any language, against the kit's server. */

/** Folder of the contract's examples. */
export const EXAMPLES = join(import.meta.dirname, '../../agency-contract/examples');
const DELIVERY = '01KAVX3Z5T8W9Q2M4N6P7R8S9T-demo';
const KEY_ID = 'k';

/** How an example starts, and in which form it reads its private key. */
export interface DocumentExample {
  program: string;
  words: string[];
  keyForm: 'jwk' | 'pem';
}

/** Checks that the example fetches a copy, refuses a wrong one, and uploads a result once. */
export async function checkDocumentExample({ program, words, keyForm }: DocumentExample): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwk = (key: typeof publicKey) => JSON.stringify({ ...key.export({ format: 'jwk' }), kid: KEY_ID });
  const server = new AgencyApiServer('demo', parseRegisteredKey(jwk(publicKey)));
  const folder = mkdtempSync(join(tmpdir(), 'agency-example-'));
  const file = join(folder, 'copy.pdf');
  const keyFile = join(folder, 'key');
  const key = keyForm === 'jwk' ? jwk(privateKey) : privateKey.export({ format: 'pem', type: 'pkcs8' });
  writeFileSync(keyFile, key);
  await server.start(0);
  const env = { CUPS_URL: server.origin, CUPS_AGENCY: 'demo', CUPS_KEY_FILE: keyFile, CUPS_KEY_ID: KEY_ID };
  const run = (...more: string[]) => promisify(execFile)(program, [...words, ...more], { env });
  try {
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
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}
