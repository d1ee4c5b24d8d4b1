import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from '@cups/testing';
import { createIdentity } from '../src/service.ts';
import { startWorld, problemWith } from './identity-world.ts';
import type { World } from './identity-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

test('production requires a real provider and person hash keys', async () => {
  await expect(createIdentity(world.config({ environment: 'production' }))).rejects.toThrow(
    'is not allowed in production',
  );
  const without = {
    environment: 'production' as const,
    mongoUri: `${world.where.mongoUri}?tls=true`,
    providers: [],
    personHashKeysFile: '/nowhere/person-hash.jwks',
  };
  await expect(createIdentity(world.config(without))).rejects.toThrow('PERSON_HASH_KEYS_FILE must name a file');
});

test.each([
  ['CUPS_ENV is not set; it must be one of development, production.', {}],
  ['GRPC_TLS_DIR is not set; it must be a path.', { CUPS_ENV: 'production' }],
  [
    'The identity provider "local" is not allowed in production.',
    { CUPS_ENV: 'production', GRPC_TLS_DIR: 'tls', KAFKA_TLS_CA_FILE: import.meta.filename },
  ],
])('the process exits with the message: %s', async (sentence, more) => {
  const main = join(import.meta.dirname, '../src/main.ts');
  const env = { PATH: process.env['PATH'], IDENTITY_PROVIDERS: 'local', KEYS_DIR: world.keys.dir, ...more };
  const child = execFile(process.execPath, ['--disable-warning=ExperimentalWarning', main], { env });
  let output = '';
  child.stderr?.on('data', (text) => (output += String(text)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect([code, output]).toEqual([1, `${sentence}\n`]);
});

test('a data folder without centres prevents the start', async () => {
  await expect(
    createIdentity(world.config({ dataDir: world.folder, prefix: `${world.where.prefix}none-` })),
  ).rejects.toThrow('REGISTRY_DIR must name');
});

test('the log contains neither assertions nor display names', async () => {
  const token = await world.signIn('cu-001-specialist');
  await world.client(token).getSession({});
  await world.client(token).deleteSession({});
  await expect(world.signIn('operators/nobody')).rejects.toEqual(problemWith('UNAUTHENTICATED'));
  await eventually(() => world.log.lines.length > 20);
  expect(world.log.text()).not.toMatch(/eyJ|Test Specialist/);
});
