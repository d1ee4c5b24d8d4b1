import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { captureLog, captureMetrics, eventually, findFreePort, temporaryDir } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openVaultKeys } from '../src/crypto/vault.ts';
import type { VaultKeysOptions } from '../src/crypto/vault.ts';

/**
 * Against a real Vault: `vault` of the search path, or the program that VAULT_PROGRAM names. Vault has the Business Source
 * License 1.1, which allows this use; the project does not ship it.
 */

const program = process.env['VAULT_PROGRAM'] ?? 'vault';
const isInstalled = spawnSync(program, ['version']).status === 0;
const ROOT = 'test-root-token';
const TRANSIT_KEY = 'cups-documents';
const folder = temporaryDir();
const file = join(folder.dir, 'documents.jwks');

(isInstalled ? describe : describe.skip)('keys that Vault protects', () => {
  let address = '';
  let server: ChildProcess;

  beforeAll(async () => {
    const port = await findFreePort();
    address = `http://127.0.0.1:${port}`;
    const args = ['server', '-dev', `-dev-root-token-id=${ROOT}`, `-dev-listen-address=127.0.0.1:${port}`];
    const env = { HOME: folder.dir, PATH: process.env['PATH'] };
    server = spawn(program, [...args, '-dev-no-store-token'], { env, stdio: 'ignore' });
    await eventually(async () => expect((await fetch(`${address}/v1/sys/health`)).status).toBe(200), {
      timeoutMs: 30_000,
    });
    await call('sys/mounts/transit', { type: 'transit' });
    await call(`transit/keys/${TRANSIT_KEY}`, {});
  }, 60_000);
  afterAll(async () => {
    server.kill();
    await new Promise((resolve) => server.once('exit', resolve));
    folder.remove();
  });

  async function call(path: string, body: object, token = ROOT): Promise<{ data?: { ciphertext?: string } }> {
    const headers = { 'x-vault-token': token };
    const answer = await fetch(`${address}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.ok).toBe(true);
    const text = await answer.text();
    return text === '' ? {} : (JSON.parse(text) as { data?: { ciphertext?: string } });
  }

  /** A new key, whose plaintext nobody sees. */
  async function seal(kid: string): Promise<{ kid: string; ciphertext: string }> {
    const { data } = await call(`transit/datakey/wrapped/${TRANSIT_KEY}`, {});
    return { kid, ciphertext: data!.ciphertext! };
  }

  const write = (...keys: object[]) => writeFileSync(file, JSON.stringify({ keys }), { mode: 0o600 });
  const log = captureLog('documents');
  const metrics = captureMetrics('documents');
  const open = (more: Partial<VaultKeysOptions> = {}) =>
    openVaultKeys({
      address,
      transitKey: TRANSIT_KEY,
      token: () => ROOT,
      sealed: () => readFileSync(file, 'utf8'),
      log: log.log,
      metrics: captureMetrics('documents').metrics,
      pollMs: 50,
      retryMs: [],
      ...more,
    });

  test('wrap and unwrap without a further call, also after a restart', async () => {
    write(await seal('one'));
    const keys = await open();
    const dataKey = randomBytes(32);
    const wrapped = keys.wrap(dataKey);
    expect(wrapped.keyId).toBe('one');
    keys.close();
    const again = await open();
    expect(again.unwrap(wrapped)).toEqual(dataKey);
    again.close();
    expect(log.text()).not.toContain(ROOT);
  });

  test('rotate without a restart, and old keys still unwrap', async () => {
    const one = await seal('one');
    write(one);
    const keys = await open();
    const dataKey = randomBytes(32);
    const old = keys.wrap(dataKey);
    // Rotation of the transit key: what it sealed before stays readable.
    await call(`transit/keys/${TRANSIT_KEY}/rotate`, {});
    write(await seal('two'), one);
    await eventually(async () => expect(keys.wrap(dataKey).keyId).toBe('two'));
    expect(keys.unwrap(old)).toEqual(dataKey);
    keys.close();
  });

  test('keep the former keys while a changed file cannot be decrypted, and report it', async () => {
    write(await seal('one'));
    const keys = await open({ metrics: metrics.metrics });
    const { ciphertext } = await seal('two');
    write({ kid: 'two', ciphertext: `${ciphertext.slice(0, -6)}AAAA==` });
    await eventually(async () =>
      expect(await metrics.text()).toMatch(/cups_key_set_reload_failed\{[^}]*file="documents"[^}]*\} 1/),
    );
    expect(keys.wrap(randomBytes(32)).keyId).toBe('one');
    keys.close();
  });

  test('do not open with a foreign token', async () => {
    write(await seal('one'));
    await expect(open({ token: () => 'foreign' })).rejects.toThrow('Vault refused a call with status 403.');
  });

  test('do not open while Vault is unavailable', async () => {
    write(await seal('one'));
    const closed = `http://127.0.0.1:${await findFreePort()}`;
    await expect(open({ address: closed, retryMs: [10] })).rejects.toThrow('Vault does not respond: ECONNREFUSED.');
    expect(log.lines.map(({ event }) => event)).toContain('vault-awaited');
  });
});
