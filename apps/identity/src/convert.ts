import { toCivilDate } from '@cups/application';
import { resourceName } from '@cups/contracts';
import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { Centre as CentreOut } from '@cups/contracts/gen/cups/identity/v1/Centre.ts';
import type { Operator as OperatorOut } from '@cups/contracts/gen/cups/identity/v1/Operator.ts';
import type { OperatorAction } from '@cups/contracts/gen/cups/identity/v1/OperatorAction.ts';
import type { OwnSession } from '@cups/contracts/gen/cups/identity/v1/OwnSession.ts';
import type { Session as SessionOut } from '@cups/contracts/gen/cups/identity/v1/Session.ts';
import type { StaffMember } from '@cups/contracts/gen/cups/identity/v1/StaffMember.ts';
import type { Agency } from '@cups/registry';
import type { Session as Claims } from '@cups/rpc';
import { resolveCountry } from './domain/centres.ts';
import type { Centre } from './domain/centres.ts';
import type { Operator } from './domain/operators.ts';
import {
  findInvitedWorkplace,
  isAbsenceOver,
  findLeaveTime,
  findWorkplace,
  rolesAt,
  resolveEmploymentStatus,
} from './domain/staff.ts';
import type { StaffHistoryEntry, Workplace } from './domain/staff.ts';
import { resolveInviter } from './staff.ts';
import type { PersonNumbers } from './person-numbers.ts';
import type { StoredOperator, StoredSession } from './store.ts';

/** Converts domain objects to cups.identity.v1. */

export function toCentre(centre: Centre): CentreOut {
  return {
    name: resourceName('centres', centre.code),
    displayName: centre.name,
    kind: toProtoEnum('CENTRE_KIND_', centre.kind),
    wave: centre.wave,
    status: toProtoEnum('CENTRE_STATUS_', centre.status),
    district: centre.district ?? '',
    country: resolveCountry(centre),
    timeZone: centre.timeZone,
    languages: centre.languages,
    agencies: centre.agencies.map((agency) => resourceName('agencies', agency)),
    openApplicationLimit: centre.limits?.openApplications ?? 0,
    etag: `"${centre.hash}"`,
    transferTo: centre.transferTo === undefined ? '' : resourceName('centres', centre.transferTo),
  };
}

export function toOperator(operator: Operator, suspended: boolean): OperatorOut {
  const centres = operator.centres.map((code) => resourceName('centres', code));
  return {
    name: resourceName('operators', operator.id),
    displayName: operator.displayName,
    roles: operator.roles.map((role) => toProtoEnum('ROLE_', role)),
    centre: centres[0] ?? '',
    agency: operator.agency ? resourceName('agencies', operator.agency) : '',
    suspended,
    language: operator.language,
    centres,
  };
}

/** How a staff member is shown. */
export interface MemberView {
  /** Code of the centre whose view is shown; undefined for the whole person. */
  centre: string | undefined;
  persons: PersonNumbers;
  now: Date;
  /** Whether the viewer sees all data of invited people. True for supervisors, support and the ops CLI. */
  hasFullView: boolean;
}

/** Converts a staff member for a viewer who may see personal data. */
export async function toMember(
  staff: StoredOperator,
  { centre, persons, now, hasFullView }: MemberView,
): Promise<StaffMember> {
  const { person, lastSignInTime, agency } = staff;
  const idnp = person ? await persons.open(person, staff._id).catch(() => '') : '';
  const invited = hasFullView || centre === undefined ? undefined : findInvitedWorkplace(staff, centre);
  const member = Object.assign(toColleague(staff, { centre, now }), {
    givenName: staff.givenName,
    familyName: staff.familyName,
    status: toProtoEnum('STAFF_STATUS_', staff.status),
    suspended: resolveEmploymentStatus(staff, centre).suspended,
    synthetic: staff.synthetic === true,
    idnpLastDigits: idnp.slice(-4),
    language: staff.language,
    lastSignInTime: toTimestamp(lastSignInTime),
    invitedBy: staff.invitedBy ?? '',
    inviteTime: toTimestamp(staff.inviteTime),
    agency: agency === undefined ? '' : resourceName('agencies', agency),
    centre: centre === undefined ? '' : resourceName('centres', centre),
  });
  return invited ? Object.assign(member, toInvitedMember(invited)) : member;
}

/** Converts an invited person of another centre: until the first sign-in, this centre sees only its own invitation. */
function toInvitedMember({ suspended, pendingInvitation }: Workplace): StaffMember {
  return {
    status: toProtoEnum('STAFF_STATUS_', 'invited'),
    suspended,
    synthetic: false,
    language: '',
    lastSignInTime: null,
    invitedBy: resolveInviter(pendingInvitation!.invitedBy) ?? '',
    inviteTime: toTimestamp(pendingInvitation!.inviteTime),
  };
}

/** Converts a staff member for colleagues: name, roles and current absence. */
export function toColleague(staff: StoredOperator, { centre, now }: Pick<MemberView, 'centre' | 'now'>): StaffMember {
  const workplace = centre === undefined ? undefined : findWorkplace(staff, centre);
  const absence =
    workplace?.absence && !isAbsenceOver(workplace.absence, toCivilDate(now)) ? workplace.absence : undefined;
  const roles = workplace ? workplace.roles : rolesAt(staff);
  return {
    name: resourceName('operators', staff._id),
    displayName: staff.displayName,
    roles: roles.map((role) => toProtoEnum('ROLE_', role)),
    absence: absence && {
      fromDate: absence.from,
      toDate: absence.to,
      standIn: absence.standIn === undefined ? '' : resourceName('operators', absence.standIn),
    },
  };
}

/** Converts a former staff member of a centre: names and leave time. */
export function toFormer(staff: StoredOperator, { centre }: Pick<MemberView, 'centre'>): StaffMember {
  const { _id, givenName, familyName, displayName } = staff;
  const leaveTime = centre === undefined ? undefined : findLeaveTime(staff, centre);
  return {
    name: resourceName('operators', _id),
    givenName,
    familyName,
    displayName,
    leaveTime: toTimestamp(leaveTime),
  };
}

export function toOperatorAction({
  time,
  actor,
  action,
  centre,
  roles = [],
  reason = '',
}: StaffHistoryEntry): OperatorAction {
  return {
    time: toTimestamp(time),
    actor,
    action,
    centre: centre === undefined ? '' : resourceName('centres', centre),
    roles: roles.map((role) => toProtoEnum('ROLE_', role)),
    reason,
  };
}

/** The centres of a session. */
export interface SessionWorkplace {
  /** The current centre; undefined for an operator without a centre. */
  centre: Centre | undefined;
  /** All centres where the operator works. */
  centres: Centre[];
  /** Closed centres, as centres/{code}, whose applications the current centre inherited. */
  inheritedCentres: string[];
}

/** @param agencyName name of the operator's agency; undefined without one */
export function toSession(
  session: StoredSession,
  operator: Operator,
  workplace: SessionWorkplace,
  agencyName: Agency['name'] | undefined,
): SessionOut {
  const { centre, centres, inheritedCentres } = workplace;
  const { agency } = operator;
  return {
    id: session._id,
    operator: toOperator(operator, false),
    createTime: toTimestamp(session.createTime),
    expireTime: toTimestamp(session.expireTime),
    training: centre?.status === 'training',
    inheritedCentres,
    centre: centre ? resourceName('centres', centre.code) : '',
    centres: centres.map(toCentre),
    agency: agency && agencyName ? { name: resourceName('agencies', agency), displayName: agencyName } : null,
  };
}

/** @param current whether this is the caller's session */
export const toOwnSession = (session: StoredSession, current: boolean): OwnSession => ({
  id: session._id,
  provider: session.provider,
  createTime: toTimestamp(session.createTime),
  expireTime: toTimestamp(session.expireTime),
  centre: session.centre ? resourceName('centres', session.centre) : '',
  current,
});

/**
 * Returns the claims of a session assertion.
 * @param person keyed hash of the operator's personal number, if known
 */
export function createSessionClaims(
  session: StoredSession,
  operator: Operator,
  { centre, inheritedCentres }: SessionWorkplace,
  person: string | undefined,
): Claims {
  const claims: Claims = {
    operator: resourceName('operators', operator.id),
    roles: operator.roles,
    sid: session._id,
    expires: session.expireTime,
    language: operator.language,
  };
  if (centre) claims.centre = resourceName('centres', centre.code);
  if (inheritedCentres.length > 0) claims.inheritedCentres = inheritedCentres;
  if (person !== undefined) claims.person = person;
  if (operator.agency) claims.agency = resourceName('agencies', operator.agency);
  return claims;
}
