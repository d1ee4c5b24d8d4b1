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
  findInvitedWorkplace,
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
import { assertedRights } from '../src/signin/saml/asserted-rights.ts';
import { createStaff } from '../src/staff.ts';

const time = new Date('2026-03-02T08:00:00Z');
const audit = { actor: 'operators/supervisor', time };
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

describe('permissions', () => {
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
    ['manager', { target: 'manager' }, 'SELF_CHANGE_NOT_ALLOWED'],
    ['supervisor', { roles: ['centre-manager'] }, 'done'],
    ['supervisor', { centre: undefined, roles: ['supervisor', 'support'] }, 'done'],
    ['supervisor', { target: 'supervisor', centre: undefined }, 'SELF_CHANGE_NOT_ALLOWED'],
    ['support', {}, 'PERMISSION_DENIED'],
    ['specialist', {}, 'PERMISSION_DENIED'],
    ['clerk', {}, 'PERMISSION_DENIED'],
  ])('assertMayChange for %s, %j: %s', (actor, more, expected) =>
    expect(reasonOf(() => assertMayChange(actors[actor]!, requestedChange(more)))).toBe(expected),
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
  ])('visibilityFor %s at %s: %s', (actor, centre, expected) => {
    let visibility = '';
    const reason = reasonOf(() => (visibility = visibilityFor(actors[actor]!, centre)));
    expect(visibility || reason).toBe(expected);
  });

  test('assertMayChange rejects every change of oneself', () => {
    const role = fc.constantFrom<OperatorRole>('specialist', 'centre-manager', 'supervisor', 'support', 'agency-clerk');
    const centre = fc.constantFrom('CU-001', 'CU-002', undefined);
    fc.assert(
      fc.property(fc.uniqueArray(role), centre, centre, fc.uniqueArray(role), (roles, own, at, requested) => {
        const self = { id: 'me', roles, centre: own };
        expect(reasonOf(() => assertMayChange(self, { target: 'me', centre: at, roles: requested }))).not.toBe('done');
      }),
    );
  });
});

describe('a staff member', () => {
  const ana = withWorkplace(newStaff, 'CU-001', ['specialist'], audit);

  test('moves from invited to active, suspended, reinstated and former', () => {
    expect(ana).toMatchObject({ status: 'invited', displayName: 'Ana Exemplu' });
    const active = withSignIn(ana, 'operators/ana', time);
    expect(active.status).toBe('active');
    const suspended = suspend(withWorkplace(active, 'CU-002', ['centre-manager'], audit), 'CU-001', audit);
    expect([
      resolveEmploymentStatus(suspended, 'CU-001').suspended,
      resolveEmploymentStatus(suspended, 'CU-002').suspended,
    ]).toEqual([true, false]);
    expect([rolesAt(suspended, 'CU-001'), rolesAt(suspended, 'CU-002')]).toEqual([[], ['centre-manager']]);
    const whole = suspend(suspended, undefined, audit);
    expect([
      whole.status,
      resolveEmploymentStatus(whole, 'CU-002').suspended,
      findLedTeams(whole),
      findLedTeams(suspended),
    ]).toEqual([...['suspended', true, [], ['CU-002']]]);
    expect(reinstate(whole, undefined, audit)).toMatchObject({ status: 'active', revokeTime: time });
    const left = remove(remove(whole, 'CU-001', audit), 'CU-002', audit);
    expect(left).toMatchObject({ status: 'former', workplaces: [] });
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
    ['the same workplace twice', () => withWorkplace(ana, 'CU-001', ['specialist'], audit), 'ALREADY_EXISTS'],
    [
      'an agency beside a workplace',
      () => withPlatformPosition(ana, { platformRoles: [], agency: 'asp' }, audit),
      'ROLES_CONFLICT',
    ],
    ['roles at another centre', () => withRoles(ana, 'CU-002', ['specialist'], audit), 'NOT_FOUND'],
    [
      'the same platform role twice',
      () =>
        withPlatformPosition(
          withPlatformPosition(ana, { platformRoles: ['support'] }, audit),
          { platformRoles: ['support'] },
          audit,
        ),
      'ALREADY_EXISTS',
    ],
  ])('rejects %s', (_what, work, reason) => expect(reasonOf(work)).toBe(reason));

  test('has at most 200 history entries', () => {
    let staff = ana;
    for (let round = 0; round < 400; round += 1)
      staff = withSignIn(suspend(reinstate(staff, undefined, audit), undefined, audit), 'x', time);
    expect(staff.history).toHaveLength(200);
  });
});

describe('a known person who is invited to a centre', () => {
  const before = withWorkplace(newStaff, 'CU-002', ['specialist'], audit);
  const awaited = withWorkplace(before, 'CU-001', ['specialist'], audit);
  const actions = (staff: Staff, centre = 'CU-001') => historyAt(staff, centre).map(({ action }) => action);

  test('shows general history to the centre only after signing in there', () => {
    const suspended = suspend(awaited, undefined, audit);
    expect([actions(suspended), actions(suspended, 'CU-002')]).toEqual([['invited'], ['invited', 'suspended']]);
    const elsewhere = withSignIn(reinstate(suspended, undefined, audit), 'operators/ana', time, 'CU-002');
    expect(findInvitedWorkplace(elsewhere, 'CU-001')).toBeDefined();
    const arrived = withSignIn(elsewhere, 'operators/ana', time, 'CU-001');
    expect([findInvitedWorkplace(arrived, 'CU-001'), findInvitedWorkplace(arrived, 'CU-002')]).toEqual([
      undefined,
      undefined,
    ]);
    expect(actions(suspend(arrived, undefined, audit))).toEqual(['invited', 'signed-in', 'suspended']);
  });

  test('shows only the actions of the centre without a sign-in there', () => {
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

describe('assurance', () => {
  const centre = fc.constantFrom('CU-001', 'CU-002');
  const staff = fc.record({
    workplaces: fc.uniqueArray(
      fc.record({
        centre,
        roles: fc.uniqueArray(fc.constantFrom<CentreRole>('specialist', 'centre-manager'), { minLength: 1 }),
        suspended: fc.boolean(),
      }),
      { selector: (workplace) => workplace.centre },
    ),
    platformRoles: fc.uniqueArray(fc.constantFrom<PlatformRole>('supervisor', 'support')),
  });
  const rights = fc.uniqueArray(
    fc.constantFrom<string>('CU-001:specialist', 'CU-001:centre-manager', 'CU-002:specialist', 'supervisor', 'CU-001'),
  );
  const assurance = fc.record({
    multiFactor: fc.constantFrom(true, false, undefined),
    assertedRights: fc.oneof(rights, fc.constant(undefined)),
  });

  test('allows roles that are stored, asserted, and have the required factor', () => {
    fc.assert(
      fc.property(staff, fc.option(centre, { nil: undefined }), assurance, (member, at, proved) => {
        const roles = allowedRoles(member, at, proved);
        const stored = rolesAt(member, at);
        const isAsserted = (role: OperatorRole) =>
          !proved.assertedRights ||
          proved.assertedRights.includes(role) ||
          proved.assertedRights.includes(`${at}:${role}`);
        const isProved = (role: OperatorRole) => proved.multiFactor || (role !== 'supervisor' && role !== 'support');
        expect(roles).toEqual(stored.filter((role) => isAsserted(role) && isProved(role)));
      }),
    );
  });

  test('never allows the role of an agency machine, whatever the provider asserts', () => {
    const rights = ['asp:agency-system', 'agency-system', 'CU-001:agency-system', 'asp:agency-clerk'];
    expect(assertedRights(new Map([['rights', rights]]), ['rights'])).toEqual(['asp:agency-clerk']);
    const clerk = { workplaces: [], platformRoles: [], agency: 'asp' };
    expect(allowedRoles(clerk, undefined, { multiFactor: true, assertedRights: rights })).toEqual(['agency-clerk']);
    expect(allowedRoles(clerk, undefined, { multiFactor: true, assertedRights: ['asp:agency-system'] })).toEqual([]);
  });

  test('allows at least one role at each allowed workplace', () => {
    fc.assert(
      fc.property(staff, assurance, (member, proved) => {
        for (const at of allowedWorkplaces(member, proved)) expect(allowedRoles(member, at, proved)).not.toEqual([]);
      }),
    );
  });
});

describe('addDeparture', () => {
  const at = (seconds: number) => new Date(time.getTime() + seconds * 1000);

  test.each([
    ['CU-001', 'LAST_MANAGER'],
    [PLATFORM_TEAM, 'LAST_SUPERVISOR'],
  ])('keeps one leader of %s under concurrent departures', (team, reason) => {
    const leave = (departures: LeaderDeparture[], next: LeaderDeparture, ...ids: string[]) =>
      addDeparture(departures, next, { team, ids });
    expect(reasonOf(() => leave([], { operator: 'a', time }, 'a'))).toBe(reason);
    const departures = leave([], { operator: 'a', time }, 'a', 'b');
    expect(reasonOf(() => leave(departures, { operator: 'b', time: at(1) }, 'a', 'b'))).toBe(reason);
    expect(leave(removeDeparture(departures, 'a'), { operator: 'b', time: at(1) }, 'a', 'b')).toHaveLength(1);
    // The first departure has expired.
    expect(leave(departures, { operator: 'b', time: at(61) }, 'a', 'b')).toHaveLength(1);
  });

  test('keeps one leader for any order of departures', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
    fc.assert(
      fc.property(ids, fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 }), (managers, attempts) => {
        let departures: LeaderDeparture[] = [];
        for (const operator of attempts.filter((id) => managers.includes(id))) {
          try {
            departures = addDeparture(departures, { operator, time }, { team: 'CU-001', ids: managers });
          } catch {
            // The last leader cannot leave.
          }
        }
        const left = new Set(departures.map(({ operator }) => operator));
        expect(managers.some((id) => !left.has(id))).toBe(true);
      }),
    );
  });
});
