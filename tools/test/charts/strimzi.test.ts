import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildTopics } from '@cups/events';
import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { environmentFile, render } from '../../cli/charts/render.ts';
import type { KubernetesObject } from '../../cli/charts/render.ts';
import { agencyValues } from '../../generate/strimzi/objects.ts';
import { API_VERSION } from '../../generate/strimzi/schemas.ts';
import { agenciesIn } from '../../cli/topics/agencies.ts';
import { ofKind } from './objects.ts';

/** Validates the Strimzi manifests against Strimzi's definitions, the lists of the code and each other, without a Strimzi. */

const root = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(root, 'k8s/kafka', file), 'utf8');
const objectsIn = (file: string) =>
  parseAllDocuments(read(file))
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);

const files = ['kafka.yaml', 'topics.yaml', 'users.yaml'];
const own = files.flatMap(objectsIn);
const ofAgencies = render('agencies');
const schemas = JSON.parse(read('schemas.json')) as Record<string, object>;
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const valid = Object.fromEntries(Object.entries(schemas).map(([kind, schema]) => [kind, ajv.compile(schema)]));

/** What Strimzi's definition says against an object; nothing when it is right. */
function validateObject({ apiVersion, kind, metadata, spec }: KubernetesObject): string[] {
  const check = valid[kind];
  if (apiVersion !== API_VERSION || !check) return [`${kind} ${metadata.name}: ${apiVersion} is not known`];
  check(spec);
  const { errors } = check;
  return (errors ?? []).map(({ instancePath, message, params }) =>
    [kind, metadata.name, instancePath, message, JSON.stringify(params)].join(' '),
  );
}

describe('the definitions of Strimzi', () => {
  test('hold for every object here and for what helm/agencies renders', () => {
    expect(own.concat(ofAgencies).flatMap(validateObject)).toEqual([]);
    expect(ofAgencies.length).toBeGreaterThan(0);
  });

  const kafka = () => structuredClone(ofKind<KubernetesObject & { spec: never }>(own, 'Kafka')[0]!);
  test.each<[string, (spec: { kafka: { listeners: Record<string, unknown>[]; config: object } }) => unknown, string]>([
    ['a word that is misspelt', ({ kafka: { listeners } }) => (listeners[0]!['tlss'] = true), '"tlss"'],
    ['a port below 9092', ({ kafka: { listeners } }) => (listeners[0]!['port'] = 443), '>= 9092'],
    [
      'a kind of sign-in that is none',
      ({ kafka: { listeners } }) => (listeners[0]!['authentication'] = { type: 'scram' }),
      'allowed',
    ],
    ['no listener', ({ kafka: { listeners } }) => listeners.pop(), 'fewer than 1'],
  ])('refuse %s', (_, spoil, said) => {
    const object = kafka();
    spoil(object.spec);
    expect(validateObject(object).join('\n')).toContain(said);
  });

  test('know no older version of the API', () => {
    const object = Object.assign(kafka(), { apiVersion: 'kafka.strimzi.io/v1beta2' });
    expect(validateObject(object)).toEqual(['Kafka kafka: kafka.strimzi.io/v1beta2 is not known']);
  });
});

describe('the Kafka of k8s/kafka', () => {
  type Kafka = KubernetesObject & {
    spec: {
      kafka: {
        listeners: { port: number; tls: boolean; authentication?: { type: string } }[];
        authorization: { type: string; superUsers?: string[] };
        config: Record<string, unknown>;
      };
    };
  };
  type Pool = KubernetesObject & { spec: { replicas: number; storage: { volumes: { deleteClaim: boolean }[] } } };
  const { kafka } = ofKind<Kafka>(own, 'Kafka')[0]!.spec;
  const [pool] = ofKind<Pool>(own, 'KafkaNodePool');

  test('lets in nobody without TLS and a password, and gives nobody all rights', () => {
    expect(kafka.listeners.map(({ tls, authentication }) => [tls, authentication?.type])).toEqual([
      [true, 'scram-sha-512'],
    ]);
    expect(kafka.authorization).toEqual({ type: 'simple' });
  });

  test('makes no topic by accident, and has the copies that the topics ask for', () => {
    const { topics } = agencyValues();
    expect(kafka.config).toMatchObject({
      'auto.create.topics.enable': false,
      'default.replication.factor': topics.replicas,
      'min.insync.replicas': topics.minInSyncReplicas,
      'offsets.topic.replication.factor': topics.replicas,
    });
    expect(pool!.spec.replicas).toBeGreaterThanOrEqual(topics.replicas);
    expect(pool!.spec.storage.volumes.map(({ deleteClaim }) => deleteClaim)).toEqual([false]);
  });

  test('counts quotas over two seconds, as the Kafka on which they are tried', () => {
    const tried = readFileSync(join(root, 'local/src/kafka.ts'), 'utf8');
    expect(tried).toContain("'quota.window.num': 3,");
    expect(kafka.config).toMatchObject({ 'quota.window.num': 3 });
  });

  test('is the one that all topics and users name', () => {
    const labels = own.concat(ofAgencies).filter(({ kind }) => kind !== 'Kafka');
    expect(new Set(labels.map(({ metadata }) => metadata.labels?.['strimzi.io/cluster']))).toEqual(new Set(['kafka']));
  });
});

test('the platform in production goes by the values of this folder: to the listener for users, with no job that makes topics', () => {
  const production = environmentFile('production');
  const objects = render('platform', { files: [production, 'k8s/kafka/values.yaml'] });
  const named = ofKind<KubernetesObject>(objects, 'Job').map(({ metadata }) => metadata.name);
  expect(named).not.toContain('topics');
  expect(
    ofKind<KubernetesObject>(render('platform', { files: [production] }), 'Job').map(({ metadata }) => metadata.name),
  ).toContain('topics');
  const { listeners } = ofKind<KubernetesObject & { spec: { kafka: { listeners: { port: number }[] } } }>(
    own,
    'Kafka',
  )[0]!.spec.kafka;
  const text = JSON.stringify(ofKind(objects, 'Deployment'));
  expect(text).toContain(`"kafka-kafka-bootstrap.kafka.svc:${listeners[0]!.port}"`);
  const secrets = [
    'identity',
    'intake',
    'documents',
    'agency-bridge',
    'notifications',
    'journal',
    'agency-simulator',
  ].map((user) => `"cups-kafka-${user}"`);
  expect(secrets.filter((secret) => !text.includes(secret))).toEqual([]);
  expect(JSON.stringify(ofKind(objects, 'TriggerAuthentication'))).toContain('"cups-kafka-lag"');
});

test('here and in helm/agencies are all topics of the code, once', () => {
  type Topic = KubernetesObject & { spec: { topicName: string } };
  const agencies = agenciesIn(join(root, 'data'));
  const made = ofKind<Topic>(own.concat(ofAgencies), 'KafkaTopic').map(({ spec }) => spec.topicName);
  expect(made.sort()).toEqual(
    buildTopics('', { partitions: 24, agencies })
      .map(({ name }) => name)
      .sort(),
  );
});

test('topics and users are those of the code: otherwise `node tools/generate/strimzi/strimzi.ts`', () => {
  const tool = ['--disable-warning=ExperimentalWarning', join(root, 'tools/generate/strimzi/strimzi.ts'), '--check'];
  const { status, stderr } = spawnSync(process.execPath, tool, { encoding: 'utf8' });
  expect([stderr, status]).toEqual(['', 0]);
});
