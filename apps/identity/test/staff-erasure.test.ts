import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { rowsSweep } from '@cups/backend/retention';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { eventually, silentLog } from '@cups/testing';
import { openAccessLogRows } from '../src/access-log.ts';
import type { StaffHistoryEntry } from '../src/domain/staff.ts';
import { expireStaff } from '../src/staff-erasure.ts';
import { openStaff } from '../src/store.ts';
import { shareWorld } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

/** Staff and rows of the access log at the end of their terms. */

let world: SharedWorld;
let store: Store;
let operators: ReturnType<typeof openStaff>;
let rows: ReturnType<typeof openAccessLogRows>;
beforeAll(async () => {
  world = await shareWorld();
  const { mongoUri, prefix } = world.where;
  store = openStore({ uri: mongoUri, database: `${prefix}cups-identity`, log: silentLog });
  operators = openStaff(store);
  rows = openAccessLogRows(store);
  await eventually(() => store.ready());
});
afterAll(async () => {
  await store.close();
  await world.stop();
});

const LEFT = new Date('2019-01-01T00:00:00Z');
const entry = (action: StaffHistoryEntry['action'], time: Date): StaffHistoryEntry => ({
  action,
  time,
  actor: 'operators/cu-001-manager',
  centre: 'CU-001',
  reason: 'Moved to her sister.',
});

/** A person who left in 2019. */
const former = (_id: string, history: StaffHistoryEntry[], synthetic?: true) => ({
  _id,
  givenName: 'Ana',
  familyName: 'Fosta',
  displayName: 'Ana Fosta',
  language: 'ro',
  person: { sealed: 'sealed', kid: 'key', hash: [`hash of ${_id}`], keys: 'key' },
  workplaces: [],
  platformRoles: [],
  status: 'former' as const,
  inviteTime: LEFT,
  history,
  synthetic,
});

test('erases name, number and reasons of staff who left, once, and keeps who changed since', async () => {
  const before = new Date('2019-06-01T00:00:00Z');
  const drafts = [
    former('left-long-ago', [entry('removed', LEFT), entry('viewed', new Date())]),
    former('left-lately', [entry('removed', LEFT), entry('removed', new Date('2019-07-01T00:00:00Z'))]),
    former('left-synthetic', [entry('removed', LEFT)], true),
    { ...former('back-again', [entry('removed', LEFT)]), status: 'active' as const },
  ];
  await operators.createMissing(drafts, { scope: 'platform', cause: {}, now: LEFT, eventsOf: () => [] });
  const now = new Date();
  expect(await expireStaff(operators, { before, limit: 10, now })).toBe(1);
  expect(await expireStaff(operators, { before, limit: 10, now })).toBe(0);
  const raw = (await store.collection<{ _id: string }>('operators').findOne({ _id: 'left-long-ago' }))!;
  expect(raw).toMatchObject({ givenName: '', familyName: '', displayName: '', status: 'former', eraseTime: now });
  expect(raw).not.toHaveProperty('person');
  expect(JSON.stringify(raw)).not.toMatch(/Fosta|sister|hash of/);
  const others = await operators.find({ displayName: 'Ana Fosta' }, { scope: 'platform' });
  expect(others.map(({ _id }) => _id).toSorted()).toEqual(['back-again', 'left-lately', 'left-synthetic']);
  const manager = world.client(await world.signIn('cu-001-manager'));
  const { members = [] } = await manager.listCentreOperators({ centre: 'centres/CU-001', former: true });
  const names = members.map(({ name }) => name);
  expect(names).toContain('operators/left-lately');
  expect(names).not.toContain('operators/left-long-ago');
});

test('removes rows at the end of their term, and keeps newer ones and those with an unsent entry', async () => {
  const row = (id: string, time: Date) => ({
    _id: `${id}/${randomUUID()}`,
    resourceType: 'operators' as const,
    action: 'read-staff' as const,
    actor: 'services/ops',
    centre: '',
    time,
  });
  const drafts = [row('old-1', LEFT), row('old-2', LEFT), row('unsent', LEFT), row('new', new Date())];
  await rows.createMissing(drafts, { scope: 'service', cause: {}, now: LEFT, eventsOf: () => [] });
  const collection = store.collection<{ _id: string }>('accessLog');
  const [, , unsent] = drafts;
  await collection.updateOne({ _id: unsent!._id }, { $set: { outbox: [{ seq: 1 }] } });
  const sweep = rowsSweep(rows, { category: 'identity-access-log', termMs: 1, field: 'time' });
  const announced: number[] = [];
  const announce = async (count: number) => {
    // Before the removal.
    expect(await collection.countDocuments({ _id: { $in: drafts.map(({ _id }) => _id) } })).toBe(4 - announced.length);
    announced.push(count);
  };
  const end = () => sweep.end(new Date('2019-06-01T00:00:00Z'), 1, announce);
  expect([await end(), await end(), await end()]).toEqual([1, 1, 0]);
  expect(announced).toEqual([1, 1]);
  const left = await collection.find({ _id: { $in: drafts.map(({ _id }) => _id) } }).toArray();
  expect(left.map(({ _id }) => _id.split('/')[0]).toSorted()).toEqual(['new', 'unsent']);
  await collection.deleteOne({ _id: unsent!._id });
});
