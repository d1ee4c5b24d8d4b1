import { expect, test } from '@jest/globals';
import { environmentFile, render } from '../../cli/charts/render.ts';
import type { KubernetesObject } from '../../cli/charts/render.ts';
import { named, ofKind } from './objects.ts';
import type { Deployment, Job } from './objects.ts';

/** The job that makes the first supervisor; that it is a pod as all are, pods.test.ts says. */

const OBJECTS = ['Job ops', 'NetworkPolicy ops', 'NetworkPolicy ops-to-identity', 'ServiceAccount ops'];
const platform = (values: object = {}) =>
  render('platform', {
    files: [environmentFile('pilot')],
    values: { global: { strictMode: false }, ops: values },
  });
const withAppointment = platform({ firstSupervisor: { existingSecret: 'first-supervisor' } });
const namesOf = (objects: KubernetesObject[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

test('renders nothing without a Secret', () => {
  const before = namesOf(platform());
  expect(
    namesOf(withAppointment)
      .filter((name) => !before.includes(name))
      .sort(),
  ).toEqual(OBJECTS);
});

test('runs after the pods and removes its network policy', () => {
  const hooks = withAppointment.filter((one) => OBJECTS.includes(namesOf([one])[0]!));
  for (const { kind, metadata } of hooks) {
    const { annotations } = metadata as { annotations?: Record<string, string> };
    expect(annotations).toMatchObject({ 'helm.sh/hook': 'post-install,post-upgrade' });
    const stays = kind === 'Job' ? 'before-hook-creation' : 'before-hook-creation,hook-succeeded,hook-failed';
    expect({ kind, gone: annotations?.['helm.sh/hook-delete-policy'] }).toEqual({ kind, gone: stays });
  }
});

test('may reach only identity’s gRPC port', () => {
  const podsOf = (name: string) => ({
    podSelector: { matchLabels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'cups' } },
  });
  const ports = [{ protocol: 'TCP', port: 7002 }];
  const { spec: out } = named(withAppointment, 'NetworkPolicy', 'ops')!;
  const { egress } = out as { egress: { ports: { port: number }[] }[] };
  expect(egress.filter(({ ports: [first] }) => first?.port !== 53)).toEqual([{ to: [podsOf('identity')], ports }]);
  expect(named(withAppointment, 'NetworkPolicy', 'ops-to-identity')!.spec).toEqual(
    Object.assign({ policyTypes: ['Ingress'], ingress: [{ from: [podsOf('ops')], ports }] }, podsOf('identity')),
  );
});

test('reads the appointment from a Secret only', () => {
  const { spec } = ofKind<Job>(withAppointment, 'Job').find(({ metadata }) => metadata.name === 'ops')!;
  const { volumes = [], containers } = spec.template.spec;
  const sources = volumes.flatMap(({ projected }) => projected?.sources ?? []);
  const secrets = sources.flatMap(({ secret }) => secret?.name ?? []);
  expect(sources.flatMap(({ configMap }) => configMap?.name ?? [])).toEqual(['cups-public-keys']);
  expect(secrets).toEqual(['cups-key-ops', 'first-supervisor', 'cups-tls-ops']);
  expect(containers[0]).toMatchObject({
    args: ['appoint-supervisor', '--first', '--from', '/person', '--wait', '240', '--actor', 'release cups'],
  });
  expect(spec).toMatchObject({ backoffLimit: 0 });
});

test('mounts no certificate without TLS', () => {
  const values = { firstSupervisor: { existingSecret: 'first-supervisor' }, tls: { existingSecret: '' } };
  const open = render('platform', {
    files: [environmentFile('dev')],
    values: { ops: values, identity: { tls: { existingSecret: '' } } },
  });
  const job = ofKind<Job>(open, 'Job').find(({ metadata }) => metadata.name === 'ops');
  expect(job!.spec.template.spec.volumes?.map(({ name }) => name)).toEqual(['keys', 'person']);
});

test('mounts the ops CLI’s public key in the called services', () => {
  for (const { metadata, spec } of ofKind<Deployment>(withAppointment, 'Deployment')) {
    const sources = spec.template.spec.volumes?.find(({ name }) => name === 'keys')?.projected?.sources ?? [];
    const items = [{ key: 'ops.jwk', path: 'public/ops.jwk' }];
    if (['agency-simulator', 'documents-checker'].includes(metadata.name)) continue;
    expect(sources).toContainEqual({ configMap: { name: 'cups-public-keys', optional: true, items } });
  }
});
