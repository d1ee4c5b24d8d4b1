import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { ImportedOperator__Output } from '@cups/contracts/gen/cups/identity/v1/ImportedOperator.ts';
import type { ImportOutcome } from '@cups/contracts/gen/cups/identity/v1/ImportOutcome.ts';
import { normalizePageSize } from '@cups/contracts/node';
import { isProblem, violation } from '@cups/problem';
import type { Context, Rpcs } from '@cups/rpc';
import { toOperatorAction, toMember } from '../convert.ts';
import { withPlatformPosition, findWorkplace, withRoles } from '../domain/staff.ts';
import type { AuditInfo, Staff } from '../domain/staff.ts';
import { createStaff, withPosition } from '../staff.ts';
import type { Invitation, Invitee, StaffPosition } from '../staff.ts';
import { parseCentre, invalidArgument } from './actor.ts';
import { assertSamePerson, validateInvitee, createSupervisorJoin, resolvePosition } from './staff-positions.ts';
import { PLATFORM_STAFF_FILTER, recordPlatformStaff } from './team-reads.ts';
import { findVisibleOperator } from './team-changes.ts';
import type { TeamParts } from './team-changes.ts';

type IdentityRpcs = Rpcs<IdentityServiceDefinition>;

const MAX_ROWS = 500;

/** Returns the handlers of the ops CLI: the first supervisor, staff inspection and imports. */
export function opsRpcs(
  parts: TeamParts,
): Pick<IdentityRpcs, 'AppointSupervisor' | 'InspectStaff' | 'ImportOperators' | 'InspectPersonKeys'> {
  const { staff, resealing, accessLog, now } = parts;
  return {
    InspectPersonKeys: async () => Object.assign({ kids: staff.persons.kids() }, await resealing.state()),

    async AppointSupervisor(request, context) {
      const person = validateInvitee(Object.assign({ centre: '', agency: '', roles: [] }, request));
      const audit = opsAuditInfo(request, now());
      const position: StaffPosition = { platformRoles: ['supervisor'] };
      const known = await staff.findByIdnp(person.idnp);
      if (known) assertSamePerson(person, known);
      const isSupervisor = known?.platformRoles.includes('supervisor') === true;
      const { operator } = isSupervisor
        ? { operator: known }
        : await staff.invite(person, position, createInvitation(person, position, { audit, context }));
      const resource = `operators/${operator._id}`;
      context.log.warn({ event: 'supervisor-appointed', operator: audit.actor, resource, reason: audit.reason });
      const member = await toMember(operator, {
        centre: undefined,
        persons: staff.persons,
        now: now(),
        hasFullView: true,
      });
      return { member, changed: !isSupervisor };
    },

    async InspectStaff({ name, centre, actor, pageSize, pageToken }, context) {
      const resource = name || centre || 'staff';
      context.log.info({
        event: 'staff-record-viewed',
        operator: opsAuditInfo({ actor, reason: '' }, now()).actor,
        resource,
      });
      const view = { persons: staff.persons, now: now(), hasFullView: true };
      const code = parseCentre(centre);
      if (name !== '') {
        const found = await findVisibleOperator(staff, { name, centre: code });
        await accessLog.write([name], 'read-staff', context);
        const workplaces = [undefined, ...found.workplaces.map((workplace) => workplace.centre)];
        const members = workplaces.map((at) => toMember(found, Object.assign({ centre: at }, view)));
        return { members: await Promise.all(members), actions: found.history.toReversed().map(toOperatorAction) };
      }
      const paging = { pageSize: normalizePageSize(pageSize), pageToken, tokenArguments: { centre } };
      const page = await staff.page(code === undefined ? PLATFORM_STAFF_FILTER : { 'workplaces.centre': code }, paging);
      if (code === undefined) await recordPlatformStaff(accessLog, page.documents, context);
      else await accessLog.write([centre], 'read-staff-list', context);
      const members = page.documents.map((operator) => toMember(operator, Object.assign({ centre: code }, view)));
      return { members: await Promise.all(members), nextPageToken: page.nextPageToken };
    },

    async ImportOperators({ rows, actor, dryRun, partial }, context) {
      if (rows.length > MAX_ROWS)
        throw invalidArgument(
          `An import has at most ${MAX_ROWS} rows.`,
          violation('/rows', 'MAX_ITEMS', { max: MAX_ROWS }),
        );
      const audit = opsAuditInfo({ actor, reason: 'import' }, now());
      const planned = await planRows(parts, rows, audit);
      const outcomes = planned.map(({ outcome }) => outcome);
      const isWhole = outcomes.every(({ outcome }) => outcome !== 'refused');
      if (!isWhole && !partial) return { outcomes: outcomes.map(toLeftOutOutcome) };
      if (dryRun) return { outcomes };
      const done: ImportOutcome[] = [];
      for (const row of planned) done.push(await applyRow(parts, row, { audit, context }));
      const count = done.filter(({ outcome }) => outcome === 'invited' || outcome === 'changed').length;
      context.log.warn({ event: 'staff-imported', operator: audit.actor, count });
      return { outcomes: done };
    },
  };
}

const createInvitation = (
  person: Invitee,
  position: StaffPosition,
  { audit, context }: { audit: AuditInfo; context: Context },
): Invitation => ({
  audit,
  cause: toOpsCause(context),
  join: createSupervisorJoin(person, position, audit),
});

/** An import row with its outcome. */
interface PlannedRow {
  outcome: ImportOutcome;
  /** Absent if the row is rejected or changes nothing. */
  invitation?: { person: Invitee; position: StaffPosition };
}

/** Returns the outcome of each row, applied after the previous rows. Writes nothing. */
async function planRows(parts: TeamParts, rows: ImportedOperator__Output[], audit: AuditInfo): Promise<PlannedRow[]> {
  const { staff } = parts;
  /** The planned state of each person, by hash. */
  const people = new Map<string, Staff & { _id?: string }>();
  const planned: PlannedRow[] = [];
  for (const row of rows) {
    try {
      const [person, position] = [validateInvitee(row), resolvePosition(row, parts)];
      const hash = staff.persons.hash(person.idnp);
      const known = people.get(hash) ?? (await staff.findByIdnp(person.idnp));
      if (known) assertSamePerson(person, known);
      const next = withPositionRoles(known ?? createStaff(person, audit), position, audit);
      people.set(hash, next);
      const outcome = known === next ? 'unchanged' : known && hasPosition(known, position) ? 'changed' : 'invited';
      const invitation = known === next ? {} : { invitation: { person, position } };
      planned.push(Object.assign({ outcome: toOutcome(row, outcome, known?._id) }, invitation));
    } catch (error) {
      planned.push({ outcome: toRefusedOutcome(row, error) });
    }
  }
  return planned;
}

async function applyRow(
  { staff }: TeamParts,
  { outcome, invitation }: PlannedRow,
  { audit, context }: { audit: AuditInfo; context: Context },
): Promise<ImportOutcome> {
  if (!invitation) return outcome;
  const { person, position } = invitation;
  const cause = toOpsCause(context);
  try {
    const known = await staff.findByIdnp(person.idnp);
    const { operator } = known
      ? await staff.change(known._id, cause, (operator) => withPositionRoles(operator, position, audit))
      : await staff.invite(person, position, createInvitation(person, position, { audit, context }));
    return Object.assign({}, outcome, { name: `operators/${operator._id}` });
  } catch (error) {
    return toRefusedOutcome({ line: outcome.line ?? 0 }, error);
  }
}

/** Adds a position, or roles to an existing one, and removes nothing. Returns the same object if nothing changes. */
function withPositionRoles<S extends Staff>(staff: S, position: StaffPosition, audit: AuditInfo): S {
  if (position.centre !== undefined) {
    const workplace = findWorkplace(staff, position.centre);
    if (!workplace) return withPosition(staff, position, audit);
    return withRoles(staff, position.centre, [...new Set([...workplace.roles, ...position.roles])], audit);
  }
  const { platformRoles, agency = staff.agency } = position;
  const hasAll = agency === staff.agency && platformRoles.every((role) => staff.platformRoles.includes(role));
  return hasAll ? staff : withPlatformPosition(staff, position, audit);
}

/** Returns whether the person already has the position, with any roles. */
function hasPosition(staff: Staff, position: StaffPosition): boolean {
  if (position.centre !== undefined) return findWorkplace(staff, position.centre) !== undefined;
  return position.agency === undefined ? staff.platformRoles.length > 0 : staff.agency !== undefined;
}

const toOutcome = ({ line }: { line: number }, outcome: string, id?: string): ImportOutcome => ({
  line,
  outcome,
  name: id === undefined ? '' : `operators/${id}`,
});

/** Converts a rejection of the row. @throws every other error unchanged */
function toRefusedOutcome({ line }: { line: number }, error: unknown): ImportOutcome {
  if (!isProblem(error) || error.kind === 'UNAVAILABLE' || error.kind === 'DEADLINE') throw error;
  const field = error.violations[0]?.field.slice(1) ?? '';
  return { line, outcome: 'refused', reason: error.reason, field };
}

const toLeftOutOutcome = (planned: ImportOutcome): ImportOutcome =>
  planned.outcome === 'invited' || planned.outcome === 'changed'
    ? Object.assign({}, planned, { outcome: 'left-out' })
    : planned;

/** @throws Problem INVALID_ARGUMENT without an administrator's name, or for one longer than 80 characters */
function opsAuditInfo({ actor, reason }: { actor: string; reason: string }, time: Date): AuditInfo {
  if (actor.trim() === '' || actor.length > 80)
    throw invalidArgument('The name of the administrator is missing or too long.', violation('/actor', 'REQUIRED'));
  return { actor: `tool of ${actor.trim()}`, time, reason: reason.trim().slice(0, 300) || undefined };
}

const toOpsCause = ({ requestId, traceparent }: Context) => ({ requestId, traceparent });
