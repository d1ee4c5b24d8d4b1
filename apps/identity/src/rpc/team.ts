import { isCivilDate } from '@cups/application';
import { parseName } from '@cups/contracts';
import { enumValue } from '@cups/contracts/proto';
import type { Absence__Output } from '@cups/contracts/gen/cups/identity/v1/Absence.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { InviteOperatorRequest__Output } from '@cups/contracts/gen/cups/identity/v1/InviteOperatorRequest.ts';
import type { SetAbsenceRequest__Output } from '@cups/contracts/gen/cups/identity/v1/SetAbsenceRequest.ts';
import type { StaffMember } from '@cups/contracts/gen/cups/identity/v1/StaffMember.ts';
import { violation } from '@cups/problem';
import type { Context, Rpcs } from '@cups/rpc';
import { toMember, toOperator } from '../convert.ts';
import { operatorAt } from '../domain/operators.ts';
import { assertMayChange, assertMaySetAbsence, seesWhole } from '../domain/rights.ts';
import type { Actor } from '../domain/rights.ts';
import {
  absenceSet,
  leftAt,
  placeOf,
  platformRolesSet,
  reinstated,
  removed,
  rolesAt,
  rolesSet,
  suspended,
  worksAt,
} from '../domain/staff.ts';
import type { Absence, CentreRole, Deed, PlatformRole, Staff } from '../domain/staff.ts';
import type { Resealing } from '../resealing.ts';
import type { Sessions } from '../sessions.ts';
import { mustBeKnown } from '../staff.ts';
import type { StaffBook, Written } from '../staff.ts';
import type { StoredOperator } from '../store.ts';
import { actorIn, causeOf, centreIn, whyIn, wrong } from './actor.ts';
import { invitedOf, joinedByAll, joinedByManager, postOf, rolesIn, rolesOf } from './posts.ts';
import type { Workplaces } from './posts.ts';

export interface TeamParts extends Workplaces {
  staff: StaffBook;
  sessions: Sessions;
  resealing: Pick<Resealing, 'state'>;
  now: () => Date;
}

type All = Rpcs<IdentityServiceDefinition>;

/** What every change of somebody is asked with. */
interface Asked {
  requestId: string;
  name: string;
  centre: string;
  why?: string;
}

/** What a change does, and which roles it touches, of somebody as they are. */
interface Change {
  roles: (staff: StoredOperator) => readonly string[];
  decide: (staff: StoredOperator, deed: Deed) => StoredOperator;
}

/** The calls that change who works where, for those who may. */
export function teamRpcs(
  parts: TeamParts,
): Pick<
  All,
  'InviteOperator' | 'UpdateOperatorRoles' | 'SuspendOperator' | 'ReinstateOperator' | 'RemoveOperator' | 'SetAbsence'
> {
  return {
    InviteOperator: (request, context) => invite(parts, request, context),
    SetAbsence: (request, context) => setAbsence(parts, request, context),

    async UpdateOperatorRoles(request, context) {
      const centre = centreIn(request.centre);
      const words = request.roles.map((role) => enumValue('ROLE_', role) as string);
      const written = await change(parts, request, context, rolesChange(centre, words), words);
      return answer(parts, written, centre, context);
    },

    SuspendOperator: (request, context) => setStanding(parts, request, context, suspended),
    ReinstateOperator: (request, context) => setStanding(parts, request, context, reinstated),
    RemoveOperator: (request, context) => setStanding(parts, request, context, removed),
  };
}

/** Says whether somebody may work at a centre, or at all: it touches all the roles that they have there, and the sessions. */
async function setStanding(parts: TeamParts, request: Asked, context: Context, decide: typeof suspended) {
  const centre = centreIn(request.centre);
  const written = await change(parts, request, context, {
    roles: (one) => rolesTouched(one, centre),
    decide: (one, deed) => decide(one, centre, deed),
  });
  const { operator } = written;
  await endSessions(parts.sessions, written, operator.status === 'gone' ? undefined : centre);
  const told = await answer(parts, written, centre, context);
  const seen = toOperator(operatorAt(operator, centre ?? operator.places[0]?.centre), told.member.suspended === true);
  return Object.assign(told, { operator: seen });
}

/** Invites somebody who may be known already. */
async function invite(parts: TeamParts, request: InviteOperatorRequest__Output, context: Context) {
  const { staff, now } = parts;
  const words = request.roles.map((role) => enumValue('ROLE_', role) as string);
  const said = Object.assign({}, request, { roles: words });
  const [person, post] = [invitedOf(said), postOf(said, parts)];
  const actor = await actorIn(context, staff);
  const known = await staff.byPerson(person.idnp);
  assertMayChange(actor, { target: known?._id, centre: post.centre, roles: rolesOf(post) });
  const { givenName, familyName, language } = person;
  const content = { person: staff.persons.hash(person.idnp), post, givenName, familyName, language };
  const deed = { by: `operators/${actor.id}`, time: now() };
  const isWide = actor.roles.includes('supervisor');
  const join = (isWide ? joinedByAll : joinedByManager)(person, post, deed);
  const cause = causeOf(context, request.requestId, content);
  const written = await staff.invite(person, post, { deed, cause, join });
  const told = await answer(parts, written, post.centre, context);
  if (isWide) return told;
  // As it was typed: how else the person is written is known elsewhere.
  const displayName = `${givenName} ${familyName}`;
  return Object.assign(told, { member: Object.assign(told.member, { givenName, familyName, displayName, language }) });
}

/** Says that somebody is away from a centre, or back. */
async function setAbsence(parts: TeamParts, request: SetAbsenceRequest__Output, context: Context) {
  const { staff, now } = parts;
  const centre = parseName('centres', request.centre, '/centre');
  const id = parseName('operators', request.name);
  const absence = absenceOf(request.absence);
  assertMaySetAbsence(await actorIn(context, staff), centre);
  if (absence?.standIn !== undefined) await assertStandsIn(staff, absence.standIn, { centre, id });
  const deed = deedOf(context, now());
  const cause = causeOf(context, request.requestId, { name: request.name, centre, absence });
  const written = await staff.change(id, cause, (one) => absenceSet(one, centre, absence, deed));
  return answer(parts, written, centre, context);
}

/** Changes somebody, when the caller may: their rights are looked at with the document that is changed. */
async function change(
  { staff, now }: TeamParts,
  { requestId, name, centre: where, why: said = '' }: Asked,
  context: Context,
  { roles, decide }: Change,
  content: unknown = undefined,
): Promise<Written> {
  const id = parseName('operators', name);
  const centre = centreIn(where);
  const why = whyIn(said, '/why');
  const actor = await actorIn(context, staff);
  assertMayChange(actor, { target: id, centre, roles: [] });
  const deed = Object.assign(deedOf(context, now()), { why });
  const cause = causeOf(context, requestId, { name, centre, content });
  return staff.change(id, cause, (one) => {
    assertMayChange(actor, { target: id, centre, roles: roles(one) as Actor['roles'] });
    return decide(one, deed);
  });
}

function rolesChange(centre: string | undefined, words: readonly string[]): Change {
  if (centre === undefined) {
    const next: PlatformRole[] = rolesIn(words, ['supervisor', 'support'], 0);
    return { roles: () => next, decide: (one, deed) => platformRolesSet(one, next, deed) };
  }
  const next: CentreRole[] = rolesIn(words, ['specialist', 'centre-manager']);
  return {
    roles: (one) => different(placeOf(one, centre)?.roles ?? [], next),
    decide: (one, deed) => rolesSet(one, centre, next, deed),
  };
}

/** The roles that are in one list and not in the other. */
function different(some: readonly string[], others: readonly string[]): string[] {
  return [...some.filter((role) => !others.includes(role)), ...others.filter((role) => !some.includes(role))];
}

const rolesTouched = (staff: Staff, centre: string | undefined): readonly string[] =>
  centre === undefined ? rolesAt(staff) : (placeOf(staff, centre)?.roles ?? []);

const deedOf = (context: Context, time: Date): Deed => ({ by: context.session!.operator, time });

/** They do not count since that write; here they leave the store. A repeat must end none that began since. */
async function endSessions(
  sessions: Sessions,
  { operator, replayed }: Written,
  centre: string | undefined,
): Promise<void> {
  const again = centre === undefined ? operator.endedBefore : undefined;
  const until = replayed ? again : operator.updateTime;
  if (until) await sessions.endOf(operator._id, until, centre);
}

async function answer(
  { staff, now }: TeamParts,
  { operator, replayed, before }: Written,
  centre: string | undefined,
  context: Context,
): Promise<{ member: StaffMember; replayed: boolean }> {
  if (!replayed && before !== operator) {
    const { session, log } = context;
    const resource = `operators/${operator._id}`;
    const at = centre === undefined ? {} : { centre: `centres/${centre}` };
    log.info(Object.assign({ event: 'staff-changed', operator: session!.operator, resource }, at));
  }
  const [shown = operator] = centre === undefined ? [] : await staff.withStandIns([operator], centre);
  const wide = seesWhole(context.session!.roles);
  return { member: await toMember(shown, { centre, persons: staff.persons, now: now(), wide }), replayed };
}

/** @throws Problem INVALID_ARGUMENT */
function absenceOf(given: Absence__Output | null): Absence | undefined {
  if (!given) return undefined;
  const { fromDate: from, toDate: to, standIn } = given;
  if (!isCivilDate(from)) throw wrong('The first day is no day.', violation('/absence/from', 'DATE'));
  if (!isCivilDate(to)) throw wrong('The last day is no day.', violation('/absence/to', 'DATE'));
  if (to < from) throw wrong('It ends before it begins.', violation('/absence/to', 'NOT_BEFORE', { other: '/from' }));
  const id = standIn === '' ? undefined : parseName('operators', standIn, '/absence/standIn');
  return { from, to, standIn: id };
}

/** @throws Problem INVALID_ARGUMENT for who is away themselves, or works elsewhere */
async function assertStandsIn(
  staff: StaffBook,
  standIn: string,
  { centre, id }: { centre: string; id: string },
): Promise<void> {
  const found = standIn === id ? undefined : await staff.get(standIn);
  if (!found || !worksAt(found, centre)) {
    throw wrong('Who stands in works at the same centre.', violation('/absence/standIn', 'UNKNOWN_VALUE'));
  }
}

/**
 * One of the staff who can be seen from there.
 * @param former whether they may have left
 * @throws Problem NOT_FOUND
 */
export async function seenFrom(
  staff: StaffBook,
  { name, centre, former = false }: { name: string; centre: string | undefined; former?: boolean },
): Promise<StoredOperator> {
  const found = mustBeKnown(await staff.get(parseName('operators', name)));
  const isSeen = centre === undefined || placeOf(found, centre) || (former && leftAt(found, centre));
  return mustBeKnown(isSeen ? found : undefined);
}
