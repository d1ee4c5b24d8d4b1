import { expect, test } from '@jest/globals';
import { buildPrincipals } from '@cups/events';
import { environmentFile, render } from '../../cli/charts/render.ts';
import type { KubernetesObject } from '../../cli/charts/render.ts';
import { SIGNERS } from '../../platform/services.ts';
import { ofKind } from './objects.ts';
import type { Deployment } from './objects.ts';

/** The job of keys may touch what it makes (tools/cli/keys/cluster.ts), and nothing else. */

interface Role extends KubernetesObject {
  rules: { resources: string[]; resourceNames?: string[]; verbs: string[] }[];
}

const users = buildPrincipals('', { agencies: [], simulated: [] }).map(({ user }) => user.replace(/^kafka-/, ''));
const roleIn = (environment: string, values: object): Role =>
  ofKind<Role>(render('platform', { files: [environmentFile(environment)], values }), 'Role').find(
    ({ metadata }) => metadata.name === 'keys',
  )!;

test.each<[string, string, string[]]>([
  ['with TLS to Kafka, the passwords of its users too', 'pilot', users.map((user) => `cups-kafka-${user}`)],
  ['without TLS to Kafka, keys alone', 'dev', []],
])('%s', (_what, environment, passwords) => {
  const { rules } = roleIn(environment, { keys: { enabled: true } });
  const made = [
    ...['cups-request-secret', 'cups-person-hash', 'cups-authority', 'cups-next-authority'],
    ...SIGNERS.flatMap((service) => [`cups-key-${service}`, `cups-tls-${service}`]),
    ...passwords,
  ];
  const named = rules.filter(({ verbs }) => !verbs.includes('create'));
  expect(named.find(({ resources }) => resources[0] === 'secrets')?.resourceNames?.toSorted()).toEqual(made.toSorted());
  expect(named.find(({ resources }) => resources[0] === 'configmaps')?.resourceNames).toEqual(['cups-public-keys']);
  expect(rules.filter(({ verbs }) => verbs.includes('create'))).toMatchObject([{ verbs: ['create'] }]);
});

test('has no rights to certificates of another authority', () => {
  const values = { keys: { enabled: true, certificates: false } };
  const names = roleIn('dev', values).rules.flatMap(({ resourceNames = [] }) => resourceNames);
  expect(names.filter((name) => /tls|authority/.test(name))).toEqual([]);
});

test('mounts person-hash keys only in identity and intake', () => {
  const objects = render('platform', { files: [environmentFile('production')] });
  const mounting = ofKind<Deployment>(objects, 'Deployment').filter(({ spec }) =>
    (spec.template.spec.volumes ?? []).some(({ projected }) =>
      projected?.sources.some(({ secret }) => secret?.name === 'cups-person-hash'),
    ),
  );
  expect(mounting.map(({ metadata }) => metadata.name).toSorted()).toEqual(['identity', 'intake']);
});

test('allows the API server’s Service and endpoint', () => {
  const objects = render('platform', { files: [environmentFile('pilot')], values: { keys: { enabled: true } } });
  const policy = ofKind<KubernetesObject & { spec: { egress: { ports: { port: number }[] }[] } }>(
    objects,
    'NetworkPolicy',
  ).find(({ metadata }) => metadata.name === 'keys')!;
  expect(policy.spec.egress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([443, 6443]);
});
