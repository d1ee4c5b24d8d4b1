import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from '@cups/testing';
import { afterAll, describe, expect, test } from '@jest/globals';

/** Invalid settings at which services refuse to start, each in a real process. */

const SERVICES = ['catalog', 'identity', 'intake', 'documents', 'agency-bridge', 'notifications', 'journal', 'gateway'];
const STORED = ['identity', 'intake', 'documents', 'agency-bridge', 'notifications', 'journal'];

const { dir, remove } = temporaryDir();
const data = join(import.meta.dirname, '../../data');
const authority = join(dir, 'ca.crt');
writeFileSync(authority, 'PEM', { mode: 0o600 });
afterAll(remove);

/** Starts a service with these settings only. Returns its exit code and standard error. */
async function start(service: string, settings: Record<string, string>): Promise<[code: number | null, text: string]> {
  const main = join(import.meta.dirname, '../../apps', service, 'src/main.ts');
  const env = {
    PATH: process.env['PATH'],
    KEYS_DIR: dir,
    REGISTRY_DIR: data,
    REQUEST_SECRET_FILE: authority,
    ...settings,
  };
  const child = execFile(process.execPath, ['--disable-warning=ExperimentalWarning', main], { env, cwd: dir });
  let text = '';
  child.stderr?.on('data', (part) => (text += String(part)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return [code, text];
}

test.each(SERVICES)('%s does not start without CUPS_ENV', async (service) => {
  const sentence = 'CUPS_ENV is not set; it must be one of development, production.\n';
  expect(await start(service, {})).toEqual([1, sentence]);
});

describe('production', () => {
  const production = { CUPS_ENV: 'production', GRPC_TLS_DIR: dir, MONGODB_URI: 'mongodb://127.0.0.1:1/?tls=true' };

  test.each(STORED)('%s does not start with plaintext Kafka', async (service) => {
    const sentence = 'KAFKA_TLS_CA_FILE is not set; it must be a path.\n';
    expect(await start(service, production)).toEqual([1, sentence]);
  });

  test.each(STORED)('%s does not start with a plaintext store', async (service) => {
    const settings = { ...production, KAFKA_TLS_CA_FILE: authority, MONGODB_URI: 'mongodb://user:secret@127.0.0.1:1' };
    const sentence =
      'MONGODB_URI names a store without TLS, which production rejects: set MONGODB_TLS_CA_FILE, or tls=true in the URI.\n';
    expect(await start(service, settings)).toEqual([1, sentence]);
  });
});
