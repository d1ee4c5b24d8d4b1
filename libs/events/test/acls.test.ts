import { expect, test } from '@jest/globals';
import { AGENCY_QUOTA, buildPrincipals, buildTopics, type Principal } from '../src/index.ts';

const agencies = ['asp', 'asp-x', 'mai'];
const all = (simulated: string[] = []) => buildPrincipals('p-', { agencies, simulated });
const names = buildTopics('p-', { partitions: 1, agencies }).map(({ name }) => name);
/** Returns the topics to which a user has a right, and its rights to unknown topics. */
const listResources = ({ rights }: Principal, operation: string) =>
  rights
    .filter((right) => right.resource === 'topic' && right.operation === operation)
    .flatMap(({ name, pattern }) => (pattern === 'literal' ? name : names.filter((one) => one.startsWith(name))));

test('gives every topic one writer and at least one reader', () => {
  for (const name of names) {
    const writers = all().filter((one) => listResources(one, 'write').includes(name));
    // The bridge may write to all agency topics, because Kafka cannot match a suffix.
    const expected = name.endsWith('.replies') && name.startsWith('p-agency.') ? ['p-agency-bridge'] : [];
    expect(writers.map(({ user }) => user)).toEqual([...expected, expect.any(String)]);
    expect(all().some((one) => listResources(one, 'read').includes(name))).toBe(true);
  }
});

test('grants no right to an unknown topic', () => {
  const named = all(agencies).flatMap((one) => [
    ...listResources(one, 'read'),
    ...listResources(one, 'write'),
    ...listResources(one, 'describe'),
  ]);
  expect(named.filter((name) => !names.includes(name))).toEqual([]);
});

test('limits an agency to its replies, its requests, the centres, the checkpoints and its own groups', () => {
  const one = all().find(({ user }) => user === 'p-agency.asp');
  expect(
    one?.rights.map(({ resource, name, pattern, operation }) => `${operation} ${resource} ${name} ${pattern}`),
  ).toEqual([
    'describe topic p-agency.asp.replies literal',
    'write topic p-agency.asp.replies literal',
    'describe topic p-agency.asp.requests literal',
    'read topic p-agency.asp.requests literal',
    'describe topic p-cups.centres literal',
    'read topic p-cups.centres literal',
    'describe topic p-cups.checkpoints literal',
    'read topic p-cups.checkpoints literal',
    'describe group p-asp. prefixed',
    'read group p-asp. prefixed',
  ]);
});

test('gives every user a unique name for any agency codes', () => {
  const codes = ['bridge', 'simulator', 'intake', 'kafka-lag', 'asp'];
  const users = buildPrincipals('', { agencies: codes, simulated: [] }).map(({ user }) => user);
  expect(new Set(users).size).toBe(users.length);
});

test('needs no change of the bridge for a new agency, thanks to prefixes', () => {
  const bridgePrincipal = (codes: string[]) =>
    buildPrincipals('p-', { agencies: codes, simulated: [] }).find(({ user }) => user === 'p-agency-bridge');
  expect(bridgePrincipal([...agencies, 'new'])).toEqual(bridgePrincipal(agencies));
  expect(
    bridgePrincipal(agencies)
      ?.rights.filter(({ pattern }) => pattern === 'prefixed')
      .map(({ name }) => name),
  ).toEqual(expect.arrayContaining(['p-agency.', 'p-agency-bridge']));
});

test('gives an agency the default quota with its overrides, and services none', () => {
  const users = buildPrincipals('', { agencies, simulated: [], quotas: new Map([['mai', { requestPercent: 5 }]]) });
  expect(Object.fromEntries(users.map(({ user, quota }) => [user, quota]))).toMatchObject({
    intake: undefined,
    'agency.asp': AGENCY_QUOTA,
    'agency.mai': { requestPercent: 5, producerBytesPerSecond: AGENCY_QUOTA.producerBytesPerSecond },
  });
});

test('lets the lag exporter describe groups but read nothing', () => {
  const lag = all().find(({ user }) => user === 'p-kafka-lag');
  expect(lag?.rights.map(({ operation }) => operation)).toEqual(lag?.rights.map(() => 'describe'));
  expect(lag?.rights.map(({ name }) => name)).toEqual([
    'p-cups.applications',
    'p-cups.deliveries',
    'p-intake',
    'p-agency-bridge',
    'p-notifications',
  ]);
});

test('limits the simulator to trainings and the simulated agencies', () => {
  const topics = (simulated: string[]) => {
    const one = all(simulated).find(({ user }) => user === 'p-agency-simulator')!;
    return [...listResources(one, 'write'), ...listResources(one, 'read')];
  };
  expect(topics([])).toEqual(['p-training.replies', 'p-training.requests']);
  expect(topics(['mai'])).toEqual([
    'p-training.replies',
    'p-agency.mai.replies',
    'p-training.requests',
    'p-agency.mai.requests',
  ]);
});
