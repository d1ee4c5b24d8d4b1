import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { clusterTool } from '../../cli/charts/helm.ts';
import { environmentFile } from '../../cli/charts/render.ts';

/** That an install asks a cluster for the Secrets that no job makes before it changes anything. The cluster is an API server of this test. */

const root = join(import.meta.dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'cups-there-'));
const kubeconfig = join(folder, 'kubeconfig');
const KINDS = {
  secrets: 'Secret',
  configmaps: 'ConfigMap',
  serviceaccounts: 'ServiceAccount',
  persistentvolumeclaims: 'PersistentVolumeClaim',
};
/** Keys of what is in the namespace, by its path, such as `secrets/stores`. */
const existing = new Map<string, string[]>();
const methods = new Set<string>();

const server = createServer((request, response) => {
  methods.add(request.method ?? '');
  const { pathname } = new URL(request.url ?? '/', 'http://api');
  const answer = respond(pathname);
  response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(answer ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 }),
  );
});

function respond(path: string): object | undefined {
  if (path === '/version') return { major: '1', minor: '34', gitVersion: 'v1.34.4' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: [] };
  if (path === '/api/v1') {
    const resources = Object.entries(KINDS).map(([name, kind]) => ({
      name,
      kind,
      namespaced: true,
      singularName: '',
      verbs: ['get'],
    }));
    return { kind: 'APIResourceList', groupVersion: 'v1', resources };
  }
  const [, plural = '', name = ''] = /^\/api\/v1\/namespaces\/cups\/(\w+)\/([\w-]+)$/.exec(path) ?? [];
  const keys = existing.get(`${plural}/${name}`);
  if (!keys) return undefined;
  const kind = KINDS[plural as keyof typeof KINDS];
  return {
    kind,
    apiVersion: 'v1',
    metadata: { name, namespace: 'cups' },
    data: Object.fromEntries(keys.map((key) => [key, 'eA=='])),
  };
}

const STORES = [
  ...['identity', 'intake', 'documents', 'agency-bridge', 'notifications', 'journal'],
  ...['document-keys', 'identity-keys', 'intake-keys', 'notification-keys'],
];

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    users: [{ name: 'u', user: {} }],
    'current-context': 'c',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  existing.clear();
  const all = {
    'serviceaccounts/default': [],
    'configmaps/authorities': ['kafka.crt', 'mongodb.crt'],
    'secrets/stores': STORES,
    'secrets/mail': ['url'],
    'secrets/saml': ['current.key', 'current.crt', 'idp.crt'],
    'secrets/kafka-admin': ['password'],
    'persistentvolumeclaims/documents': [],
    'persistentvolumeclaims/journal': [],
  };
  for (const [path, keys] of Object.entries(all)) existing.set(path, keys);
});

/** @returns what Helm says, without its remarks about links */
async function runInstall(...more: string[]): Promise<string> {
  const args = [
    'template',
    'cups',
    'helm/platform',
    '-n',
    'cups',
    '-f',
    environmentFile('pilot'),
    '--dry-run=server',
    ...more,
  ];
  const env = Object.assign({}, process.env, { KUBECONFIG: kubeconfig });
  try {
    await promisify(execFile)(clusterTool('helm'), args, { cwd: root, env, maxBuffer: 64 << 20 });
    return '';
  } catch (error) {
    const { stderr } = error as { stderr: string };
    return stderr
      .split('\n')
      .filter((line) => !line.includes('symbolic link'))
      .join('\n');
  }
}

test('an install goes on where everything is there that no job makes, and only asks', async () => {
  // All is rendered; this server has no schemas to hold the objects against.
  expect(await runInstall()).toMatch(/^Error: unable to build kubernetes objects from release manifest: .*openapi/);
  expect([...methods]).toEqual(['GET']);
});

test('all that is missing is said at once, each by the path of its value', async () => {
  existing.delete('secrets/mail');
  existing.set(
    'secrets/stores',
    STORES.filter((name) => name !== 'intake'),
  );
  existing.set('configmaps/authorities', ['kafka.crt']);
  const words = await runInstall();
  expect(words).toContain('notifications.mail.existingSecret: there is no Secret mail in the namespace cups.');
  expect(words).toContain('intake.mongodb.existingSecret: the Secret stores has no key intake.');
  expect(words).toContain('global.mongodb.tls: the ConfigMap authorities has no key mongodb.crt.');
  expect(words).not.toMatch(/identity\.|kafka-admin|cups-/);
});

test('a missing volume of documents is named, and only where a folder holds them', async () => {
  existing.delete('persistentvolumeclaims/documents');
  const sentence =
    'documents.storage.existingClaim: there is no PersistentVolumeClaim documents in the namespace cups.';
  expect(await runInstall()).toContain(sentence);
  const inS3 = ['DOCUMENTS_STORAGE=s3'].map((one) => `documents.settings.${one}`);
  const peers =
    'documents.s3.peers[0].ipBlock.cidr=192.0.2.43/32,documents.s3.existingSecret=mail,documents.s3.key=url';
  expect(await runInstall('--set', [...inS3, peers].join(','))).not.toContain(sentence);
});

test('without the job of keys what it would make must be there', async () => {
  const words = await runInstall('--set', 'keys.enabled=false');
  expect(words).toContain('gateway.keys.existingSecret: there is no Secret cups-key-gateway in the namespace cups.');
  expect(words).toContain('intake.tls.existingSecret: there is no Secret cups-tls-intake in the namespace cups.');
});

describe('the key sets of the charts', () => {
  const keySets = readdirSync(join(root, 'helm'), { withFileTypes: true })
    .map(({ name }) => join(root, 'helm', name, 'service.yaml'))
    .filter((file) => existsSync(file))
    .map((file) => parse(readFileSync(file, 'utf8')) as { name: string; keySets?: string[] })
    .flatMap(({ name, keySets: files = [] }) => files.map((file) => ({ service: name, file })));

  test('are named before any change when their Secrets lack them', async () => {
    for (const { service } of keySets) existing.set(`secrets/cups-key-${service}`, [`${service}.key.jwk`]);
    const output = await runInstall('--set', 'keys.enabled=false');
    for (const { service, file } of keySets) {
      expect(output).toContain(`${service}.keys.existingSecret: the Secret cups-key-${service} has no key ${file}.`);
    }
    expect(keySets.map(({ file }) => file)).toContain('journal-checkpoints.jwks');
  });

  // A new cookie key ends sessions and loses nothing else.
  test.each(keySets.filter(({ file }) => file !== 'gateway-cookie.jwks'))(
    '$file of $service is in the list of keys that must never be lost',
    ({ service, file }) => {
      const page = readFileSync(join(root, 'docs/how-to/back-up-and-restore.md'), 'utf8');
      const list = page.split('\n## ').find((section) => section.startsWith('Keys that must never be lost'));
      const row = list?.split('\n').find((line) => line.includes(`\`${file}\``));
      expect(row).toContain(`\`cups-key-${service}\``);
    },
  );
});

test('an agency whose password is in no Secret is named', async () => {
  const words = await runInstall('--set', 'topics.agencies[0].code=asp,topics.agencies[0].existingSecret=asp');
  expect(words).toContain('topics.agencies[0].existingSecret: there is no Secret asp in the namespace cups.');
});
