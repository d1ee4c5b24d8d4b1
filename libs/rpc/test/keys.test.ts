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

/** A running service whose clock for looking at keys is ours, and one caller that it has verified before. */
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

const trusted = () =>
  client.getSlip({}, { sessionToken }).then(
    () => true,
    () => false,
  );
const events = () => captured.lines.map(({ event, file, reason }) => [event, file, reason].filter(Boolean).join(' '));

test('a public key that was removed is trusted no longer after 2 s, though its token was verified before', async () => {
  rmSync(publicFile());
  seconds += 2;
  expect(await captureRejection(client.getSlip({}, { sessionToken }))).toMatchObject({
    metadata: { cause: 'TOKEN_INVALID' },
  });
  expect(events()).toContain('key-trust-ended public/gateway.jwk removed');
  expect(await metrics.registry.metrics()).toMatch(
    /cups_key_trust_ended_total\{issuer="gateway",cause="removed".*\} 1/,
  );
});

test('a public key that was overwritten by another is trusted no longer after 2 s', async () => {
  writeFileSync(publicFile(), JSON.stringify(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })));
  seconds += 2;
  expect(await trusted()).toBe(false);
});

describe('a minute of grace', () => {
  test.each([
    ['was emptied', 'not-a-key', () => writeFileSync(publicFile(), '')],
    ['was overwritten with rubbish', 'not-a-key', () => writeFileSync(publicFile(), '{ half a fi')],
    ['holds an empty set', 'not-a-key', () => writeFileSync(publicFile(), '{"keys":[]}')],
    [
      'cannot be read',
      'unreadable',
      () => {
        rmSync(publicFile());
        mkdirSync(publicFile());
      },
    ],
  ])(
    'has a file that %s; then its key is trusted no longer, until the file is whole again',
    async (_what, cause, harm) => {
      const text = readFileSync(publicFile(), 'utf8');
      harm();
      seconds += 2;
      expect(await trusted()).toBe(true);
      seconds += 58;
      expect(await trusted()).toBe(true);
      expect(events()).toEqual([`key-in-doubt public/gateway.jwk ${cause}`]);
      expect(await metrics.registry.metrics()).toMatch(/cups_keys_in_doubt\{issuer="gateway",kind="public".*\} 1/);
      seconds += 2;
      expect(await trusted()).toBe(false);
      expect(events().at(-1)).toBe(`key-trust-ended public/gateway.jwk ${cause}`);
      rmSync(publicFile(), { recursive: true });
      writeFileSync(publicFile(), text);
      seconds += 2;
      expect(await trusted()).toBe(true);
      expect(events().at(-1)).toBe('key-trusted public/gateway.jwk');
      expect(await metrics.registry.metrics()).toMatch(/cups_keys_in_doubt\{issuer="gateway",kind="public".*\} 0/);
    },
  );

  test('has a folder that cannot be read; then nobody is trusted, sessions neither, until it is there again', async () => {
    renameSync(join(folder.dir, 'public'), join(folder.dir, 'away'));
    seconds += 2;
    expect(await trusted()).toBe(true);
    seconds += 60;
    expect(await trusted()).toBe(false);
    expect(events()).toContain('key-in-doubt public/gateway.jwk folder-unreadable');
    expect(events()).toContain('key-trust-ended public/gateway.jwk folder-unreadable');
    expect(events()).toContain('key-trust-ended public/identity.jwk folder-unreadable');
    renameSync(join(folder.dir, 'away'), join(folder.dir, 'public'));
    seconds += 2;
    expect(await trusted()).toBe(true);
  });

  test('does not end trust when the file is whole again in time, and begins anew with the next trouble', async () => {
    const text = readFileSync(publicFile(), 'utf8');
    for (let round = 0; round < 3; round++) {
      writeFileSync(publicFile(), '');
      seconds += 2;
      expect(await trusted()).toBe(true);
      seconds += 50;
      writeFileSync(publicFile(), text);
      expect(await trusted()).toBe(true);
      seconds += 2;
    }
    expect(events().filter((event) => event.startsWith('key-trust-ended'))).toEqual([]);
  });

  test('is not for trust that was never there: a bad file at the start is trusted at no time', async () => {
    writeFileSync(publicFile(), '');
    const late = openKeys({ dir: folder.dir, service: 'intake', log: captured.log });
    const token = openKeys({ dir: folder.dir, service: 'gateway' }).serviceToken('intake');
    expect(await captureRejection(late.verifyService(token))).toMatchObject({ reason: 'TOKEN_INVALID' });
    expect(events()).toEqual(['key-in-doubt public/gateway.jwk not-a-key']);
  });
});

test('our own key goes on signing while its file is bad, and the doubt is told', async () => {
  let at = 0;
  const gateway = openKeys({ dir: folder.dir, service: 'gateway', clock: () => at, log: captured.log, metrics });
  writeFileSync(join(folder.dir, 'gateway.key.jwk'), '');
  at += 120_000;
  const intake = openKeys({ dir: folder.dir, service: 'intake' });
  expect(await intake.verifyService(gateway.serviceToken('intake'))).toBe('gateway');
  expect(events()).toContain('key-in-doubt gateway.key.jwk unusable');
});

test('a private key that lies open ends the start; one that a group may read is a mounted secret', () => {
  const file = join(folder.dir, 'gateway.key.jwk');
  const open = () => openKeys({ dir: folder.dir, service: 'gateway' });
  for (const mode of [0o644, 0o604, 0o620]) {
    chmodSync(file, mode);
    expect(open).toThrow('The private key of gateway lies open');
  }
  for (const mode of [0o600, 0o440]) {
    chmodSync(file, mode);
    expect(open).not.toThrow();
  }
});

test('keys that lay open are closed when the keys are made', () => {
  const file = join(folder.dir, 'gateway.key.jwk');
  chmodSync(file, 0o644);
  generateKeys(folder.dir, TEST_SERVICES);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
