import { describe, expect, test } from '@jest/globals';
import type { TeamMember } from '../src/api/types.ts';
import { validateInvitation, emptyInvitation, toInvitation } from '../src/team/invitation.ts';
import {
  absenceText,
  isValidAbsence,
  resolvePermissions,
  canInvite,
  resolveMemberStatus,
} from '../src/team/member-status.ts';
import { formatMessage } from '../src/language/messages.ts';

const TODAY = '2026-08-05';
const member = (more: Partial<TeamMember> = {}): TeamMember =>
  Object.assign({ name: 'operators/a', displayName: 'Ana Ciobanu', roles: ['specialist'], status: 'active' }, more);
const sessionOf = (roles: TeamMember['roles'], name = 'operators/me', centre = 'centres/CU-001') => ({
  operator: { name, displayName: 'M', roles },
  centre,
});
const t = (words: Parameters<typeof formatMessage>[1], params?: Parameters<typeof formatMessage>[2]) =>
  formatMessage('ro', words, params);

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
    expect(resolveMemberStatus(member(more), TODAY)).toBe(standing);
  });

  test.each([
    ['Lipsește până la 05.08.2026', { from, to: TODAY }],
    ['Va lipsi 06.08–07.08.2026', { from: '2026-08-06', to: '2026-08-07' }],
    [undefined, { from, to: '2026-08-04' }],
  ])('is said as %s', (words, absence) => {
    expect(absenceText(member({ absence }), { t, today: TODAY })).toBe(words);
  });

  test('An absence has its days in order, and is not over.', () => {
    expect(isValidAbsence({ from: TODAY, to: TODAY }, TODAY)).toBe(true);
    expect(isValidAbsence({ from: '2026-08-06', to: TODAY }, TODAY)).toBe(false);
    expect(isValidAbsence({ from, to: '2026-08-04' }, TODAY)).toBe(false);
    expect(isValidAbsence({ from: '', to: TODAY }, TODAY)).toBe(false);
  });
});

describe('What is offered', () => {
  const manager = sessionOf(['centre-manager']);
  const supervisor = sessionOf(['supervisor'], 'operators/s', '');
  const offered = (who: ReturnType<typeof sessionOf>, of: string, whom: TeamMember) =>
    Object.entries(resolvePermissions(who, of, whom)).flatMap(([what, may]) => (may ? [what] : []));
  test.each([
    ['a manager, to a specialist', manager, 'CU-001', member(), ['access', 'absence']],
    ['a manager, to another manager', manager, 'CU-001', member({ roles: ['centre-manager'] }), ['absence']],
    ['a manager, to herself', manager, 'CU-001', member({ name: 'operators/me' }), ['absence']],
    ['a manager, elsewhere', manager, 'CU-002', member(), []],
    ['a manager, to who is suspended as a whole', manager, 'CU-001', member({ status: 'suspended' }), ['absence']],
    ['a specialist', sessionOf(['specialist']), 'CU-001', member(), []],
    ['support', sessionOf(['support']), 'CU-001', member(), []],
    ['a supervisor, anywhere', supervisor, 'CU-002', member(), ['access', 'roles', 'absence', 'everywhere']],
    ['a supervisor, to staff', supervisor, 'staff', member(), ['access', 'roles', 'everywhere']],
    ['a supervisor, to herself', supervisor, 'staff', member({ name: 'operators/s' }), []],
    ['a supervisor, to who is gone', supervisor, 'CU-001', member({ status: 'gone' }), []],
  ])('to %s', (_, who, of, whom, may) => {
    expect(offered(who, of, whom)).toEqual(may);
  });

  test('Who invites: a manager to her centre, a supervisor anywhere.', () => {
    expect([canInvite(manager, 'CU-001'), canInvite(manager, 'CU-002')]).toEqual([true, false]);
    expect([canInvite(supervisor, 'CU-002'), canInvite(sessionOf(['support']), 'CU-001')]).toEqual([true, false]);
  });
});

describe('An invitation', () => {
  test('says all that is missing, and is sent as registers write it.', () => {
    const fresh = emptyInvitation(['specialist', 'centre-manager']);
    expect(validateInvitation(fresh, 'CU-001').map(({ id }) => id)).toEqual([
      'idnp',
      'familyName',
      'givenName',
      'roles',
    ]);
    const typed = Object.assign({}, fresh, {
      idnp: '2900 90000 0008',
      familyName: 'CIOBANU',
      givenName: 'ana ',
      roles: ['specialist'],
    });
    expect(validateInvitation(typed, 'CU-001')).toEqual([]);
    const sent = {
      idnp: '2900900000008',
      familyName: 'Ciobanu',
      givenName: 'Ana',
      roles: ['specialist'],
      language: 'ro',
    };
    expect(toInvitation(typed)).toEqual(sent);
  });

  test('of a clerk names the agency, and no other role.', () => {
    const typed = Object.assign(emptyInvitation(['supervisor', 'agency-clerk']), {
      idnp: '2900 90000 0008',
      familyName: 'Ciobanu',
      givenName: 'Ana',
      roles: ['agency-clerk', 'supervisor'],
    });
    expect(validateInvitation(typed, 'staff').map(({ id }) => id)).toEqual(['roles', 'agency']);
    const whole = Object.assign({}, typed, { roles: ['agency-clerk'], agency: 'agencies/asp' });
    expect(validateInvitation(whole, 'staff')).toEqual([]);
    expect(toInvitation(whole).agency).toBe('agencies/asp');
  });
});
