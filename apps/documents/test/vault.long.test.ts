import { afterAll, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { captureLog, captureMetrics, eventually, temporaryDir } from '@cups/testing';
import { testRequiring } from '@cups/testing/programs';
import { openVaultKeys } from '@cups/data-keys/vault';
import type { VaultKeys, VaultKeysOptions } from '@cups/data-keys/vault';
import { someBytes, startDocuments, upload } from './harness.ts';
import { VaultServer } from './vault-server.ts';

const test = testRequiring('vault');
const TRANSIT_KEY = 'cups-documents';
/** What docs/how-to/rotate-keys.md tells operators to allow. */
const POLICY = `path "transit/decrypt/${TRANSIT_KEY}" { capabilities = ["update"] }`;
const folder = temporaryDir();
const file = join(folder.dir, 'documents.jwks');

interface SealedKey {
  kid: string;
  ciphertext: string;
}

describe('keys that Vault protects', () => {
  let vault: VaultServer;
  let token = '';
  let one: SealedKey;

  beforeAll(async () => {
    vault = await VaultServer.create(folder.dir);
    await vault.call('sys/mounts/transit', { type: 'transit' });
    await vault.call(`transit/keys/${TRANSIT_KEY}`);
    await vault.call('sys/policies/acl/cups-documents', { policy: POLICY });
    token = await createToken(['cups-documents']);
    one = await seal('one');
  }, 120_000);
  afterAll(async () => {
    await vault?.stop();
    folder.remove();
  });
  beforeEach(() => write(one));

  async function createToken(policies: string[]): Promise<string> {
    const { auth } = await vault.call('auth/token/create', { policies, no_default_policy: true });
    return (auth as { client_token: string }).client_token;
  }

  /** A new key, whose plaintext nobody sees. */
  async function seal(kid: string): Promise<SealedKey> {
    const { data } = await vault.call(`transit/datakey/wrapped/${TRANSIT_KEY}`);
    return { kid, ciphertext: (data as { ciphertext: string }).ciphertext };
  }

  /** Replaces the file in one step, as a mounted Secret does. */
  function write(...keys: SealedKey[]): void {
    writeFileSync(`${file}.new`, JSON.stringify({ keys }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  const log = captureLog('documents');
  const awaited = () => log.lines.filter(({ event }) => event === 'vault-awaited').map(({ error }) => error);
  const open = (more: Partial<VaultKeysOptions> = {}): Promise<VaultKeys> =>
    openVaultKeys({
      name: 'documents',
      address: vault.address,
      ca: () => vault.ca,
      transitKey: TRANSIT_KEY,
      token: () => token,
      sealed: () => readFileSync(file, 'utf8'),
      log: log.log,
      metrics: captureMetrics('documents').metrics,
      pollMs: 50,
      retryMs: [],
      ...more,
    });

  test('wrap and unwrap with a token that can only decrypt, also after a restart', async () => {
    const keys = await open();
    const dataKey = randomBytes(32);
    const wrapped = keys.wrap(dataKey);
    expect(wrapped.keyId).toBe('one');
    keys.close();
    const again = await open();
    expect(again.unwrap(wrapped)).toEqual(dataKey);
    again.close();
    expect(log.text()).not.toContain(token);
  });

  test('rotate without a restart, and old keys still unwrap', async () => {
    const keys = await open();
    const dataKey = randomBytes(32);
    const old = keys.wrap(dataKey);
    // Rotation of the transit key: what it sealed before stays readable.
    await vault.call(`transit/keys/${TRANSIT_KEY}/rotate`);
    const two = await seal('two');
    expect(two.ciphertext).toMatch(/^vault:v2:/);
    write(two, one);
    await eventually(() => keys.wrap(dataKey).keyId === 'two');
    expect(keys.unwrap(old)).toEqual(dataKey);
    // The same key, sealed again under the new version of the transit key.
    const { data } = await vault.call(`transit/rewrap/${TRANSIT_KEY}`, { ciphertext: one.ciphertext });
    write(two, { kid: 'one', ciphertext: (data as SealedKey).ciphertext });
    await eventually(() => log.lines.filter(({ event }) => event === 'key-set-reloaded').length >= 2);
    expect(keys.unwrap(old)).toEqual(dataKey);
    keys.close();
  });

  test('keep the former keys while a file is damaged or absent, and report it until it is whole', async () => {
    const metrics = captureMetrics('documents');
    const keys = await open({ metrics: metrics.metrics });
    const reports = (value: 0 | 1) => async () =>
      new RegExp(`cups_key_set_reload_failed\\{[^}]*file="documents"[^}]*\\} ${value}`).test(await metrics.text());
    const { ciphertext } = await seal('two');
    write({ kid: 'two', ciphertext: `${ciphertext.slice(0, -6)}AAAA==` });
    await eventually(reports(1));
    expect(keys.wrap(randomBytes(32)).keyId).toBe('one');
    write(one);
    await eventually(reports(0));
    rmSync(file);
    await eventually(reports(1));
    expect(keys.wrap(randomBytes(32)).keyId).toBe('one');
    write(one);
    await eventually(reports(0));
    keys.close();
  });

  test('say what Vault refuses: a token, a policy, a key, a certificate', async () => {
    await expect(open({ token: () => 'foreign' })).rejects.toThrow('Vault refuses the token');
    const weak = await createToken(['default']);
    await expect(open({ token: () => weak })).rejects.toThrow('its policy does not allow to decrypt');
    const root = { token: () => vault.root };
    await expect(open({ ...root, transitKey: 'none' })).rejects.toThrow('the transit key does not exist');
    await expect(open({ ca: undefined })).rejects.toThrow('Vault does not respond: UNABLE_TO_VERIFY_LEAF_SIGNATURE.');
  });

  test('wait for Vault at the start, and give up with a sentence', async () => {
    await vault.stop();
    const before = awaited().length;
    await expect(open({ retryMs: [10] })).rejects.toThrow('Vault does not respond: ECONNREFUSED.');
    expect(awaited().slice(before)).toMatchObject([{ code: 'ECONNREFUSED' }]);
    const opening = open({ retryMs: Array<number>(120).fill(250) });
    await vault.restart();
    (await opening).close();
  }, 90_000);

  test('wait for a sealed Vault at the start', async () => {
    await vault.call('sys/seal');
    await expect(open()).rejects.toThrow('Vault is sealed or in maintenance.');
    const before = awaited().length;
    const opening = open({ retryMs: Array<number>(120).fill(250) });
    await eventually(() => awaited().length > before);
    expect(awaited().at(-1)).toMatchObject({ code: 'STATUS_503' });
    await vault.unseal();
    (await opening).close();
  }, 90_000);

  test('work while Vault is unavailable after the start, and rotate once it is available again', async () => {
    const two = await seal('two');
    const keys = await open();
    await vault.stop();
    const dataKey = randomBytes(32);
    expect(keys.unwrap(keys.wrap(dataKey))).toEqual(dataKey);
    write(two, one);
    await eventually(() => log.lines.some(({ event }) => event === 'key-set-reload-failed'));
    expect(keys.wrap(dataKey).keyId).toBe('one');
    await vault.restart();
    await eventually(() => keys.wrap(dataKey).keyId === 'two');
    keys.close();
  }, 90_000);

  test('sign in by Kubernetes with the token of the service account', async () => {
    // The part of a cluster that Vault asks about a token.
    const reviewed: string[] = [];
    const cluster = createServer((asked, answer) => {
      let text = '';
      asked.on('data', (part: Buffer) => (text += part.toString()));
      asked.on('end', () => {
        const { spec } = JSON.parse(text) as { spec: { token: string } };
        reviewed.push(spec.token);
        const user = { username: 'system:serviceaccount:cups:documents', uid: 'one' };
        answer.setHeader('content-type', 'application/json');
        answer.statusCode = 201;
        answer.end(JSON.stringify({ status: { authenticated: true, user } }));
      });
    });
    await new Promise<void>((resolve) => cluster.listen(0, '127.0.0.1', resolve));
    const { port } = cluster.address() as AddressInfo;
    try {
      await vault.call('sys/auth/kubernetes', { type: 'kubernetes' });
      await vault.call('auth/kubernetes/config', {
        kubernetes_host: `http://127.0.0.1:${port}`,
        token_reviewer_jwt: serviceAccountToken('vault'),
        disable_local_ca_jwt: true,
      });
      await vault.call('auth/kubernetes/role/documents', {
        bound_service_account_names: ['documents'],
        bound_service_account_namespaces: ['cups'],
        policies: ['cups-documents'],
      });
      const mine = serviceAccountToken('documents');
      const keys = await open({ token: undefined, kubernetes: { role: 'documents', token: () => mine } });
      expect(keys.wrap(randomBytes(32)).keyId).toBe('one');
      keys.close();
      expect(reviewed).toContain(mine);
      const other = { role: 'other', token: () => mine };
      await expect(open({ token: undefined, kubernetes: other })).rejects.toThrow(
        'Vault refuses the sign-in by Kubernetes with status 400',
      );
    } finally {
      await new Promise((resolve) => cluster.close(resolve));
    }
  }, 60_000);

  test('protect documents: reads continue without Vault, and a start without it fails', async () => {
    const documents = await startDocuments({
      keyFile: file,
      keyEncryption: {
        provider: 'vault',
        vaultAddress: vault.address,
        vaultCa: () => vault.ca,
        vaultTransitKey: TRANSIT_KEY,
        vaultToken: () => token,
        vaultRole: '',
        vaultServiceAccount: undefined,
      },
    });
    try {
      const bytes = someBytes(100_000);
      const name = await upload(documents, bytes);
      await vault.stop();
      const read = async () => (await documents.desk().readContent({ name, offset: 0, limit: 1_048_576 })).data;
      expect((await read()).equals(bytes)).toBe(true);
      await upload(documents, someBytes(10));
      await expect(documents.restart()).rejects.toThrow('Vault does not respond: ECONNREFUSED.');
      await vault.restart();
      await documents.restart();
      expect((await read()).equals(bytes)).toBe(true);
    } finally {
      await documents.stop();
    }
  }, 120_000);
});

/** A token with the claims of a service account; only the cluster could verify it. */
function serviceAccountToken(name: string): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const account = { namespace: 'cups', serviceaccount: { name, uid: 'one' } };
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://kubernetes.default.svc',
    sub: `system:serviceaccount:cups:${name}`,
    iat: now,
    nbf: now,
    exp: now + 600,
    'kubernetes.io': account,
  };
  return `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}.${randomBytes(256).toString('base64url')}`;
}
