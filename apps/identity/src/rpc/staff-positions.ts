import { isValidIdnp, isPersonName } from '@cups/application';
import { parseResourceName } from '@cups/contracts';
import type { DataVersions } from '@cups/contracts';
import { isProblem, Problem, staleReplica, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import type { Centre } from '../domain/centres.ts';
import type { OperatorRole } from '../domain/operators.ts';
import { agencyRoles } from '../domain/staff.ts';
import type { CentreRole, AuditInfo, PlatformRole } from '../domain/staff.ts';
import { withPosition } from '../staff.ts';
import type { Invitee, StaffPosition } from '../staff.ts';
import type { StoredOperator } from '../store.ts';

/** The fields of an invitation, from a call or an import row. */
export interface InviteFields {
  idnp: string;
  givenName: string;
  familyName: string;
  language: string;
  /** `centres/{code}`, or empty. */
  centre: string;
  roles: readonly string[];
  /** `agencies/{code}`, or empty. */
  agency: string;
}

const CENTRE_ROLES: readonly string[] = ['specialist', 'centre-manager'] satisfies CentreRole[];
const PLATFORM_ROLES: readonly string[] = ['supervisor', 'support'] satisfies PlatformRole[];
const AGENCY_ROLES: readonly string[] = ['agency-clerk', 'agency-manager'] satisfies OperatorRole[];
const LANGUAGES = ['ro', 'ru', 'en'];
const MAX_NAME_LENGTH = 100;

/** @throws Problem IDNP_INVALID; INVALID_ARGUMENT with all violations */
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
  throw new Problem({ reason, message: 'The data of the person is invalid.', violations });
}

function validateName(name: string, field: string): Violation[] {
  if (name.trim() === '') return [violation(field, 'REQUIRED')];
  if (name.length > MAX_NAME_LENGTH) return [violation(field, 'MAX_LENGTH', { max: MAX_NAME_LENGTH })];
  // Spreadsheets evaluate a name with a leading hyphen as a formula.
  return isPersonName(name) && !name.trim().startsWith('-') ? [] : [violation(field, 'PERSON_NAME')];
}

type PersonName = Pick<Invitee, 'givenName' | 'familyName'>;

/**
 * Checks that at least one name matches. If neither does, the number is probably mistyped; one name can have changed.
 * @throws Problem INVALID_ARGUMENT
 */
export function assertSamePerson(fields: PersonName, known: PersonName): void {
  if (hasSameName(fields, known, 'givenName') || hasSameName(fields, known, 'familyName') || known.familyName === '')
    return;
  const violations = [violation('/familyName', 'CONTRADICTION', { other: '/idnp' })];
  throw new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The number belongs to a person with another name.',
    violations,
  });
}

/** Returns the change that a supervisor or the ops CLI makes to a known person. */
export const createSupervisorJoin =
  (fields: Invitee, position: StaffPosition, audit: AuditInfo) =>
  (known: StoredOperator): StoredOperator => {
    assertSamePerson(fields, known);
    return withPosition(known, position, audit);
  };

/**
 * Returns the change that a centre manager makes to a known person.
 * Managers must not learn anything about people of other centres. Both names must match, and other failures look alike.
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

/** Returns the letters in lower case, without diacritics. */
const normalizeName = (name: string): string => name.normalize('NFD').replace(/\P{L}/gu, '').toLowerCase();

/** The centres and agencies that can be named, by code. */
export interface PositionSources {
  centres: () => ReadonlyMap<string, Centre>;
  agencies: () => ReadonlyMap<string, unknown>;
  versions: Pick<DataVersions, 'isBehind'>;
}

/** @throws Problem INVALID_ARGUMENT, NOT_FOUND, CENTRE_CLOSED; STALE_REPLICA while the file may still arrive */
export function resolvePosition(
  { centre, roles, agency }: InviteFields,
  { centres, agencies, versions }: PositionSources,
): StaffPosition {
  if (centre !== '') {
    const code = parseResourceName('centres', centre, '/centre');
    assertFilesCurrent(centres().has(code) || !versions.isBehind('centres'));
    assertCentreNotClosed(code, centres());
    return { centre: code, roles: validateRoles(roles, CENTRE_ROLES) as CentreRole[] };
  }
  if (agency === '') return { platformRoles: validateRoles(roles, PLATFORM_ROLES) as PlatformRole[] };
  const isAgencyManager = validateRoles(roles, AGENCY_ROLES).includes('agency-manager');
  const code = parseResourceName('agencies', agency, '/agency');
  if (agencies().has(code)) return { platformRoles: [], agency: code, ...(isAgencyManager && { isAgencyManager }) };
  assertFilesCurrent(!versions.isBehind('agencies'));
  const violations = [violation('/agency', 'UNKNOWN_VALUE')];
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'Agency not found.', violations });
}

/** @throws Problem STALE_REPLICA if other replicas have newer files */
function assertFilesCurrent(isCurrent: boolean): void {
  if (!isCurrent) throw staleReplica('This replica has not read the newest files yet.');
}

export function rolesOfPosition(position: StaffPosition): OperatorRole[] {
  if (position.centre !== undefined) return position.roles;
  return position.agency === undefined ? position.platformRoles : agencyRoles(position);
}

/** @throws Problem NOT_FOUND, CENTRE_CLOSED */
function assertCentreNotClosed(code: string, centres: ReadonlyMap<string, Centre>): void {
  const centre = centres.get(code);
  if (!centre) throw new Problem({ reason: 'NOT_FOUND', message: 'Centre not found.' });
  if (centre.status === 'closed') {
    throw new Problem({ reason: 'CENTRE_CLOSED', message: 'The centre is permanently closed.' });
  }
}

/**
 * Returns the distinct roles, in the order of `choices`.
 * @throws Problem INVALID_ARGUMENT for another role, or for fewer than `minCount`
 */
export function validateRoles<Role extends string>(
  requested: readonly string[],
  choices: readonly Role[],
  minCount = 1,
): Role[] {
  const roles = choices.filter((role) => requested.includes(role));
  if (requested.every((role) => (choices as readonly string[]).includes(role)) && roles.length >= minCount)
    return roles;
  const problem = requested.length === 0 ? violation('/roles', 'REQUIRED') : violation('/roles', 'ONE_OF', { choices });
  throw new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The roles are not available for this position.',
    violations: [problem],
  });
}
