import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import {
  computePlatformDigest,
  readReleaseRecord,
  readValuePaths,
  renderImmutableFields,
} from '../../cli/charts/read-release.ts';
import { extractImmutableFields, findUpgradeViolations } from '../../cli/charts/release-record.ts';
import type { KubernetesObject } from '../../cli/charts/render.ts';

/** That a cluster with the last release takes this one. */

const root = join(import.meta.dirname, '..', '..', '..');
const released = readReleaseRecord();

/** All faults of charts against the last release. */
function findViolations(charts?: string): string[] {
  const now = renderImmutableFields(charts);
  return Object.entries(released.renders).flatMap(([title, before]) =>
    findUpgradeViolations(title, before, now[title] ?? {}),
  );
}

/** The charts with one text of one file replaced by another. */
function withChange<Result>(file: string, from: string, to: string, look: (charts: string) => Result): Result {
  const charts = mkdtempSync(join(tmpdir(), 'cups-charts-'));
  try {
    cpSync(join(root, 'helm'), charts, { recursive: true, verbatimSymlinks: true });
    // The data of these two are links out of the charts.
    for (const folder of ['centres', 'agencies']) {
      rmSync(join(charts, folder, 'data'));
      cpSync(join(root, 'data'), join(charts, folder, 'data'), { recursive: true });
    }
    const text = readFileSync(join(charts, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(charts, file), text.replaceAll(from, to));
    return look(charts);
  } finally {
    rmSync(charts, { recursive: true });
  }
}

test('the record is of every environment, of the registry and of the agencies, and knows what must stay', () => {
  expect(Object.keys(released.renders)).toEqual([
    'platform dev',
    'platform pilot',
    'platform production',
    'centres',
    'agencies',
  ]);
  expect(released.renders['platform production']!['Deployment.apps intake']).toEqual({
    'spec.selector': { matchLabels: { 'app.kubernetes.io/name': 'intake', 'app.kubernetes.io/part-of': 'cups' } },
  });
});

// If this fails: each sentence says what to do. The record is renewed at a release alone, never to silence one.
test('nothing of the last release is lost or changed that must stay', () => {
  expect(findViolations()).toEqual([]);
});

// If this fails: raise the version in helm/platform/Chart.yaml, so that nobody takes two charts for one.
test('charts that are not those of the last release have a higher version', () => {
  const { version } = parse(readFileSync(join(root, 'helm/platform/Chart.yaml'), 'utf8')) as { version: string };
  const numbersOf = (text: string) =>
    text
      .split('.')
      .map((part) => part.padStart(6, '0'))
      .join('.');
  const isHigher = numbersOf(version) > numbersOf(released.version);
  expect({ version, isHigher }).toEqual({ version, isHigher: computePlatformDigest() !== released.digest });
});

/** Values of the last release that charts no longer have. */
const findRemovedValues = (charts?: string): string[] => {
  const now = new Set(readValuePaths(charts));
  return released.values.filter((path) => !now.has(path));
};

// If this fails: raise the minor version in helm/platform/Chart.yaml. Patch releases accept the values of the last release.
test('charts that refuse a value of the last release have a higher minor version', () => {
  const { version } = parse(readFileSync(join(root, 'helm/platform/Chart.yaml'), 'utf8')) as { version: string };
  const minorOf = (text: string): string => text.split('.').slice(0, 2).join('.');
  expect({ version, isMinor: minorOf(version) !== minorOf(released.version) }).toEqual({
    version,
    isMinor: findRemovedValues().length > 0,
  });
});

test('the upgrade page names each value of the last release that is gone', () => {
  const page = readFileSync(join(root, 'docs/how-to/upgrade-and-roll-back.md'), 'utf8');
  expect(findRemovedValues().filter((path) => !page.includes(`\`${path}\``))).toEqual([]);
});

test('detects a renamed value', () => {
  const charts = join(root, 'helm');
  expect(findRemovedValues(charts)).toEqual(findRemovedValues());
  const renamed = withChange('intake/values.schema.json', '"requestSecret"', '"secret"', findRemovedValues);
  expect(renamed).toEqual(expect.arrayContaining(['intake.requestSecret.existingSecret', 'intake.requestSecret.key']));
});

test('a selector that changes in the library is found in every workload', () => {
  const faults = withChange(
    'common/templates/_names.tpl',
    'app.kubernetes.io/part-of: cups',
    'app.kubernetes.io/part-of: cups2',
    findViolations,
  );
  expect(faults).toContainEqual(
    expect.stringMatching(
      /^platform pilot: spec\.selector of Deployment\.apps intake is .*"cups2".* and was .*"cups".*; the API server refuses to change it\. Set it back/,
    ),
  );
  expect(faults.filter((fault) => fault.includes('Deployment.apps'))).toHaveLength(21);
});

test('detects a moved port and a Service that is no longer headless', () => {
  const moved = withChange('common/templates/_names.tpl', 'intake: 7003', 'intake: 7013', findViolations);
  expect(moved).toHaveLength(3);
  expect(moved[0]).toContain('spec.ports of Service intake is');
  expect(moved[0]).toContain('callers that still run dial the ports of before');
  const heads = withChange('common/templates/_service.tpl', '  clusterIP: None\n', '', findViolations);
  expect(heads[0]).toMatch(/spec\.clusterIP of Service .* is undefined and was "None"/);
});

test('detects a missing registry shard and topic', () => {
  const shards = withChange('centres/templates/registry.yaml', '"calendars" ', '', findViolations);
  expect(shards).toHaveLength(16);
  expect(shards[0]).toMatch(/^centres: ConfigMap cups-calendars-0 is missing\. .*keep it for one more release/);
  const topics = withChange(
    'agencies/templates/training.yaml',
    'list "requests" "replies"',
    'list "requests"',
    findViolations,
  );
  expect(topics).toEqual([
    expect.stringMatching(/^agencies: KafkaTopic\.kafka\.strimzi\.io training\.replies is missing/),
  ]);
});

const object = (kind: string, fields: object, annotations = {}): KubernetesObject =>
  Object.assign({ apiVersion: 'v1', kind, metadata: { name: 'x', annotations } }, fields);

/** What is said when one object takes the place of another. */
const follow = (before: KubernetesObject, now: KubernetesObject) =>
  findUpgradeViolations('x', extractImmutableFields([before]), extractImmutableFields([now]));

test('partitions may grow and not shrink; a port may be added', () => {
  const topic = (partitions: number) =>
    object('KafkaTopic', { apiVersion: 'kafka.strimzi.io/v1', spec: { topicName: 'x', partitions } });
  expect(follow(topic(6), topic(24))).toEqual([]);
  expect(follow(topic(24), topic(6))).toEqual([expect.stringContaining('is 6 and was 24; Kafka cannot do it')]);
  const service = (...numbers: number[]) =>
    object('Service', { spec: { ports: numbers.map((port) => ({ name: `p${port}`, port })) } });
  expect(follow(service(1), service(1, 2))).toEqual([]);
  expect(follow(service(1, 2), service(1))).toHaveLength(1);
});

test('a job of the release must stay as it is; a hook is made anew each time', () => {
  const job = (image: string, annotations = {}) =>
    object('Job', { apiVersion: 'batch/v1', spec: { template: { image } } }, annotations);
  expect(follow(job('a'), job('b'))).toEqual([expect.stringContaining('spec.template of Job.batch x')]);
  const hook = { 'helm.sh/hook': 'pre-upgrade' };
  expect(follow(job('a', hook), job('b', hook))).toEqual([]);
  expect(findUpgradeViolations('x', extractImmutableFields([job('a', hook)]), {})).toEqual([]);
});

test('a version of an API may change, its group may not', () => {
  const binding = (apiVersion: string, name: string) =>
    object('RoleBinding', { apiVersion, roleRef: { kind: 'Role', name } });
  const group = 'rbac.authorization.k8s.io';
  expect(follow(binding(`${group}/v1`, 'a'), binding(`${group}/v2`, 'a'))).toEqual([]);
  expect(follow(binding(`${group}/v1`, 'a'), binding(`${group}/v1`, 'b'))).toHaveLength(1);
  expect(follow(binding(`${group}/v1`, 'a'), binding('other/v1', 'a'))).toEqual([
    expect.stringContaining('is missing'),
  ]);
});
