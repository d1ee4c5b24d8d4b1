import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allowedWorkplaces, allowedRoles } from '../src/domain/assurance.ts';
import { addDeparture, PLATFORM_TEAM, removeDeparture } from '../src/domain/team-leadership.ts';
import type { LeaderDeparture } from '../src/domain/team-leadership.ts';
import type { OperatorRole } from '../src/domain/operators.ts';
import { assertMayChange, visibilityFor } from '../src/domain/permissions.ts';
import type { Actor, RequestedChange } from '../src/domain/permissions.ts';
import {
  historyAt,
  withPlatformPosition,
  findAwaitedWorkplace,
  withWorkplace,
  withPlatformRoles,
  reinstate,
  remove,
  rolesAt,
  withRoles,
  withSignIn,
  resolveEmploymentStatus,
  suspend,
  findLedTeams,
} from '../src/domain/staff.ts';
import type { CentreRole, PlatformRole, Staff } from '../src/domain/staff.ts';
import { createStaff } from '../src/staff.ts';

const time = new Date('2026-03-02T08:00:00Z');
const audit = { by: 'operators/supervisor', time };
const person = { idnp: '', givenName: 'Ana', familyName: 'Exemplu', language: 'ro' };
const newStaff: Staff = createStaff(person, audit);
const reasonOf = (work: () => unknown): string => {
  try {
    work();
    return 'done';
  } catch (error) {
    return (error as { reason: string }).reason;
  }
};

describe('who may change whom', () => {
  const actors: Record<string, Actor> = {
    manager: { id: 'manager', roles: ['centre-manager'], centre: 'CU-001' },
    specialist: { id: 'specialist', roles: ['specialist'], centre: 'CU-001' },
    supervisor: { id: 'supervisor', roles: ['supervisor'] },
    support: { id: 'support', roles: ['support'] },
    clerk: { id: 'clerk', roles: ['agency-clerk'] },
  };
  const requestedChange = (more: Partial<RequestedChange> = {}): RequestedChange =>
    Object.assign({ target: 'ana', centre: 'CU-001', roles: ['specialist'] as OperatorRole[] }, more);
  test.each<[string, Partial<RequestedChange>, string]>([
    ['manager', {}, 'done'],
    ['manager', { target: undefined }, 'done'],
    ['manager', { centre: 'CU-002' }, 'NOT_FOUND'],
    ['manager', { centre: undefined }, 'PERMISSION_DENIED'],
    ['manager', { roles: ['centre-manager'] }, 'PERMISSION_DENIED'],
    ['manager', { roles: ['specialist', 'centre-manager'] }, 'PERMISSION_DENIED'],
    ['manager', { target: 'manager' }, 'SELF_CHANGE'],
    ['supervisor', { roles: ['centre-manager'] }, 'done'],
    ['supervisor', { centre: undefined, roles: ['supervisor', 'support'] }, 'done'],
    ['supervisor', { target: 'supervisor', centre: undefined }, 'SELF_CHANGE'],
    ['support', {}, 'PERMISSION_DENIED'],
    ['specialist', {}, 'PERMISSION_DENIED'],
    ['clerk', {}, 'PERMISSION_DENIED'],
  ])('%s, %j: %s', (who, more, expected) =>
    expect(reasonOf(() => assertMayChange(actors[who]!, requestedChange(more)))).toBe(expected),
  );

  test.each<[string, string | undefined, string]>([
    ['manager', 'CU-001', 'whole'],
    ['manager', 'CU-002', 'NOT_FOUND'],
    ['manager', undefined, 'PERMISSION_DENIED'],
    ['specialist', 'CU-001', 'colleague'],
    ['specialist', 'CU-002', 'NOT_FOUND'],
    ['supervisor', 'CU-002', 'whole'],
    ['support', 'CU-002', 'reasoned'],
    ['support', undefined, 'reasoned'],
  ])('%s sees of %s: %s', (who, centre, expected) => {
    const seen = { sight: '' };
    expect(reasonOf(() => (seen.sight = visibilityFor(actors[who]!, centre))) === 'done' ? seen.sight : '').toBe(
      ['NOT_FOUND', 'PERMISSION_DENIED'].includes(expected) ? '' : expected,
    );
  });

  test('nobody gives themselves anything, whatever they are and wherever they stand', () => {
    const role = fc.constantFrom<OperatorRole>('specialist', 'centre-manager', 'supervisor', 'support', 'agency-clerk');
    const centre = fc.constantFrom('CU-001', 'CU-002', undefined);
    fc.assert(
      fc.property(fc.uniqueArray(role), centre, centre, fc.uniqueArray(role), (roles, own, at, wanted) => {
        const self = { id: 'me', roles, centre: own };
        expect(reasonOf(() => assertMayChange(self, { target: 'me', centre: at, roles: wanted }))).not.toBe('done');
      }),
    );
  });
});

describe('somebody among the staff', () => {
  const ana = withWorkplace(newStaff, 'CU-001', ['specialist'], audit);

  test('is invited, becomes active, is suspended here or as a whole, comes back, and is gone at last', () => {
    expect(ana).toMatchObject({ status: 'invited', displayName: 'Ana Exemplu' });
    const active = withSignIn(ana, 'operators/ana', time);
    expect(active.status).toBe('active');
    const there = suspend(withWorkplace(active, 'CU-002', ['centre-manager'], audit), 'CU-001', audit);
    expect([
      resolveEmploymentStatus(there, 'CU-001').suspended,
      resolveEmploymentStatus(there, 'CU-002').suspended,
    ]).toEqual([true, false]);
    expect([rolesAt(there, 'CU-001'), rolesAt(there, 'CU-002')]).toEqual([[], ['centre-manager']]);
    const whole = suspend(there, undefined, audit);
    expect([
      whole.status,
      resolveEmploymentStatus(whole, 'CU-002').suspended,
      findLedTeams(whole),
      findLedTeams(there),
    ]).toEqual([...['suspended', true, [], ['CU-002']]]);
    expect(reinstate(whole, undefined, audit)).toMatchObject({ status: 'active', endedBefore: time });
    const left = remove(remove(whole, 'CU-001', audit), 'CU-002', audit);
    expect(left).toMatchObject({ status: 'gone', places: [] });
    expect(withWorkplace(left, 'CU-001', ['specialist'], audit).status).toBe('invited');
    expect(left.history.map(({ action }) => action)).toEqual([
      'invited',
      'signed-in',
      'invited',
      'suspended',
      'suspended',
      'removed',
      'removed',
    ]);
  });

  test.each([
    ['a place twice', () => withWorkplace(ana, 'CU-001', ['specialist'], audit), 'ALREADY_EXISTS'],
    [
      'a clerk of an agency beside a place',
      () => withPlatformPosition(ana, { platformRoles: [], agency: 'asp' }, audit),
      'ROLES_CONFLICT',
    ],
    ['a place where they are not', () => withRoles(ana, 'CU-002', ['specialist'], audit), 'NOT_FOUND'],
    [
      'a role twice',
      () =>
        withPlatformPosition(
          withPlatformPosition(ana, { platformRoles: ['support'] }, audit),
          { platformRoles: ['support'] },
          audit,
        ),
      'ALREADY_EXISTS',
    ],
  ])('is refused %s', (_what, work, reason) => expect(reasonOf(work)).toBe(reason));

  test('keeps what was done although somebody looks ever again', () => {
    let seen = ana;
    for (let at = 0; at < 400; at += 1)
      seen = withSignIn(suspend(reinstate(seen, undefined, audit), undefined, audit), 'x', time);
    expect(seen.history).toHaveLength(200);
  });
});

describe('a person from elsewhere', () => {
  const before = withWorkplace(newStaff, 'CU-002', ['specialist'], audit);
  const awaited = withWorkplace(before, 'CU-001', ['specialist'], audit);
  const actions = (staff: Staff, centre = 'CU-001') => historyAt(staff, centre).map(({ action }) => action);

  test('is awaited until they sign in at the centre, and what is done to the whole person concerns it from then on', () => {
    const seen = suspend(awaited, undefined, audit);
    expect([actions(seen), actions(seen, 'CU-002')]).toEqual([['invited'], ['invited', 'suspended']]);
    const elsewhere = withSignIn(reinstate(seen, undefined, audit), 'operators/ana', time, 'CU-002');
    expect(findAwaitedWorkplace(elsewhere, 'CU-001')).toBeDefined();
    const come = withSignIn(elsewhere, 'operators/ana', time, 'CU-001');
    expect([findAwaitedWorkplace(come, 'CU-001'), findAwaitedWorkplace(come, 'CU-002')]).toEqual([
      undefined,
      undefined,
    ]);
    expect(actions(suspend(come, undefined, audit))).toEqual(['invited', 'signed-in', 'suspended']);
  });

  test('who never came stays unknown to the centre, however much it does to them, and when it lets them go', () => {
    let staff = awaited;
    for (let n = 0; n < 150; n += 1) {
      staff = reinstate(suspend(staff, 'CU-001', audit), 'CU-001', audit);
      staff = withPlatformPosition(withPlatformRoles(staff, [], audit), { platformRoles: ['support'] }, audit);
    }
    const own = ['suspended', 'reinstated'];
    expect(new Set(actions(staff))).toEqual(new Set(own));
    expect(new Set(actions(remove(staff, 'CU-001', audit)))).toEqual(new Set([...own, 'removed']));
  });
});

describe('the roles of a session', () => {
  const centre = fc.constantFrom('CU-001', 'CU-002');
  const staff = fc.record({
    places: fc.uniqueArray(
      fc.record({
        centre,
        roles: fc.uniqueArray(fc.constantFrom<CentreRole>('specialist', 'centre-manager'), { minLength: 1 }),
        suspended: fc.boolean(),
      }),
      { selector: (place) => place.centre },
    ),
    platformRoles: fc.uniqueArray(fc.constantFrom<PlatformRole>('supervisor', 'support')),
  });
  const rights = fc.uniqueArray(
    fc.constantFrom<string>('CU-001:specialist', 'CU-001:centre-manager', 'CU-002:specialist', 'supervisor', 'CU-001'),
  );
  const assurance = fc.record({
    strong: fc.constantFrom(true, false, undefined),
    only: fc.oneof(rights, fc.constant(undefined)),
  });

  test('are stored and asserted ones, and none that needs a second factor without one', () => {
    fc.assert(
      fc.property(staff, fc.option(centre, { nil: undefined }), assurance, (one, at, proved) => {
        const roles = allowedRoles(one, at, proved);
        const stored = rolesAt(one, at);
        const isAsserted = (role: OperatorRole) =>
          !proved.only || proved.only.includes(role) || proved.only.includes(`${at}:${role}`);
        const isProved = (role: OperatorRole) => proved.strong || (role !== 'supervisor' && role !== 'support');
        expect(roles).toEqual(stored.filter((role) => isAsserted(role) && isProved(role)));
      }),
    );
  });

  test('are there at each centre where the session may go', () => {
    fc.assert(
      fc.property(staff, assurance, (one, proved) => {
        for (const at of allowedWorkplaces(one, proved)) expect(allowedRoles(one, at, proved)).not.toEqual([]);
      }),
    );
  });
});

describe('the last manager', () => {
  const at = (seconds: number) => new Date(time.getTime() + seconds * 1000);

  test.each([
    ['CU-001', 'LAST_MANAGER'],
    [PLATFORM_TEAM, 'LAST_SUPERVISOR'],
  ])('of %s stays, and so does one of two who leave at once', (team, reason) => {
    const leave = (leaving: LeaderDeparture[], next: LeaderDeparture, ...ids: string[]) =>
      addDeparture(leaving, next, { team, ids });
    expect(reasonOf(() => leave([], { operator: 'a', time }, 'a'))).toBe(reason);
    const leaving = leave([], { operator: 'a', time }, 'a', 'b');
    expect(reasonOf(() => leave(leaving, { operator: 'b', time: at(1) }, 'a', 'b'))).toBe(reason);
    expect(leave(removeDeparture(leaving, 'a'), { operator: 'b', time: at(1) }, 'a', 'b')).toHaveLength(1);
    // The call that began it has ended without a word.
    expect(leave(leaving, { operator: 'b', time: at(61) }, 'a', 'b')).toHaveLength(1);
  });

  test('is left whoever leaves in whatever order', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
    fc.assert(
      fc.property(ids, fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 }), (managers, wishes) => {
        let leaving: LeaderDeparture[] = [];
        for (const operator of wishes.filter((one) => managers.includes(one))) {
          try {
            leaving = addDeparture(leaving, { operator, time }, { team: 'CU-001', ids: managers });
          } catch {
            // Refused: they stay.
          }
        }
        const left = new Set(leaving.map(({ operator }) => operator));
        expect(managers.some((one) => !left.has(one))).toBe(true);
      }),
    );
  });
});
