import { isCivilDate } from '@cups/application';
import { parseResourceName } from '@cups/contracts';
import { fromProtoEnum } from '@cups/contracts/proto';
import type { Absence__Output } from '@cups/contracts/gen/cups/identity/v1/Absence.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { InviteOperatorRequest__Output } from '@cups/contracts/gen/cups/identity/v1/InviteOperatorRequest.ts';
import type { SetAbsenceRequest__Output } from '@cups/contracts/gen/cups/identity/v1/SetAbsenceRequest.ts';
import type { StaffMember } from '@cups/contracts/gen/cups/identity/v1/StaffMember.ts';
import { violation } from '@cups/problem';
import type { Context, Rpcs } from '@cups/rpc';
import type { AccessLog } from '../access-log.ts';
import type { Devices } from '../devices/devices.ts';
import { toMember, toOperator } from '../convert.ts';
import { operatorAtCentre } from '../domain/operators.ts';
import { assertMayChange, assertMayManage, canViewAllStaff } from '../domain/permissions.ts';
import type { Actor } from '../domain/permissions.ts';
import {
  withAbsence,
  findLeaveTime,
  findWorkplace,
  withPlatformRoles,
  reinstate,
  remove,
  rolesAt,
  withRoles,
  suspend,
  isActiveAt,
} from '../domain/staff.ts';
import type { Absence, CentreRole, AuditInfo, PlatformRole, Staff } from '../domain/staff.ts';
import type { PersonNumberResealer } from '../person-number-resealer.ts';
import type { Sessions } from '../sessions.ts';
import { assertFound } from '../staff.ts';
import type { StaffRepository, StaffWriteResult } from '../staff.ts';
import type { StoredOperator } from '../store.ts';
import { resolveActor, toCause, parseCentre, validateReason, invalidArgument } from './actor.ts';
import {
  validateInvitee,
  createSupervisorJoin,
  createManagerJoin,
  resolvePosition,
  validateRoles,
  rolesOfPosition,
} from './staff-positions.ts';
import type { PositionSources } from './staff-positions.ts';

export interface TeamParts extends PositionSources {
  staff: StaffRepository;
  sessions: Sessions;
  devices: Devices;
  resealing: Pick<PersonNumberResealer, 'state'>;
  accessLog: AccessLog;
  now: () => Date;
}

type IdentityRpcs = Rpcs<IdentityServiceDefinition>;

/** The request fields that all staff changes share. */
interface StaffChange {
  requestId: string;
  name: string;
  centre: string;
  reason?: string;
}

/** A change of a staff member, and the roles that it affects. */
interface ChangeRule {
  roles: (staff: StoredOperator) => readonly string[];
  decide: (staff: StoredOperator, audit: AuditInfo) => StoredOperator;
}

/** Returns the handlers that change staff. */
export function teamRpcs(
  parts: TeamParts,
): Pick<
  IdentityRpcs,
  'InviteOperator' | 'UpdateOperatorRoles' | 'SuspendOperator' | 'ReinstateOperator' | 'RemoveOperator' | 'SetAbsence'
> {
  return {
    InviteOperator: (request, context) => invite(parts, request, context),
    SetAbsence: (request, context) => setAbsence(parts, request, context),

    async UpdateOperatorRoles(request, context) {
      const centre = parseCentre(request.centre);
      const roleNames = request.roles.map((role) => fromProtoEnum('ROLE_', role) as string);
      const written = await change(parts, request, context, createRolesChange(centre, roleNames), roleNames);
      return toChangeResponse(parts, written, centre, context);
    },

    SuspendOperator: (request, context) => setEmploymentStatus(parts, request, context, suspend),
    ReinstateOperator: (request, context) => setEmploymentStatus(parts, request, context, reinstate),
    RemoveOperator: (request, context) => setEmploymentStatus(parts, request, context, remove),
  };
}

/** Suspends, reinstates or removes an operator at a centre or everywhere, and ends their access there. */
async function setEmploymentStatus(parts: TeamParts, request: StaffChange, context: Context, decide: typeof suspend) {
  const centre = parseCentre(request.centre);
  const written = await change(parts, request, context, {
    roles: (staff) => affectedRoles(staff, centre),
    decide: (staff, audit) => decide(staff, centre, audit),
  });
  const { operator } = written;
  await endAccess(parts, written, operator.status === 'former' ? undefined : centre);
  const response = await toChangeResponse(parts, written, centre, context);
  const changed = toOperator(
    operatorAtCentre(operator, centre ?? operator.workplaces[0]?.centre),
    response.member.suspended === true,
  );
  return Object.assign(response, { operator: changed });
}

async function invite(parts: TeamParts, request: InviteOperatorRequest__Output, context: Context) {
  const { staff, now } = parts;
  const roleNames = request.roles.map((role) => fromProtoEnum('ROLE_', role) as string);
  const fields = Object.assign({}, request, { roles: roleNames });
  const [person, position] = [validateInvitee(fields), resolvePosition(fields, parts)];
  const actor = await resolveActor(context, staff);
  const known = await staff.findByIdnp(person.idnp);
  assertMayChange(actor, { target: known?._id, centre: position.centre, roles: rolesOfPosition(position) });
  const { givenName, familyName, language } = person;
  const content = { person: staff.persons.hash(person.idnp), post: position, givenName, familyName, language };
  const audit = { actor: `operators/${actor.id}`, time: now() };
  const hasFullView = actor.roles.includes('supervisor');
  const join = (hasFullView ? createSupervisorJoin : createManagerJoin)(person, position, audit);
  const cause = toCause(context, request.requestId, content);
  const written = await staff.invite(person, position, { audit, cause, join });
  const response = await toChangeResponse(parts, written, position.centre, context);
  if (hasFullView) return response;
  // A centre manager sees the typed names, not those stored by other centres.
  const displayName = `${givenName} ${familyName}`;
  return Object.assign(response, {
    member: Object.assign(response.member, { givenName, familyName, displayName, language }),
  });
}

async function setAbsence(parts: TeamParts, request: SetAbsenceRequest__Output, context: Context) {
  const { staff, now } = parts;
  const centre = parseResourceName('centres', request.centre, '/centre');
  const id = parseResourceName('operators', request.name);
  const absence = validateAbsence(request.absence);
  assertMayManage(await resolveActor(context, staff), centre);
  if (absence?.standIn !== undefined) await assertValidStandIn(staff, absence.standIn, { centre, id });
  const audit = auditInfo(context, now());
  const cause = toCause(context, request.requestId, { name: request.name, centre, absence });
  const written = await staff.change(id, cause, (operator) => withAbsence(operator, centre, absence, audit));
  return toChangeResponse(parts, written, centre, context);
}

/** Changes a staff member. Checks the permission again on the document that is changed. */
async function change(
  { staff, now }: TeamParts,
  { requestId, name, centre: where, reason: givenReason = '' }: StaffChange,
  context: Context,
  { roles, decide }: ChangeRule,
  content: unknown = undefined,
): Promise<StaffWriteResult> {
  const id = parseResourceName('operators', name);
  const centre = parseCentre(where);
  const reason = validateReason(givenReason);
  const actor = await resolveActor(context, staff);
  assertMayChange(actor, { target: id, centre, roles: [] });
  const audit = Object.assign(auditInfo(context, now()), { reason });
  const cause = toCause(context, requestId, { name, centre, content });
  return staff.change(id, cause, (operator) => {
    assertMayChange(actor, { target: id, centre, roles: roles(operator) as Actor['roles'] });
    return decide(operator, audit);
  });
}

function createRolesChange(centre: string | undefined, roleNames: readonly string[]): ChangeRule {
  if (centre === undefined) {
    const next: PlatformRole[] = validateRoles(roleNames, ['supervisor', 'support'], 0);
    return { roles: () => next, decide: (staff, audit) => withPlatformRoles(staff, next, audit) };
  }
  const next: CentreRole[] = validateRoles(roleNames, ['specialist', 'centre-manager']);
  return {
    roles: (staff) => symmetricDifference(findWorkplace(staff, centre)?.roles ?? [], next),
    decide: (staff, audit) => withRoles(staff, centre, next, audit),
  };
}

function symmetricDifference(some: readonly string[], others: readonly string[]): string[] {
  return [...some.filter((role) => !others.includes(role)), ...others.filter((role) => !some.includes(role))];
}

const affectedRoles = (staff: Staff, centre: string | undefined): readonly string[] =>
  centre === undefined ? rolesAt(staff) : (findWorkplace(staff, centre)?.roles ?? []);

const auditInfo = (context: Context, time: Date): AuditInfo => ({ actor: context.session!.operator, time });

/** Deletes the sessions and key shares that the write invalidated. A replay must not end those created since. */
async function endAccess(
  { sessions, devices }: Pick<TeamParts, 'sessions' | 'devices'>,
  { operator, replayed }: StaffWriteResult,
  centre: string | undefined,
): Promise<void> {
  const originalTime = centre === undefined ? operator.revokeTime : undefined;
  const until = replayed ? originalTime : operator.updateTime;
  if (!until) return;
  await sessions.endForOperator(operator._id, until, centre);
  await devices.endForOperator(operator._id, until, centre);
}

async function toChangeResponse(
  { staff, now }: TeamParts,
  { operator, replayed, before }: StaffWriteResult,
  centre: string | undefined,
  context: Context,
): Promise<{ member: StaffMember; replayed: boolean }> {
  if (!replayed && before !== operator) {
    const { session, log } = context;
    const resource = `operators/${operator._id}`;
    const atCentre = centre === undefined ? {} : { centre: `centres/${centre}` };
    log.info(Object.assign({ event: 'staff-changed', operator: session!.operator, resource }, atCentre));
  }
  const [current = operator] = centre === undefined ? [] : await staff.dropFormerStandIns([operator], centre);
  const hasFullView = canViewAllStaff(context.session!.roles);
  return { member: await toMember(current, { centre, persons: staff.persons, now: now(), hasFullView }), replayed };
}

/** @throws Problem INVALID_ARGUMENT */
function validateAbsence(absence: Absence__Output | null): Absence | undefined {
  if (!absence) return undefined;
  const { fromDate: from, toDate: to, standIn } = absence;
  if (!isCivilDate(from))
    throw invalidArgument('The first day is not an existing date.', violation('/absence/from', 'DATE'));
  if (!isCivilDate(to))
    throw invalidArgument('The last day is not an existing date.', violation('/absence/to', 'DATE'));
  if (to < from)
    throw invalidArgument(
      'The absence ends before it starts.',
      violation('/absence/to', 'NOT_BEFORE', { other: '/from' }),
    );
  const id = standIn === '' ? undefined : parseResourceName('operators', standIn, '/absence/standIn');
  return { from, to, standIn: id };
}

/** @throws Problem INVALID_ARGUMENT if the stand-in is the absent operator, or does not work at the centre */
async function assertValidStandIn(
  staff: StaffRepository,
  standIn: string,
  { centre, id }: { centre: string; id: string },
): Promise<void> {
  const found = standIn === id ? undefined : await staff.get(standIn);
  if (!found || !isActiveAt(found, centre)) {
    throw invalidArgument('The stand-in must work at the same centre.', violation('/absence/standIn', 'UNKNOWN_VALUE'));
  }
}

/**
 * Returns an operator who is visible from a centre, or from everywhere without one.
 * @param former whether former staff of the centre are included
 * @throws Problem NOT_FOUND
 */
export async function findVisibleOperator(
  staff: StaffRepository,
  { name, centre, former = false }: { name: string; centre: string | undefined; former?: boolean },
): Promise<StoredOperator> {
  const found = assertFound(await staff.get(parseResourceName('operators', name)));
  const isSeen = centre === undefined || findWorkplace(found, centre) || (former && findLeaveTime(found, centre));
  return assertFound(isSeen ? found : undefined);
}
