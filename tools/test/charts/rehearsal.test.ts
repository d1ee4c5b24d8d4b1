import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { environmentFile, helm, render } from '../../cli/charts/render.ts';
import type { KubernetesObject } from '../../cli/charts/render.ts';
import { rehearsalValues, secretFiles } from '../../../k8s/lab/rollout/install-values.ts';

/** The values of a rehearsal, with what `npm run cups -- cluster external-services` writes of itself. */

const files = ['pilot', 'rehearsal'].map(environmentFile);
const folder = mkdtempSync(join(tmpdir(), 'cups-rehearsal-'));
const caFile = join(folder, 'ca.crt');
const host = '10.222.0.1';
const beside = {
  kafka: { host, port: 39092 },
  store: { host, port: 37017 },
  mail: { host, port: 4465, received: () => 0 },
  secure: { caFile, admin: { username: 'admin', password: 'x' } },
};
const values = join(folder, 'values.yaml');
let objects: KubernetesObject[];
beforeAll(() => {
  writeFileSync(caFile, 'PEM');
  writeFileSync(values, stringify(rehearsalValues(beside)));
  objects = render('platform', { files, values: rehearsalValues(beside) });
});
afterAll(() => rmSync(folder, { recursive: true }));

const named = (kind: string, name: string) =>
  JSON.stringify(objects.find((one) => one.kind === kind && one.metadata.name === name));

test('the charts take them, and want nothing that a cluster from source does not have', () => {
  const kinds = new Set(objects.map(({ kind }) => kind));
  for (const absent of ['Ingress', 'HTTPRoute', 'PodMonitor', 'PrometheusRule', 'ScaledObject'])
    expect(kinds).not.toContain(absent);
  expect(kinds).toContain('NetworkPolicy');
  const lint = helm([
    'lint',
    '--strict',
    '--quiet',
    'helm/platform',
    ...files.flatMap((file) => ['-f', file]),
    '-f',
    values,
  ]);
  expect(lint.stdout.trim()).toBe('');
});

test('everybody finds Kafka, store and mail server beside the cluster, over TLS', () => {
  expect(named('Deployment', 'intake')).toContain(`${host}:39092`);
  expect(named('Deployment', 'intake')).toContain('kafka-ca.crt');
  expect(named('NetworkPolicy', 'intake')).toMatch(/10\.222\.0\.1\/32.*37017/s);
  expect(named('NetworkPolicy', 'notifications')).toContain('4465');
  expect(Object.keys(secretFiles(beside)).sort()).toEqual([
    'agency-bridge-store.uri',
    'document-keys-store.uri',
    'documents-store.uri',
    'identity-keys-store.uri',
    'identity-store.uri',
    'idp.crt',
    'intake-keys-store.uri',
    'intake-store.uri',
    'journal-store.uri',
    'kafka-admin.password',
    'kafka.crt',
    'mail.url',
    'mongodb.crt',
    'notification-keys-store.uri',
    'notifications-store.uri',
    'saml.crt',
    'saml.key',
  ]);
});

test('a browser signs in through the port-forward of the notes', () => {
  expect(named('Deployment', 'gateway')).toContain('http://127.0.0.1:8080');
  expect(named('Deployment', 'identity')).toContain('"value":"local"');
  const given = [...files, values].flatMap((file) => ['-f', file]);
  const { stdout } = helm(['install', 'cups', 'helm/platform', '-n', 'cups', '--dry-run=client', ...given]);
  expect(stdout).toMatch(/port-forward .* 8080:80.*In a browser, http:\/\/127\.0\.0\.1:8080 signs in/s);
});
