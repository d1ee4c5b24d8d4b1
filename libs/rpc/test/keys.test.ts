import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMetrics } from '@cups/process';
import { connect, generateKeys, openKeys } from '../src/index.ts';
import type { Client } from '../src/index.ts';
import { temporaryDir } from '@cups/testing';
import {
  FULL_NAME,
  captureLogLines,
  captureRejection,
  startTestServer,
  session,
  TEST_SERVICES,
} from './test-server.ts';
import type { Definition } from './test-server.ts';

/** A running service with a test clock for key files, and a caller that it has verified. */
let folder: ReturnType<typeof temporaryDir>;
let seconds: number;
let captured: ReturnType<typeof captureLogLines>;
let metrics: ReturnType<typeof createMetrics>;
let client: Client<Definition>;
let close: (() => Promise<void>) | undefined;
let sessionToken: string;
const publicFile = () => join(folder.dir, 'public', 'gateway.jwk');

beforeEach(async () => {
  folder = temporaryDir();
  generateKeys(folder.dir, TEST_SERVICES);
  seconds = 1000;
  captured = captureLogLines();
  metrics = createMetrics('notifications');
  const clock = () => seconds * 1000;
  const keys = openKeys({ dir: folder.dir, service: 'notifications', clock, log: captured.log, metrics });
  const service = await startTestServer({}, { keys });
  const address = `127.0.0.1:${service.server.port}`;
  const caller = openKeys({ dir: folder.dir, service: 'gateway', clock: () => 0 });
  client = connect<Definition>(FULL_NAME, { address, keys: caller, service: 'notifications' });
  close = () => (client.close(), service.stop());
  sessionToken = openKeys({ dir: folder.dir, service: 'identity' }).signSession(session());
  await client.getSlip({}, { sessionToken });
});
afterEach(async () => {
  await close?.();
  close = undefined;
  folder.remove();
});

const isTrusted = () =>
  client.getSlip({}, { sessionToken }).then(
    () => true,
    () => false,
  );
const listEvents = () =>
  captured.lines.map(({ event, file, reason }) => [event, file, reason].filter(Boolean).join(' '));

test('a removed public key is not trusted after 2 s, even for a verified token', async () => {
  rmSync(publicFile());
  seconds += 2;
  expect(await captureRejection(client.getSlip({}, { sessionToken }))).toMatchObject({
    metadata: { cause: 'TOKEN_INVALID' },
  });
  expect(listEvents()).toContain('key-trust-ended public/gateway.jwk removed');
  expect(await metrics.registry.metrics()).toMatch(
    /cups_key_trust_ended_total\{issuer="gateway",cause="removed".*\} 1/,
  );
});

test('a replaced public key is not trusted after 2 s', async () => {
  writeFileSync(publicFile(), JSON.stringify(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })));
  seconds += 2;
  expect(await isTrusted()).toBe(false);
});

describe('the grace period', () => {
  test.each([
    ['is empty', 'not-a-key', () => writeFileSync(publicFile(), '')],
    ['contains garbage', 'not-a-key', () => writeFileSync(publicFile(), '{ half a fi')],
    ['holds an empty set', 'not-a-key', () => writeFileSync(publicFile(), '{"keys":[]}')],
    [
      'cannot be read',
      'unreadable',
      () => {
        rmSync(publicFile());
        mkdirSync(publicFile());
      },
    ],
  ])('applies to a file that %s; then its key is not trusted until the file is valid', async (_what, cause, damage) => {
    const text = readFileSync(publicFile(), 'utf8');
    damage();
    seconds += 2;
    expect(await isTrusted()).toBe(true);
    seconds += 58;
    expect(await isTrusted()).toBe(true);
    expect(listEvents()).toEqual([`key-reload-failed public/gateway.jwk ${cause}`]);
    expect(await metrics.registry.metrics()).toMatch(/cups_key_reload_failed\{issuer="gateway",kind="public".*\} 1/);
    seconds += 2;
    expect(await isTrusted()).toBe(false);
    expect(listEvents().at(-1)).toBe(`key-trust-ended public/gateway.jwk ${cause}`);
    rmSync(publicFile(), { recursive: true });
    writeFileSync(publicFile(), text);
    seconds += 2;
    expect(await isTrusted()).toBe(true);
    expect(listEvents().at(-1)).toBe('key-trusted public/gateway.jwk');
    expect(await metrics.registry.metrics()).toMatch(/cups_key_reload_failed\{issuer="gateway",kind="public".*\} 0/);
  });

  test('applies to an unreadable folder; then no key is trusted until it is readable', async () => {
    renameSync(join(folder.dir, 'public'), join(folder.dir, 'away'));
    seconds += 2;
    expect(await isTrusted()).toBe(true);
    seconds += 60;
    expect(await isTrusted()).toBe(false);
    expect(listEvents()).toContain('key-reload-failed public/gateway.jwk folder-unreadable');
    expect(listEvents()).toContain('key-trust-ended public/gateway.jwk folder-unreadable');
    expect(listEvents()).toContain('key-trust-ended public/identity.jwk folder-unreadable');
    renameSync(join(folder.dir, 'away'), join(folder.dir, 'public'));
    seconds += 2;
    expect(await isTrusted()).toBe(true);
  });

  test('keeps trust if the file is valid in time and starts again with the next failure', async () => {
    const text = readFileSync(publicFile(), 'utf8');
    for (let round = 0; round < 3; round++) {
      writeFileSync(publicFile(), '');
      seconds += 2;
      expect(await isTrusted()).toBe(true);
      seconds += 50;
      writeFileSync(publicFile(), text);
      expect(await isTrusted()).toBe(true);
      seconds += 2;
    }
    expect(listEvents().filter((event) => event.startsWith('key-trust-ended'))).toEqual([]);
  });

  test('does not apply to a file that was invalid from the start', async () => {
    writeFileSync(publicFile(), '');
    const late = openKeys({ dir: folder.dir, service: 'intake', log: captured.log });
    const token = openKeys({ dir: folder.dir, service: 'gateway' }).serviceToken('intake');
    expect(await captureRejection(late.verifyService(token))).toMatchObject({ reason: 'TOKEN_INVALID' });
    expect(listEvents()).toEqual(['key-reload-failed public/gateway.jwk not-a-key']);
  });
});

test('the own key stays in use while its file is invalid, which is logged', async () => {
  let at = 0;
  const gateway = openKeys({ dir: folder.dir, service: 'gateway', clock: () => at, log: captured.log, metrics });
  writeFileSync(join(folder.dir, 'gateway.key.jwk'), '');
  at += 120_000;
  const intake = openKeys({ dir: folder.dir, service: 'intake' });
  expect(await intake.verifyService(gateway.serviceToken('intake'))).toBe('gateway');
  expect(listEvents()).toContain('key-reload-failed gateway.key.jwk unusable');
});

test('a private key must not be readable by others, except by its group', () => {
  const file = join(folder.dir, 'gateway.key.jwk');
  const open = () => openKeys({ dir: folder.dir, service: 'gateway' });
  for (const mode of [0o644, 0o604, 0o620]) {
    chmodSync(file, mode);
    expect(open).toThrow('The private key of gateway must be readable by its owner only');
  }
  for (const mode of [0o600, 0o440]) {
    chmodSync(file, mode);
    expect(open).not.toThrow();
  }
});

test('generateKeys restricts the permissions of existing keys', () => {
  const file = join(folder.dir, 'gateway.key.jwk');
  chmodSync(file, 0o644);
  generateKeys(folder.dir, TEST_SERVICES);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
