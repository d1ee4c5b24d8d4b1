import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { JournalAction } from '@cups/contracts/journal';
import { testInfrastructure } from '@cups/testing';
import { openStores } from '../cli/backup/documents.ts';
import type { PublishedAct } from '../cli/backup/entries.ts';
import { findHolds, readStoredHolds } from '../cli/backup/holds.ts';
import { findRevokedDevices, readStoredDevices } from '../cli/backup/revoked-devices.ts';
import { findStaffActs, readStoredStaff } from '../cli/backup/staff-acts.ts';
import type { ComparedStaff } from '../cli/backup/staff-acts.ts';
import { applyStandingActs, describeUnappliable, describeUnapplied } from '../cli/backup/standing-acts.ts';
import { buildAct } from './published-act.ts';

/** Suspensions, removals, revoked devices and holds that a restored store lacks are in force again. */

const at = (second: number) => new Date(second * 1000);
const iso = (second: number) => at(second).toISOString();

const act = (subject: string, sequence: number, action: JournalAction, more: Partial<PublishedAct> = {}) =>
  buildAct(subject, sequence, action, { service: 'identity', actor: 'operators/sup', ...more });

describe('staff', () => {
  const CENTRE = { centre: 'centres/CU-001' };
  const own = (given: Partial<ComparedStaff> = {}): ComparedStaff => ({
    ...{ _id: 'ana', status: 'active', workplaces: [{ centre: 'CU-001', suspended: false }], history: [] },
    ...given,
  });
  const suspend = (n: number, more = {}) => act('operators/ana', n, 'suspend-staff', more);
  const reinstate = (n: number, more = {}) => act('operators/ana', n, 'reinstate-staff', more);
  const remove = (n: number, more = {}) => act('operators/ana', n, 'remove-staff', more);
  const invite = (n: number, more = {}) => act('operators/ana', n, 'invite-staff', more);
  const row = (action: string, second: number, centre?: string) => ({
    action,
    time: new Date(second * 1000 - 3),
    ...(centre !== undefined && { centre }),
  });
  const suspendedThere = [{ centre: 'CU-001', suspended: true }];

  test.each<[string, Partial<ComparedStaff>, PublishedAct[], string[]]>([
    [
      'the last act about a place is in force',
      {},
      [suspend(2), suspend(3, CENTRE)],
      ['suspend-staff 2', 'suspend-staff 3'],
    ],
    ['an act that came twice counts once', {}, [suspend(2), suspend(2)], ['suspend-staff 2']],
    ['a later reinstatement lifts a suspension', {}, [suspend(2), reinstate(3)], []],
    ['only at its place', {}, [suspend(2), reinstate(3, CENTRE)], ['suspend-staff 2']],
    ['a suspension after a reinstatement', {}, [suspend(2), reinstate(3), suspend(4)], ['suspend-staff 4']],
    [
      'a lost reinstatement',
      { status: 'suspended', history: [row('suspended', 2)] },
      [suspend(2), reinstate(3)],
      ['reinstate-staff 3'],
    ],
    ['what the history has', { history: [row('suspended', 2), row('reinstated', 3)] }, [suspend(2), reinstate(3)], []],
    ['what the history has lifted, not yet published', { history: [row('reinstated', 5)] }, [suspend(2)], []],
    ['what a repair by an earlier release has numbered', { status: 'active' }, [suspend(1)], ['suspend-staff 1']],
    ['what is in force already', { workplaces: suspendedThere }, [suspend(2, CENTRE)], []],
    ['a centre that is not theirs', {}, [suspend(2, { centre: 'centres/CU-002' })], []],
    ['a removal replaces a suspension', {}, [suspend(2, CENTRE), remove(3)], ['remove-staff 3']],
    ['an invitation replaces a removal', {}, [remove(2), invite(3, CENTRE)], []],
    ['somebody who left', { status: 'former', workplaces: [] }, [suspend(2), remove(3)], []],
    ['somebody who is missing', { _id: 'ion' }, [suspend(2)], []],
  ])('%s', (_what, given, acts, expected) => {
    const { unapplied } = findStaffActs([own(given)], acts);
    expect(unapplied.map(({ action, time }) => `${action} ${time.getTime() / 1000}`)).toEqual(expected);
  });
});

describe('an older store', () => {
  const { mongoUri, prefix } = testInfrastructure();
  let stores: Awaited<ReturnType<typeof openStores>>;
  beforeAll(async () => void (stores = await openStores({ mongoUri, prefix })));
  afterAll(() => stores.close());
  const collection = (service: 'identity' | 'identity-keys' | 'documents', name: string) =>
    stores.database(service).collection<{ _id: string } & Record<string, unknown>>(name);
  afterEach(async () => {
    for (const name of ['operators', 'sessions', 'devices']) await collection('identity', name).deleteMany({});
    await collection('documents', 'applications').deleteMany({});
  });

  const find = async (acts: PublishedAct[], now: Date) => {
    const holdActs = acts.filter(({ service }) => service === 'documents');
    return {
      staff: findStaffActs(await readStoredStaff(stores), acts),
      devices: findRevokedDevices(await readStoredDevices(stores, acts), acts, now),
      holds: findHolds(await readStoredHolds(stores, holdActs), holdActs),
    };
  };
  const staff = (_id: string, more = {}) => ({
    ...{ _id, status: 'active', workplaces: [], platformRoles: ['supervisor'], history: [], revision: 4 },
    ...more,
  });

  test('suspends, reinstates and removes again, and ends sessions and key shares', async () => {
    const workplaces = ['CU-001', 'CU-002'].map((centre) => ({ centre, roles: ['specialist'], suspended: false }));
    await collection('identity', 'operators').insertMany([
      staff('all'),
      staff('there', { workplaces, platformRoles: [] }),
      staff('back', { status: 'suspended', lastSignInTime: at(1), history: [{ action: 'suspended', time: at(2) }] }),
      staff('left', { workplaces: workplaces.slice(0, 1), platformRoles: [] }),
      staff('lifted'),
    ]);
    const session = (_id: string, operator: string, second: number, centre = 'CU-001') => ({
      ...{ _id, operator, centre, createTime: at(second) },
    });
    await collection('identity', 'sessions').insertMany([
      session('1', 'all', 2),
      session('2', 'all', 9),
      session('3', 'there', 2),
      session('4', 'there', 2, 'CU-002'),
      session('5', 'lifted', 2),
    ]);
    const used = { state: 'active', firstContactTime: at(1), centres: ['CU-001'], keyShare: 'sealed', revision: 1 };
    await collection('identity', 'devices').insertMany([
      { _id: 'D1', operator: 'there', ...used },
      { _id: 'D2', operator: 'there', ...used, centres: ['CU-002'] },
    ]);
    await collection('identity-keys', 'dataKeys').insertMany(['D1', 'D2'].map((_id) => ({ _id })));
    const acts = [
      act('operators/all', 3, 'suspend-staff', { actor: 'services/ops' }),
      act('operators/there', 3, 'suspend-staff', { centre: 'centres/CU-001' }),
      act('operators/back', 3, 'reinstate-staff'),
      act('operators/left', 3, 'remove-staff', { centre: 'centres/CU-001' }),
      act('operators/lifted', 3, 'suspend-staff'),
      act('operators/lifted', 4, 'reinstate-staff'),
    ];
    const found = await find(acts, at(10));
    expect(describeUnapplied(found, false)).toEqual([
      `unapplied  operators/all  suspension of ${iso(3)}: run restore repair`,
      `unapplied  operators/there  suspension of ${iso(3)} at centres/CU-001: run restore repair`,
      `unapplied  operators/back  reinstatement of ${iso(3)}: run restore repair`,
      `unapplied  operators/left  removal of ${iso(3)} at centres/CU-001: run restore repair`,
    ]);
    expect(describeUnapplied(found, true)[0]).toBe(`applied  operators/all  suspension of ${iso(3)}`);
    await applyStandingActs(stores, found);
    const stored = await collection('identity', 'operators').find().toArray();
    const by = Object.fromEntries(stored.map((one) => [one._id, one]));
    const suspended = { action: 'suspended', time: at(3) };
    expect(by['all']).toMatchObject({
      ...{ status: 'suspended', revokeTime: at(3), revision: 5, history: [{ ...suspended, actor: 'administrator' }] },
    });
    expect(by['there']).toMatchObject({
      ...{ status: 'active', history: [{ ...suspended, centre: 'CU-001', actor: 'operators/sup' }] },
      workplaces: [{ centre: 'CU-001', roles: ['specialist'], suspended: true }, workplaces[1]],
    });
    expect(by['back']).toMatchObject({ status: 'active', revokeTime: at(3) });
    expect(by['left']).toMatchObject({ status: 'former', workplaces: [] });
    expect(by['lifted']).toEqual(staff('lifted'));
    const sessions = await collection('identity', 'sessions').find().toArray();
    expect(sessions.map(({ _id }) => _id)).toEqual(['2', '4']);
    const ended = await collection('identity', 'devices').findOne({ _id: 'D1' });
    expect(ended).toMatchObject({ state: 'ended' });
    expect(ended).not.toHaveProperty('keyShare');
    expect(await collection('identity', 'devices').findOne({ _id: 'D2' })).toMatchObject({
      state: 'active',
      keyShare: 'sealed',
    });
    expect((await collection('identity-keys', 'dataKeys').find().toArray()).map(({ _id }) => _id)).toEqual(['D2']);
    expect(await collection('identity-keys', 'destroyedKeys').findOne({ _id: 'D1' })).not.toBeNull();

    const again = await find(acts, at(10));
    expect(again.staff.unapplied).toEqual([]);
    await applyStandingActs(stores, again);
    expect(await collection('identity', 'operators').find().toArray()).toEqual(stored);
  });

  test('revokes devices again, and names a missing one as long as its mark would last', async () => {
    const used = { operator: 'ana', state: 'active', keyShare: 'sealed', revision: 1 };
    await collection('identity', 'devices').insertOne({ _id: 'D3', ...used });
    await collection('identity-keys', 'dataKeys').insertOne({ _id: 'D3' });
    const acts = ['D3', 'D4'].map((id) =>
      act(`devices/${id}`, 2, 'revoke-device', { resource: 'operators/ana', actor: 'operators/mia' }),
    );
    const found = await find(acts, at(10));
    expect(describeUnapplied(found, true)).toEqual([`applied  devices/D3  operators/ana  revocation of ${iso(2)}`]);
    expect(describeUnappliable(found)).toEqual([
      `acts  devices/D4  identity  operators/ana  revoke-device  last ${iso(2)}: ` +
        'only its lost record knows the browser: revoke the device again when it signs in',
    ]);
    expect((await find(acts, at(31 * 24 * 3600))).devices.missing).toEqual([]);
    await applyStandingActs(stores, found);
    const revoked = await collection('identity', 'devices').findOne({ _id: 'D3' });
    expect(revoked).toMatchObject({ state: 'revoked', revokedBy: 'operators/mia', revokeTime: at(2) });
    expect(revoked).not.toHaveProperty('keyShare');
    expect(await collection('identity-keys', 'dataKeys').findOne({ _id: 'D3' })).toBeNull();
    expect((await find(acts, at(10))).devices.unapplied).toEqual([]);
  });

  test('holds documents again, ends a hold, and names one without a record', async () => {
    const hold = { time: at(1), reason: 'court', operator: 'operators/sup' };
    const more = { journalSeq: 1, revision: 1 };
    await collection('documents', 'applications').insertMany([
      { _id: 'A', ...more },
      { _id: 'B', ...more, hold },
      { _id: 'C', ...more },
      { _id: 'E', ...more },
    ]);
    const held = (id: string, n: number, action: JournalAction) =>
      act(`applications/${id}`, n, action, { service: 'documents', reason: 'audit' });
    const acts = [
      held('A', 2, 'hold-documents'),
      held('B', 2, 'end-hold'),
      // Committed, and ended by what is not published yet.
      held('C', 1, 'hold-documents'),
      held('D', 2, 'hold-documents'),
      held('E', 2, 'hold-documents'),
      held('E', 3, 'erase-documents'),
    ];
    const found = await find(acts, at(10));
    expect(describeUnapplied(found, true)).toEqual([
      `applied  applications/A  hold (audit) of ${iso(2)}`,
      `applied  applications/B  end of the hold of ${iso(2)}`,
    ]);
    expect(describeUnappliable(found)).toEqual([
      `acts  applications/D  documents  hold-documents  last ${iso(2)}: ` +
        'its record is in no store: npm run cups -- documents hold D --reason audit',
    ]);
    await applyStandingActs(stores, found);
    const timer = { kind: 'retention', due: at(2) };
    expect(await collection('documents', 'applications').find().toArray()).toEqual([
      { _id: 'A', ...more, revision: 2, timer, hold: { time: at(2), reason: 'audit', operator: 'operators/sup' } },
      { _id: 'B', ...more, revision: 2, timer },
      { _id: 'C', ...more },
      { _id: 'E', ...more },
    ]);
    expect((await find(acts, at(10))).holds.unapplied).toEqual([]);
  });
});
