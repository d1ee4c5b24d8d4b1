import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { topicsOf, trainingTopics } from '@cups/agency-contract';
import { buildPrincipals, resolveQuota, buildAgencyTopics, buildTrainingTopics } from '@cups/events';
import type { Quota } from '@cups/events';
import { render } from '../../cli/charts/render.ts';
import type { KubernetesObject } from '../../cli/charts/render.ts';
import { toAcls } from '../../generate/strimzi/objects.ts';
import { agenciesIn, readQuotas } from '../../cli/topics/agencies.ts';
import { ofKind } from './objects.ts';

/** What each agency has in Kafka: the topics of the code, and the rights that the agency contract needs. */

const root = join(import.meta.dirname, '..', '..', '..');
const codes = agenciesIn(join(root, 'data'));

interface KafkaTopic extends KubernetesObject {
  spec: { topicName: string; partitions: number; replicas: number; config: Record<string, unknown> };
}

interface KafkaUser extends KubernetesObject {
  spec: {
    quotas: Record<string, number>;
    authorization: { acls: { resource: { type: string; name: string; patternType: string }; operations: string[] }[] };
  };
}

const objects = render('agencies', { values: { prefix: 'a-', topics: { partitions: 6 } } });

test('creates the topics of agencies and trainings with their retention', () => {
  const made = ofKind<KafkaTopic>(objects, 'KafkaTopic').map(({ spec }) => ({
    name: spec.topicName,
    partitions: spec.partitions,
    kept: String(spec.config['retention.ms']),
    policy: spec.config['cleanup.policy'],
  }));
  const wanted = codes
    .flatMap((code) => buildAgencyTopics('a-', code, 6))
    .concat(buildTrainingTopics('a-', 6))
    .map(({ name, partitions, config }) => ({
      name,
      partitions,
      kept: config['retention.ms'],
      policy: config['cleanup.policy'],
    }));
  expect(made).toEqual(wanted);
});

test('leaves out agencies whose clerks work in the page', () => {
  expect(codes).toEqual(['asp', 'cadastru', 'cnas', 'mai']);
  expect(readdirSync(join(root, 'data', 'agencies')).length).toBeGreaterThan(codes.length);
});

/** What a user may do, a line for each right. */
function rightsOf(name: string): string[] {
  const user = ofKind<KafkaUser>(objects, 'KafkaUser').find(({ metadata }) => metadata.name === name);
  return user!.spec.authorization.acls.map(
    ({ resource, operations }) => `${resource.patternType} ${resource.type} ${resource.name}: ${operations.join(', ')}`,
  );
}

test('lets only the simulator access training topics', () => {
  const { requests, replies } = trainingTopics('a-');
  expect(rightsOf('a-agency-simulator')).toEqual([
    `literal topic ${requests}: Describe, Read`,
    `literal topic ${replies}: Describe, Write`,
    'literal group a-agency-simulator.training: Describe, Read',
  ]);
  const others = ofKind<KafkaUser>(objects, 'KafkaUser').filter(
    ({ metadata }) => metadata.name !== 'a-agency-simulator',
  );
  expect(others.map(({ metadata }) => metadata.name).sort()).toEqual(codes.map((code) => `a-agency.${code}`).sort());
  expect(
    others.flatMap(({ metadata }) => rightsOf(metadata.name)).filter((right) => right.includes('training')),
  ).toEqual([]);
});

test.each(codes)(
  'the user of %s may read its requests, centres and checkpoints, write its replies, and nothing else',
  (code) => {
    const { requests, replies } = topicsOf(code, 'a-');
    expect(rightsOf(`a-agency.${code}`)).toEqual([
      `literal topic ${requests}: Describe, Read`,
      'literal topic a-cups.centres: Describe, Read',
      'literal topic a-cups.checkpoints: Describe, Read',
      `literal topic ${replies}: Describe, Write`,
      `prefix group a-${code}.: Describe, Read`,
    ]);
  },
);

test('keeps agencies out of each other’s groups', () => {
  const groups = codes.map((code) => `a-${code}.`);
  const within = groups.filter((group) => groups.some((other) => other !== group && group.startsWith(other)));
  expect(within).toEqual([]);
});

test('gives users the same ACLs as the topics job', () => {
  const made = ofKind<KafkaUser>(objects, 'KafkaUser').map(({ metadata, spec }) => [
    metadata.name,
    spec.authorization.acls,
  ]);
  const wanted = buildPrincipals('a-', { agencies: codes, simulated: [] })
    .filter(({ user }) => user.startsWith('a-agency.') || user === 'a-agency-simulator')
    .map((principal) => [principal.user, toAcls(principal)]);
  const sorted = (users: unknown[][]) =>
    Object.fromEntries(
      users.map(([user, acls]) => [user, (acls as object[]).map((acl) => JSON.stringify(acl)).sort()]),
    );
  expect(sorted(made)).toEqual(sorted(wanted));
});

test('uses the quota of the agency file or the default', () => {
  const rate = ({ producerBytesPerSecond, consumerBytesPerSecond, requestPercent }: Quota) => ({
    producerByteRate: producerBytesPerSecond,
    consumerByteRate: consumerBytesPerSecond,
    requestPercentage: requestPercent,
  });
  const said = readQuotas(join(root, 'data'));
  const users = ofKind<KafkaUser>(objects, 'KafkaUser').filter(({ metadata }) => metadata.name.startsWith('a-agency.'));
  expect(Object.fromEntries(users.map(({ metadata, spec }) => [metadata.name, spec.quotas]))).toEqual(
    Object.fromEntries(codes.map((code) => [`a-agency.${code}`, rate(resolveQuota(said.get(code)))])),
  );
});

test('creates only topics without users', () => {
  const kinds = render('agencies', { values: { users: { enabled: false } } }).map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(['KafkaTopic']));
});

test('refuses more in-sync replicas than replicas', () => {
  const values = { topics: { replicas: 1 } };
  expect(() => render('agencies', { values })).toThrow(
    'topics.minInSyncReplicas must not be more than topics.replicas',
  );
});
