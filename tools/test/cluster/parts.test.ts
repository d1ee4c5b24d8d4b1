import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { apiObjects } from '../../../k8s/lab/cluster/addons.ts';
import { findMissingNames, readImages } from '../../../k8s/lab/cluster/containerd.ts';
import { ADDONS, NETWORK } from '../../../k8s/lab/cluster/layout.ts';
import { rangesOverlap } from '../../../k8s/lab/cluster/machine.ts';
import { containerdConfig } from '../../../k8s/lab/cluster/node.ts';
import { linkerFlags, partsFor, PARTS, PINS, pinnedVersion, versionIn } from '../../../k8s/lab/cluster/parts.ts';
import { volumesOf } from '../../../k8s/lab/cluster/volumes.ts';

const folder = join(import.meta.dirname, '../../../k8s/cluster');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

test('the README of the cluster names the versions that its Go modules pin', () => {
  const page = read('README.md');
  const missing = Object.keys(PINS)
    .map((module) => `\`${module}\` ${pinnedVersion(folder, module)}`)
    .filter((said) => !page.includes(said));
  expect(missing).toEqual([]);
});

test('every module of a part has a go.mod and a go.sum', () => {
  for (const { module } of PARTS) {
    expect(read(`${module}/go.mod`)).toContain(`module cups/cluster/${module}\n`);
    expect(read(`${module}/go.sum`)).not.toBe('');
  }
});

test('every addon has the programs that it starts, and a cluster without addons has none of them', () => {
  for (const addon of ADDONS) expect(partsFor([addon]).length).toBeGreaterThan(partsFor([]).length);
  expect(partsFor([]).map(({ name }) => name)).toEqual(['k8sall', 'etcd', 'pause']);
});

test('the server of names runs the pinned version, at the address that pods are told', () => {
  const objects = parseAllDocuments(read('dns.yaml')).map((document) => document.toJS());
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  const service = objects.find(({ kind }) => kind === 'Service');
  const version = pinnedVersion(folder, 'github.com/coredns/coredns');
  expect(deployment.spec.template.spec.containers[0].image).toBe(`localhost/cups-cluster/coredns:${version}`);
  expect(service.spec.clusterIP).toBe(NETWORK.dns);
});

test('a version is read from either form of a requirement, and a module that is not required is said', () => {
  const goMod = 'module m\n\nrequire a.example/one v1.2.3\n\nrequire (\n\ta.example/two v0.1.0 // indirect\n)\n';
  expect(versionIn(goMod, 'a.example/one')).toBe('v1.2.3');
  expect(versionIn(goMod, 'a.example/two')).toBe('v0.1.0');
  expect(() => versionIn(goMod, 'a.example/three')).toThrow('go.mod does not require a.example/three.');
});

test('sets the version of Kubernetes programs', () => {
  const flags = linkerFlags('v1.34.4');
  expect(flags).toContain('-X k8s.io/component-base/version.gitVersion=v1.34.4');
  expect(flags).toContain('-X k8s.io/client-go/pkg/version.gitMinor=34');
  expect(() => linkerFlags('1.34')).toThrow('1.34 is no version of Kubernetes.');
});

test.each([
  ['10.244.0.0/24', '10.244.0.7', true],
  ['10.96.0.0/16', '10.96.255.0/24', true],
  ['10.96.0.0/16', '10.0.0.0/8', true],
  ['10.96.0.0/16', '10.97.0.0/16', false],
  ['10.222.0.0/24', '192.168.1.0/24', false],
  ['10.222.0.0/24', '0.0.0.0/0', true],
  ['200.0.0.0/8', '72.0.0.0/8', false],
])('addresses %s and %s overlap: %s', (a, b, expected) => {
  expect(rangesOverlap(a, b)).toBe(expected);
  expect(rangesOverlap(b, a)).toBe(expected);
});

test('adds a missing name by digest once', () => {
  const table = [
    'REF TYPE DIGEST SIZE PLATFORMS LABELS',
    'localhost:5000/cups/intake:0.1.0 application/x sha256:aa 1.0 MiB linux/amd64 io.cri-containerd.image=managed ',
    'localhost/cups/keys:0.1.0 application/x sha256:bb 1.0 MiB linux/amd64 - ',
    'localhost/cups/keys@sha256:bb application/x sha256:bb 1.0 MiB linux/amd64 - ',
    'sha256:cc application/x sha256:aa 1.0 MiB linux/amd64 io.cri-containerd.image=managed ',
    '',
  ].join('\n');
  const images = readImages(table);
  expect(images.map(({ isNoticed }) => isNoticed)).toEqual([true, false, false, true]);
  expect(findMissingNames(images)).toEqual([
    { from: 'localhost:5000/cups/intake:0.1.0', to: 'localhost:5000/cups/intake@sha256:aa' },
  ]);
});

test('has a volume for each claim of an installation, in a folder of its own', () => {
  const claims = read('../claims.yaml');
  const volumes = volumesOf(claims, '/volumes') as {
    metadata: object;
    spec: { accessModes: string[]; local: object };
  }[];
  expect(volumes.map(({ metadata, spec }) => [metadata, spec.accessModes, spec.local])).toEqual([
    [{ name: 'journal' }, ['ReadWriteOnce'], { path: '/volumes/journal' }],
    [{ name: 'documents' }, ['ReadWriteMany'], { path: '/volumes/documents' }],
  ]);
});

test('quotes paths in containerd’s configuration', () => {
  const config = containerdConfig({ data: '/a "folder"/data', network: '/n', pauseImage: 'localhost/pause:1' });
  expect(config).toContain(String.raw`root = "/a \"folder\"/data/containerd"`);
  expect(config).toContain('sandbox_image = "localhost/pause:1"');
});

test('registers an API with its CA and node address', () => {
  const api = { service: 'metrics-server', group: 'metrics.k8s.io', version: 'v1beta1', port: 4443 };
  const [service, slice, offered] = apiObjects(api, Buffer.from('authority'));
  expect(service).toMatchObject({ kind: 'Service', spec: { ports: [{ targetPort: 4443 }] } });
  expect(slice).toMatchObject({ endpoints: [{ addresses: [NETWORK.node] }] });
  expect(offered).toMatchObject({
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: { caBundle: Buffer.from('authority').toString('base64') },
  });
});
