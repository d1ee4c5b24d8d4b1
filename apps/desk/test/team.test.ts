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

describe('member status', () => {
  const from = '2026-08-03';
  test.each([
    ['works', {}],
    ['invited', { status: 'invited' }],
    ['away', { absence: { from, to: TODAY } }],
    ['works', { absence: { from, to: '2026-08-04' } }],
    ['works', { absence: { from: '2026-08-06', to: '2026-08-07' } }],
    ['suspended', { suspended: true, absence: { from, to: TODAY } }],
    ['suspended', { status: 'suspended' }],
    ['former', { status: 'former', suspended: true }],
  ] as const)('is %s with %j', (standing, more) => {
    expect(resolveMemberStatus(member(more), TODAY)).toBe(standing);
  });

  test.each([
    ['Lipsește până la 05.08.2026', { from, to: TODAY }],
    ['Va lipsi 06.08–07.08.2026', { from: '2026-08-06', to: '2026-08-07' }],
    [undefined, { from, to: '2026-08-04' }],
  ])('is displayed as %s', (words, absence) => {
    expect(absenceText(member({ absence }), { t, today: TODAY })).toBe(words);
  });

  test('requires absence dates in order that are not over', () => {
    expect(isValidAbsence({ from: TODAY, to: TODAY }, TODAY)).toBe(true);
    expect(isValidAbsence({ from: '2026-08-06', to: TODAY }, TODAY)).toBe(false);
    expect(isValidAbsence({ from, to: '2026-08-04' }, TODAY)).toBe(false);
    expect(isValidAbsence({ from: '', to: TODAY }, TODAY)).toBe(false);
  });
});

describe('resolvePermissions', () => {
  const manager = sessionOf(['centre-manager']);
  const supervisor = sessionOf(['supervisor'], 'operators/s', '');
  const permissionsOf = (session: ReturnType<typeof sessionOf>, scope: string, target: TeamMember) =>
    Object.entries(resolvePermissions(session, scope, target)).flatMap(([name, isAllowed]) =>
      isAllowed ? [name] : [],
    );
  test.each([
    ['manager on a specialist', manager, 'CU-001', member(), ['access', 'absence']],
    ['manager on another manager', manager, 'CU-001', member({ roles: ['centre-manager'] }), ['absence']],
    ['manager on themselves', manager, 'CU-001', member({ name: 'operators/me' }), ['absence']],
    ['manager of another centre', manager, 'CU-002', member(), []],
    ['manager on a platform-wide suspension', manager, 'CU-001', member({ status: 'suspended' }), ['absence']],
    ['specialist', sessionOf(['specialist']), 'CU-001', member(), []],
    ['support', sessionOf(['support']), 'CU-001', member(), []],
    ['supervisor at any centre', supervisor, 'CU-002', member(), ['access', 'roles', 'absence', 'everywhere']],
    ['supervisor on staff', supervisor, 'staff', member(), ['access', 'roles', 'everywhere']],
    ['supervisor on themselves', supervisor, 'staff', member({ name: 'operators/s' }), []],
    ['supervisor on a former member', supervisor, 'CU-001', member({ status: 'former' }), []],
  ])('returns permissions: %s', (_, session, scope, target, expected) => {
    expect(permissionsOf(session, scope, target)).toEqual(expected);
  });

  test('canInvite allows managers at their centre, and supervisors anywhere', () => {
    expect([canInvite(manager, 'CU-001'), canInvite(manager, 'CU-002')]).toEqual([true, false]);
    expect([canInvite(supervisor, 'CU-002'), canInvite(sessionOf(['support']), 'CU-001')]).toEqual([true, false]);
  });
});

describe('invitation', () => {
  test('reports all errors, and normalizes names', () => {
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

  test('requires an agency and no other role for a clerk', () => {
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
