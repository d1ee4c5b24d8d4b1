import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openPlacesWith, rolesWith } from '../src/domain/assurance.ts';
import { leaveAfter, PLATFORM, stayAfter } from '../src/domain/managers.ts';
import type { Leaving } from '../src/domain/managers.ts';
import type { OperatorRole } from '../src/domain/operators.ts';
import { assertMayChange, sightOf } from '../src/domain/rights.ts';
import type { Actor, Wish } from '../src/domain/rights.ts';
import {
  actsAt,
  appointed,
  awaitedAt,
  placed,
  platformRolesSet,
  reinstated,
  removed,
  rolesAt,
  rolesSet,
  signedIn,
  standingAt,
  suspended,
  teamsLed,
} from '../src/domain/staff.ts';
import type { CentreRole, PlatformRole, Staff } from '../src/domain/staff.ts';
import { newcomer } from '../src/staff.ts';

const time = new Date('2026-03-02T08:00:00Z');
const deed = { by: 'operators/supervisor', time };
const person = { idnp: '', givenName: 'Ana', familyName: 'Exemplu', language: 'ro' };
const nobody: Staff = newcomer(person, deed);
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
  const wish = (more: Partial<Wish> = {}): Wish =>
    Object.assign({ target: 'ana', centre: 'CU-001', roles: ['specialist'] as OperatorRole[] }, more);
  test.each<[string, Partial<Wish>, string]>([
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
    expect(reasonOf(() => assertMayChange(actors[who]!, wish(more)))).toBe(expected),
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
    expect(reasonOf(() => (seen.sight = sightOf(actors[who]!, centre))) === 'done' ? seen.sight : '').toBe(
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
  const ana = placed(nobody, 'CU-001', ['specialist'], deed);

  test('is invited, becomes active, is suspended here or as a whole, comes back, and is gone at last', () => {
    expect(ana).toMatchObject({ status: 'invited', displayName: 'Ana Exemplu' });
    const active = signedIn(ana, 'operators/ana', time);
    expect(active.status).toBe('active');
    const there = suspended(placed(active, 'CU-002', ['centre-manager'], deed), 'CU-001', deed);
    expect([standingAt(there, 'CU-001').suspended, standingAt(there, 'CU-002').suspended]).toEqual([true, false]);
    expect([rolesAt(there, 'CU-001'), rolesAt(there, 'CU-002')]).toEqual([[], ['centre-manager']]);
    const whole = suspended(there, undefined, deed);
    expect([whole.status, standingAt(whole, 'CU-002').suspended, teamsLed(whole), teamsLed(there)]).toEqual([
      ...['suspended', true, [], ['CU-002']],
    ]);
    expect(reinstated(whole, undefined, deed)).toMatchObject({ status: 'active', endedBefore: time });
    const left = removed(removed(whole, 'CU-001', deed), 'CU-002', deed);
    expect(left).toMatchObject({ status: 'gone', places: [] });
    expect(placed(left, 'CU-001', ['specialist'], deed).status).toBe('invited');
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
    ['a place twice', () => placed(ana, 'CU-001', ['specialist'], deed), 'ALREADY_EXISTS'],
    [
      'a clerk of an agency beside a place',
      () => appointed(ana, { platformRoles: [], agency: 'asp' }, deed),
      'ROLES_CONFLICT',
    ],
    ['a place where they are not', () => rolesSet(ana, 'CU-002', ['specialist'], deed), 'NOT_FOUND'],
    [
      'a role twice',
      () => appointed(appointed(ana, { platformRoles: ['support'] }, deed), { platformRoles: ['support'] }, deed),
      'ALREADY_EXISTS',
    ],
  ])('is refused %s', (_what, work, reason) => expect(reasonOf(work)).toBe(reason));

  test('keeps what was done although somebody looks ever again', () => {
    let seen = ana;
    for (let at = 0; at < 400; at += 1)
      seen = signedIn(suspended(reinstated(seen, undefined, deed), undefined, deed), 'x', time);
    expect(seen.history).toHaveLength(200);
  });
});

describe('a person from elsewhere', () => {
  const before = placed(nobody, 'CU-002', ['specialist'], deed);
  const awaited = placed(before, 'CU-001', ['specialist'], deed);
  const actions = (staff: Staff, centre = 'CU-001') => actsAt(staff, centre).map(({ action }) => action);

  test('is awaited until they sign in at the centre, and what is done to the whole person concerns it from then on', () => {
    const seen = suspended(awaited, undefined, deed);
    expect([actions(seen), actions(seen, 'CU-002')]).toEqual([['invited'], ['invited', 'suspended']]);
    const elsewhere = signedIn(reinstated(seen, undefined, deed), 'operators/ana', time, 'CU-002');
    expect(awaitedAt(elsewhere, 'CU-001')).toBeDefined();
    const come = signedIn(elsewhere, 'operators/ana', time, 'CU-001');
    expect([awaitedAt(come, 'CU-001'), awaitedAt(come, 'CU-002')]).toEqual([undefined, undefined]);
    expect(actions(suspended(come, undefined, deed))).toEqual(['invited', 'signed-in', 'suspended']);
  });

  test('who never came stays unknown to the centre, however much it does to them, and when it lets them go', () => {
    let staff = awaited;
    for (let n = 0; n < 150; n += 1) {
      staff = reinstated(suspended(staff, 'CU-001', deed), 'CU-001', deed);
      staff = appointed(platformRolesSet(staff, [], deed), { platformRoles: ['support'] }, deed);
    }
    const own = ['suspended', 'reinstated'];
    expect(new Set(actions(staff))).toEqual(new Set(own));
    expect(new Set(actions(removed(staff, 'CU-001', deed)))).toEqual(new Set([...own, 'removed']));
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
        const roles = rolesWith(one, at, proved);
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
        for (const at of openPlacesWith(one, proved)) expect(rolesWith(one, at, proved)).not.toEqual([]);
      }),
    );
  });
});

describe('the last manager', () => {
  const at = (seconds: number) => new Date(time.getTime() + seconds * 1000);

  test.each([
    ['CU-001', 'LAST_MANAGER'],
    [PLATFORM, 'LAST_SUPERVISOR'],
  ])('of %s stays, and so does one of two who leave at once', (team, reason) => {
    const leave = (leaving: Leaving[], next: Leaving, ...ids: string[]) => leaveAfter(leaving, next, { team, ids });
    expect(reasonOf(() => leave([], { operator: 'a', time }, 'a'))).toBe(reason);
    const leaving = leave([], { operator: 'a', time }, 'a', 'b');
    expect(reasonOf(() => leave(leaving, { operator: 'b', time: at(1) }, 'a', 'b'))).toBe(reason);
    expect(leave(stayAfter(leaving, 'a'), { operator: 'b', time: at(1) }, 'a', 'b')).toHaveLength(1);
    // The call that began it has ended without a word.
    expect(leave(leaving, { operator: 'b', time: at(61) }, 'a', 'b')).toHaveLength(1);
  });

  test('is left whoever leaves in whatever order', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
    fc.assert(
      fc.property(ids, fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 }), (managers, wishes) => {
        let leaving: Leaving[] = [];
        for (const operator of wishes.filter((one) => managers.includes(one))) {
          try {
            leaving = leaveAfter(leaving, { operator, time }, { team: 'CU-001', ids: managers });
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
