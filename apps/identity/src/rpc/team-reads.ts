import { parseResourceName, resourceName } from '@cups/contracts';
import { normalizePageSize } from '@cups/contracts/node';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { Problem } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context, Rpcs } from '@cups/rpc';
import type { AccessLog } from '../access-log.ts';
import { toOperatorAction, toColleague, toFormer, toMember } from '../convert.ts';
import { canViewAllStaff, visibilityFor } from '../domain/permissions.ts';
import type { Visibility } from '../domain/permissions.ts';
import { historyAt, withViewedEntry } from '../domain/staff.ts';
import type { StoredOperator } from '../store.ts';
import { resolveActor, parseCentre, validateReason } from './actor.ts';
import { findVisibleOperator } from './team-changes.ts';
import type { TeamParts } from './team-changes.ts';

type IdentityRpcs = Rpcs<IdentityServiceDefinition>;

const MAX_AGENCY_OPERATORS = 200;

/** Matches staff of the platform and of agencies. */
export const PLATFORM_STAFF_FILTER = {
  $or: [{ 'platformRoles.0': { $exists: true } }, { agency: { $type: 'string' } }],
};

/** Returns the handlers that show staff. Accesses by support are recorded with their reason. */
export function teamReadRpcs(
  parts: TeamParts,
): Pick<
  IdentityRpcs,
  'ListCentreOperators' | 'ListStaff' | 'GetOperator' | 'ListOperatorActions' | 'ListAgencyOperators'
> {
  const { staff, accessLog, now } = parts;
  return {
    async ListCentreOperators({ centre: name, pageSize, pageToken, reason, former }, context) {
      const centre = parseResourceName('centres', name, '/centre');
      const visibility = await authorizeView(parts, context, { centre, reason, resource: name });
      if (former && visibility === 'colleague') throw colleagueNotAllowed();
      const isColleague = visibility === 'colleague';
      const paging = {
        pageSize: normalizePageSize(pageSize),
        pageToken,
        tokenArguments: { centre, isColleague, former },
      };
      const toView = former ? toFormer : isColleague ? toColleague : toMember;
      const page = await staff.page(teamFilter(centre, { former, isColleague }), paging);
      const found = former ? page.documents : await staff.dropFormerStandIns(page.documents, centre);
      const view = { centre, persons: staff.persons, now: now(), hasFullView: hasFullView(context) };
      await accessLog.write([name], 'read-staff-list', context);
      const members = await Promise.all(found.map(async (operator) => toView(operator, view)));
      return { members, nextPageToken: page.nextPageToken };
    },

    async ListAgencyOperators(_, context) {
      const agency = parseResourceName('agencies', sessionOf(context).agency ?? '');
      const paging = { pageSize: MAX_AGENCY_OPERATORS, pageToken: '', tokenArguments: agency };
      const { documents } = await staff.page({ agency, status: 'active' }, paging);
      const operators = documents.map(({ _id, displayName }) => ({
        name: resourceName('operators', _id),
        displayName,
      }));
      return { operators };
    },

    async ListStaff({ pageSize, pageToken, reason }, context) {
      await authorizeView(parts, context, { centre: undefined, reason, resource: 'staff' });
      const page = await staff.page(PLATFORM_STAFF_FILTER, {
        pageSize: normalizePageSize(pageSize),
        pageToken,
        tokenArguments: 'staff',
      });
      await recordPlatformStaff(accessLog, page.documents, context);
      const view = { centre: undefined, persons: staff.persons, now: now(), hasFullView: true };
      const members = await Promise.all(page.documents.map((operator) => toMember(operator, view)));
      return { members, nextPageToken: page.nextPageToken };
    },

    async GetOperator({ name, centre: where, reason }, context) {
      const centre = parseCentre(where);
      const found = await viewOperator(parts, context, { name, centre, reason });
      const [current = found] = centre === undefined ? [] : await staff.dropFormerStandIns([found], centre);
      const view = { centre, persons: staff.persons, now: now(), hasFullView: hasFullView(context) };
      return { member: await toMember(current, view) };
    },

    async ListOperatorActions({ name, centre: where, reason }, context) {
      const centre = parseCentre(where);
      const found = await viewOperator(parts, context, { name, centre, reason, former: true });
      const entries = centre === undefined ? found.history : historyAt(found, centre);
      return { actions: entries.toReversed().map(toOperatorAction) };
    },
  };
}

/** Returns the filter for all staff of a centre, for those active (colleagues' view), or for former staff. */
function teamFilter(centre: string, { former, isColleague }: { former: boolean; isColleague: boolean }): object {
  if (former) return { 'history.centre': centre, 'workplaces.centre': { $ne: centre }, eraseTime: { $exists: false } };
  if (!isColleague) return { 'workplaces.centre': centre };
  return { workplaces: { $elemMatch: { centre, suspended: false } }, status: { $in: ['invited', 'active'] } };
}

/** Records a page of staff of the platform and of agencies, who have no centre: one row for each person. */
export const recordPlatformStaff = (
  accessLog: AccessLog,
  page: readonly Pick<StoredOperator, '_id'>[],
  context: Context,
): Promise<void> =>
  accessLog.write(
    page.map(({ _id }) => resourceName('operators', _id)),
    'read-staff-list',
    context,
  );

const colleagueNotAllowed = (): Problem =>
  new Problem({ reason: 'PERMISSION_DENIED', message: 'Colleagues can view the team list only.' });

const hasFullView = ({ session }: Context): boolean => canViewAllStaff(session!.roles);

interface ViewRequest {
  centre: string | undefined;
  reason: string;
  resource: string;
}

/** @throws Problem NOT_FOUND, PERMISSION_DENIED; INVALID_ARGUMENT for support without a reason */
async function authorizeView(
  { staff }: TeamParts,
  context: Context,
  { centre, reason, resource }: ViewRequest,
): Promise<Visibility> {
  const visibility = visibilityFor(await resolveActor(context, staff), centre);
  if (visibility === 'reasoned') {
    const givenReason = validateReason(reason, true)!;
    const { operator } = context.session!;
    context.log.info({ event: 'staff-record-viewed', operator, resource, reason: givenReason });
  }
  return visibility;
}

/**
 * Returns an operator and records the access of support.
 * @throws Problem like {@link authorizeView}; PERMISSION_DENIED for colleagues
 */
async function viewOperator(
  parts: TeamParts,
  context: Context,
  { name, centre, reason, former = false }: Omit<ViewRequest, 'resource'> & { name: string; former?: boolean },
): Promise<StoredOperator> {
  const { staff, accessLog, now } = parts;
  const visibility = await authorizeView(parts, context, { centre, reason, resource: name });
  if (visibility === 'colleague') throw colleagueNotAllowed();
  const found = await findVisibleOperator(staff, { name, centre, former });
  if (visibility !== 'reasoned') {
    await accessLog.write([name], 'read-staff', context);
    return found;
  }
  // A read with a reason is a row of the person's history, which publishes the entry.
  context.recordAccess(name);
  const audit = { actor: context.session!.operator, time: now(), reason: validateReason(reason) };
  await staff.change(found._id, {}, (operator) => withViewedEntry(operator, centre, audit));
  return found;
}
