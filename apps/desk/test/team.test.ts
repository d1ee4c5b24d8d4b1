import { describe, expect, test } from '@jest/globals';
import type { TeamMember } from '../src/api/types.ts';
import { faultsOf, freshInvite, invitationOf } from '../src/team/invitation.ts';
import { absenceWords, isAbsence, mayDo, mayInvite, standingOf } from '../src/team/people.ts';
import { wordsIn } from '../src/language/text.ts';

/** How one of the team stands, and what is offered to whom; the platform itself decides. */

const TODAY = '2026-08-05';
const member = (more: Partial<TeamMember> = {}): TeamMember =>
  Object.assign({ name: 'operators/a', displayName: 'Ana Ciobanu', roles: ['specialist'], status: 'active' }, more);
const as = (roles: TeamMember['roles'], name = 'operators/me', centre = 'centres/CU-001') => ({
  operator: { name, displayName: 'M', roles },
  centre,
});
const t = (words: Parameters<typeof wordsIn>[1], params?: Parameters<typeof wordsIn>[2]) =>
  wordsIn('ro', words, params);

describe('How somebody stands', () => {
  const from = '2026-08-03';
  test.each([
    ['works', {}],
    ['invited', { status: 'invited' }],
    ['away', { absence: { from, to: TODAY } }],
    ['works', { absence: { from, to: '2026-08-04' } }],
    ['works', { absence: { from: '2026-08-06', to: '2026-08-07' } }],
    ['suspended', { suspended: true, absence: { from, to: TODAY } }],
    ['suspended', { status: 'suspended' }],
    ['gone', { status: 'gone', suspended: true }],
  ] as const)('is %s with %j', (standing, more) => {
    expect(standingOf(member(more), TODAY)).toBe(standing);
  });

  test.each([
    ['Lipsește până la 05.08.2026', { from, to: TODAY }],
    ['Va lipsi 06.08–07.08.2026', { from: '2026-08-06', to: '2026-08-07' }],
    [undefined, { from, to: '2026-08-04' }],
  ])('is said as %s', (words, absence) => {
    expect(absenceWords(member({ absence }), { t, today: TODAY })).toBe(words);
  });

  test('An absence has its days in order, and is not over.', () => {
    expect(isAbsence({ from: TODAY, to: TODAY }, TODAY)).toBe(true);
    expect(isAbsence({ from: '2026-08-06', to: TODAY }, TODAY)).toBe(false);
    expect(isAbsence({ from, to: '2026-08-04' }, TODAY)).toBe(false);
    expect(isAbsence({ from: '', to: TODAY }, TODAY)).toBe(false);
  });
});

describe('What is offered', () => {
  const manager = as(['centre-manager']);
  const supervisor = as(['supervisor'], 'operators/s', '');
  const offered = (who: ReturnType<typeof as>, of: string, whom: TeamMember) =>
    Object.entries(mayDo(who, of, whom)).flatMap(([what, may]) => (may ? [what] : []));
  test.each([
    ['a manager, to a specialist', manager, 'CU-001', member(), ['access', 'absence']],
    ['a manager, to another manager', manager, 'CU-001', member({ roles: ['centre-manager'] }), ['absence']],
    ['a manager, to herself', manager, 'CU-001', member({ name: 'operators/me' }), ['absence']],
    ['a manager, elsewhere', manager, 'CU-002', member(), []],
    ['a manager, to who is suspended as a whole', manager, 'CU-001', member({ status: 'suspended' }), ['absence']],
    ['a specialist', as(['specialist']), 'CU-001', member(), []],
    ['support', as(['support']), 'CU-001', member(), []],
    ['a supervisor, anywhere', supervisor, 'CU-002', member(), ['access', 'roles', 'absence', 'everywhere']],
    ['a supervisor, to staff', supervisor, 'staff', member(), ['access', 'roles', 'everywhere']],
    ['a supervisor, to herself', supervisor, 'staff', member({ name: 'operators/s' }), []],
    ['a supervisor, to who is gone', supervisor, 'CU-001', member({ status: 'gone' }), []],
  ])('to %s', (_, who, of, whom, may) => {
    expect(offered(who, of, whom)).toEqual(may);
  });

  test('Who invites: a manager to her centre, a supervisor anywhere.', () => {
    expect([mayInvite(manager, 'CU-001'), mayInvite(manager, 'CU-002')]).toEqual([true, false]);
    expect([mayInvite(supervisor, 'CU-002'), mayInvite(as(['support']), 'CU-001')]).toEqual([true, false]);
  });
});

describe('An invitation', () => {
  test('says all that is missing, and is sent as registers write it.', () => {
    const fresh = freshInvite(['specialist', 'centre-manager']);
    expect(faultsOf(fresh, 'CU-001').map(({ id }) => id)).toEqual(['idnp', 'familyName', 'givenName', 'roles']);
    const typed = Object.assign({}, fresh, {
      idnp: '2900 90000 0008',
      familyName: 'CIOBANU',
      givenName: 'ana ',
      roles: ['specialist'],
    });
    expect(faultsOf(typed, 'CU-001')).toEqual([]);
    const sent = {
      idnp: '2900900000008',
      familyName: 'Ciobanu',
      givenName: 'Ana',
      roles: ['specialist'],
      language: 'ro',
    };
    expect(invitationOf(typed)).toEqual(sent);
  });

  test('of a clerk names the agency, and no other role.', () => {
    const typed = Object.assign(freshInvite(['supervisor', 'agency-clerk']), {
      idnp: '2900 90000 0008',
      familyName: 'Ciobanu',
      givenName: 'Ana',
      roles: ['agency-clerk', 'supervisor'],
    });
    expect(faultsOf(typed, 'staff').map(({ id }) => id)).toEqual(['roles', 'agency']);
    const whole = Object.assign({}, typed, { roles: ['agency-clerk'], agency: 'agencies/asp' });
    expect(faultsOf(whole, 'staff')).toEqual([]);
    expect(invitationOf(whole).agency).toBe('agencies/asp');
  });
});
