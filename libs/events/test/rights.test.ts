import { expect, test } from '@jest/globals';
import { principalsFor, topicsFor, type Principal } from '../src/index.ts';

const agencies = ['asp', 'asp-x', 'mai'];
const all = (simulated: string[] = []) => principalsFor('p-', { agencies, simulated });
const may = ({ rights }: Principal, operation: string) =>
  rights.filter((right) => right.resource === 'topic' && right.operation === operation).map(({ name }) => name);
const names = topicsFor('p-', { partitions: 1, agencies }).map(({ name }) => name);

test('every topic has one writer, and somebody who reads it', () => {
  for (const name of names) {
    const writers = all().filter((one) => may(one, 'write').includes(name));
    expect({ name, writers: writers.length }).toEqual({ name, writers: 1 });
    expect(all().some((one) => may(one, 'read').includes(name))).toBe(true);
  }
});

test('nobody has a right to a topic that is not in the list of topics', () => {
  const named = all(agencies).flatMap((one) => [...may(one, 'read'), ...may(one, 'write'), ...may(one, 'describe')]);
  expect(named.filter((name) => !names.includes(name))).toEqual([]);
});

test('an agency writes its replies, reads its requests and the centres, in groups of its own, and nothing else', () => {
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
    'describe group p-asp. prefixed',
    'read group p-asp. prefixed',
  ]);
});

test('no user is called as another, whatever the codes of agencies are', () => {
  const codes = ['bridge', 'simulator', 'intake', 'kafka-lag', 'asp'];
  const users = principalsFor('', { agencies: codes, simulated: [] }).map(({ user }) => user);
  expect(new Set(users).size).toBe(users.length);
});

test('whoever counts replicas learns how far groups are, and reads nothing', () => {
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

test('the simulator has rights to trainings, and to those of agencies only in whose place it stands', () => {
  const topics = (simulated: string[]) => {
    const one = all(simulated).find(({ user }) => user === 'p-agency-simulator')!;
    return [...may(one, 'write'), ...may(one, 'read')];
  };
  expect(topics([])).toEqual(['p-training.replies', 'p-training.requests']);
  expect(topics(['mai'])).toEqual([
    'p-training.replies',
    'p-agency.mai.replies',
    'p-training.requests',
    'p-agency.mai.requests',
  ]);
});
