import { parseName } from '@cups/contracts';
import { pageSizeOf } from '@cups/contracts/node';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { Problem } from '@cups/problem';
import type { Context, Rpcs } from '@cups/rpc';
import { toAct, toColleague, toFormer, toMember } from '../convert.ts';
import { seesWhole, sightOf } from '../domain/rights.ts';
import type { Sight } from '../domain/rights.ts';
import { actsAt, lookedAt } from '../domain/staff.ts';
import type { StoredOperator } from '../store.ts';
import { actorIn, centreIn, whyIn } from './actor.ts';
import { seenFrom } from './team.ts';
import type { TeamParts } from './team.ts';

type All = Rpcs<IdentityServiceDefinition>;

/** Who works for the platform or at an agency. */
export const OF_THE_PLATFORM = {
  $or: [{ 'platformRoles.0': { $exists: true } }, { agency: { $type: 'string' } }],
};

/** The calls that show the staff: of the own centre, or to those who see all. A look of support is recorded with its reason. */
export function teamReads(
  parts: TeamParts,
): Pick<All, 'ListCentreOperators' | 'ListStaff' | 'GetOperator' | 'ListOperatorActions'> {
  const { staff, now } = parts;
  return {
    async ListCentreOperators({ centre: name, pageSize, pageToken, reason, former }, context) {
      const centre = parseName('centres', name, '/centre');
      const sight = await look(parts, context, { centre, reason, resource: name });
      context.look(name);
      if (former && sight === 'colleague') throw notForColleagues();
      const isColleague = sight === 'colleague';
      const paging = { pageSize: pageSizeOf(pageSize), pageToken, fingerprintOf: { centre, isColleague, former } };
      const toOne = former ? toFormer : isColleague ? toColleague : toMember;
      const page = await staff.page(teamAt(centre, { former, isColleague }), paging);
      const found = former ? page.documents : await staff.withStandIns(page.documents, centre);
      const shown = { centre, persons: staff.persons, now: now(), wide: isWide(context) };
      const members = await Promise.all(found.map(async (one) => toOne(one, shown)));
      return { members, nextPageToken: page.nextPageToken };
    },

    async ListStaff({ pageSize, pageToken, reason }, context) {
      await look(parts, context, { centre: undefined, reason, resource: 'staff' });
      context.look('staff');
      const page = await staff.page(OF_THE_PLATFORM, {
        pageSize: pageSizeOf(pageSize),
        pageToken,
        fingerprintOf: 'staff',
      });
      const shown = { centre: undefined, persons: staff.persons, now: now(), wide: true };
      const members = await Promise.all(page.documents.map((one) => toMember(one, shown)));
      return { members, nextPageToken: page.nextPageToken };
    },

    async GetOperator({ name, centre: where, reason }, context) {
      const centre = centreIn(where);
      const found = await lookAtOne(parts, context, { name, centre, reason });
      const [seen = found] = centre === undefined ? [] : await staff.withStandIns([found], centre);
      const shown = { centre, persons: staff.persons, now: now(), wide: isWide(context) };
      return { member: await toMember(seen, shown) };
    },

    async ListOperatorActions({ name, centre: where, reason }, context) {
      const centre = centreIn(where);
      const found = await lookAtOne(parts, context, { name, centre, reason, former: true });
      const acts = centre === undefined ? found.history : actsAt(found, centre);
      return { actions: acts.toReversed().map(toAct) };
    },
  };
}

/** Who is shown of a centre: all who work there, those of them who may, or those who have left. */
function teamAt(centre: string, { former, isColleague }: { former: boolean; isColleague: boolean }): object {
  if (former) return { 'history.centre': centre, 'places.centre': { $ne: centre } };
  if (!isColleague) return { 'places.centre': centre };
  return { places: { $elemMatch: { centre, suspended: false } }, status: { $in: ['invited', 'active'] } };
}

const notForColleagues = (): Problem =>
  new Problem({ reason: 'PERMISSION_DENIED', message: 'Colleagues see the list of the team.' });

const isWide = ({ session }: Context): boolean => seesWhole(session!.roles);

interface Looked {
  centre: string | undefined;
  reason: string;
  resource: string;
}

/** @throws Problem NOT_FOUND, PERMISSION_DENIED, INVALID_ARGUMENT for support that does not say why */
async function look({ staff }: TeamParts, context: Context, { centre, reason, resource }: Looked): Promise<Sight> {
  const sight = sightOf(await actorIn(context, staff), centre);
  if (sight === 'reasoned') {
    const why = whyIn(reason, '/reason', true)!;
    context.log.info({ event: 'staff-looked-at', operator: context.session!.operator, resource, reason: why });
  }
  return sight;
}

/** Somebody, for who may see all of them. @throws Problem as {@link look}; PERMISSION_DENIED for colleagues */
async function lookAtOne(
  parts: TeamParts,
  context: Context,
  { name, centre, reason, former = false }: Omit<Looked, 'resource'> & { name: string; former?: boolean },
): Promise<StoredOperator> {
  const { staff, now } = parts;
  const sight = await look(parts, context, { centre, reason, resource: name });
  context.look(name);
  if (sight === 'colleague') throw notForColleagues();
  const found = await seenFrom(staff, { name, centre, former });
  if (sight === 'reasoned') {
    const deed = { by: context.session!.operator, time: now(), why: whyIn(reason, '/reason') };
    await staff.change(found._id, {}, (one) => lookedAt(one, centre, deed));
  }
  return found;
}
