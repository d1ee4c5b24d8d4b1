import { isValidIdnp, isPersonName } from '@cups/application';
import { parseResourceName } from '@cups/contracts';
import type { DataVersions } from '@cups/contracts';
import { isProblem, Problem, staleReplica, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import type { Centre } from '../domain/centres.ts';
import type { OperatorRole } from '../domain/operators.ts';
import type { CentreRole, AuditInfo, PlatformRole } from '../domain/staff.ts';
import { withPosition } from '../staff.ts';
import type { Invitee, StaffPosition } from '../staff.ts';
import type { StoredOperator } from '../store.ts';

/** What is said of somebody who is invited, as a person or by a file: looked at in one way. */

/** As a call says it, with roles in words. */
export interface InviteFields {
  idnp: string;
  givenName: string;
  familyName: string;
  language: string;
  /** centres/{code}, or empty. */
  centre: string;
  roles: readonly string[];
  /** agencies/{code}, or empty. */
  agency: string;
}

const CENTRE_ROLES: readonly string[] = ['specialist', 'centre-manager'] satisfies CentreRole[];
const PLATFORM_ROLES: readonly string[] = ['supervisor', 'support'] satisfies PlatformRole[];
const LANGUAGES = ['ro', 'ru', 'en'];
const MAX_NAME_LENGTH = 100;

/** @throws Problem IDNP_INVALID, INVALID_ARGUMENT with all that is wrong */
export function validateInvitee({ idnp, givenName, familyName, language }: InviteFields): Invitee {
  const violations = [
    ...(isValidIdnp(idnp) ? [] : [violation('/idnp', 'IDNP')]),
    ...validateName(givenName, '/givenName'),
    ...validateName(familyName, '/familyName'),
    ...(LANGUAGES.includes(language || 'ro') ? [] : [violation('/language', 'ONE_OF', { choices: LANGUAGES })]),
  ];
  if (violations.length === 0) {
    return { idnp, givenName: givenName.trim(), familyName: familyName.trim(), language: language || 'ro' };
  }
  const reason = violations.every(({ rule }) => rule === 'IDNP') ? 'IDNP_INVALID' : 'INVALID_ARGUMENT';
  throw new Problem({ reason, message: 'What is said of the person is not right.', violations });
}

function validateName(name: string, field: string): Violation[] {
  if (name.trim() === '') return [violation(field, 'REQUIRED')];
  if (name.length > MAX_NAME_LENGTH) return [violation(field, 'MAX_LENGTH', { most: MAX_NAME_LENGTH })];
  // A name that begins with a hyphen is what a spreadsheet takes for a formula.
  return isPersonName(name) && !name.trim().startsWith('-') ? [] : [violation(field, 'PERSON_NAME')];
}

type PersonName = Pick<Invitee, 'givenName' | 'familyName'>;

/**
 * A number that is known under quite another name is most likely mistyped. One name may have changed, or be spelt otherwise.
 * @throws Problem INVALID_ARGUMENT when neither name is the same
 */
export function assertSamePerson(fields: PersonName, known: PersonName): void {
  if (hasSameName(fields, known, 'givenName') || hasSameName(fields, known, 'familyName') || known.familyName === '')
    return;
  const violations = [violation('/familyName', 'CONTRADICTION', { other: '/idnp' })];
  throw new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The number belongs to somebody of another name.',
    violations,
  });
}

/** Returns how a person who is known gets a post by a supervisor or the tool, who see all of them. */
export const createSupervisorJoin =
  (fields: Invitee, position: StaffPosition, audit: AuditInfo) =>
  (known: StoredOperator): StoredOperator => {
    assertSamePerson(fields, known);
    return withPosition(known, position, audit);
  };

/**
 * Returns how a person who is known gets a place by the manager of a centre. The manager learns nothing of people from elsewhere: both
 * names must be those that are known, and whatever stands against it is refused in one way.
 * @throws Problem INVITATION_REFUSED; ALREADY_EXISTS for a person of the manager's own centre
 */
export const createManagerJoin =
  (fields: Invitee, position: StaffPosition, audit: AuditInfo) =>
  (known: StoredOperator): StoredOperator => {
    const isNamed = hasSameName(fields, known, 'givenName') && hasSameName(fields, known, 'familyName');
    if (!isNamed || known.platformRoles.length > 0) throw invitationRefused();
    try {
      return withPosition(known, position, audit);
    } catch (error) {
      throw isProblem(error) && error.reason === 'ROLES_CONFLICT' ? invitationRefused() : error;
    }
  };

const invitationRefused = (): Problem =>
  new Problem({ reason: 'INVITATION_REFUSED', message: 'A supervisor must invite this person.' });

const hasSameName = (fields: PersonName, known: PersonName, name: keyof PersonName): boolean =>
  normalizeName(fields[name]) === normalizeName(known[name]);

/** Letters alone, small and without marks. */
const normalizeName = (name: string): string => name.normalize('NFD').replace(/\P{L}/gu, '').toLowerCase();

/** Where somebody may work, by code. */
export interface PositionSources {
  centres: () => ReadonlyMap<string, Centre>;
  agencies: () => ReadonlyMap<string, unknown>;
  versions: Pick<DataVersions, 'isBehind'>;
}

/** @throws Problem INVALID_ARGUMENT, NOT_FOUND for a centre that is not there, CENTRE_CLOSED; UNKNOWN_HERE while it may come yet */
export function resolvePosition(
  { centre, roles, agency }: InviteFields,
  { centres, agencies, versions }: PositionSources,
): StaffPosition {
  if (centre !== '') {
    const named = parseResourceName('centres', centre, '/centre');
    assertFilesCurrent(centres().has(named) || !versions.isBehind('centres'));
    const code = assertCentreNotClosed(named, centres());
    return { centre: code, roles: validateRoles(roles, CENTRE_ROLES) as CentreRole[] };
  }
  if (agency === '') return { platformRoles: validateRoles(roles, PLATFORM_ROLES) as PlatformRole[] };
  validateRoles(roles, ['agency-clerk']);
  const code = parseResourceName('agencies', agency, '/agency');
  if (agencies().has(code)) return { platformRoles: [], agency: code };
  assertFilesCurrent(!versions.isBehind('agencies'));
  const violations = [violation('/agency', 'UNKNOWN_VALUE')];
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'There is no such agency.', violations });
}

/** @throws Problem UNKNOWN_HERE where other replicas have newer files */
function assertFilesCurrent(isCurrent: boolean): void {
  if (!isCurrent) throw staleReplica('This replica has not read the newest files yet.');
}

/** The roles that a post gives. */
export function rolesOfPosition(position: StaffPosition): OperatorRole[] {
  if (position.centre !== undefined) return position.roles;
  return position.agency === undefined ? position.platformRoles : ['agency-clerk'];
}

/** @throws Problem NOT_FOUND, CENTRE_CLOSED */
function assertCentreNotClosed(code: string, centres: ReadonlyMap<string, Centre>): string {
  const centre = centres.get(code);
  if (!centre) throw new Problem({ reason: 'NOT_FOUND', message: 'No such centre.' });
  if (centre.status === 'closed') {
    throw new Problem({ reason: 'CENTRE_CLOSED', message: 'The centre is closed for good: nobody works there.' });
  }
  return code;
}

/**
 * Roles that somebody may have there, each once.
 * @throws Problem INVALID_ARGUMENT for another one, or none where there must be one
 */
export function validateRoles<Role extends string>(
  given: readonly string[],
  choices: readonly Role[],
  minCount = 1,
): Role[] {
  const roles = choices.filter((role) => given.includes(role));
  if (given.every((role) => (choices as readonly string[]).includes(role)) && roles.length >= minCount) return roles;
  const problem = given.length === 0 ? violation('/roles', 'REQUIRED') : violation('/roles', 'ONE_OF', { choices });
  throw new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'These roles are not to be had there.',
    violations: [problem],
  });
}
