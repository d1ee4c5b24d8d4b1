import { nameOf, parseName } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { pageSizeOf, pageToken, readPageToken } from '@cups/contracts/node';
import { Problem, violation } from '@cups/problem';
import type { Rpcs } from '@cups/rpc';
import { toCentre, toOperator } from './convert.ts';
import type { Centre } from './domain/centres.ts';
import { LIFE } from './domain/life.ts';
import { operatorAt } from './domain/operators.ts';
import { standingAt } from './domain/staff.ts';
import { sessionRpcs } from './rpc/sessions.ts';
import type { SessionParts } from './rpc/sessions.ts';
import { teamReads } from './rpc/team-reads.ts';
import { teamRpcs } from './rpc/team.ts';
import type { TeamParts } from './rpc/team.ts';
import { toolRpcs } from './rpc/tool.ts';
import { signInRpcs } from './signin/rpcs.ts';
import type { SignInParts } from './signin/rpcs.ts';

type All = Rpcs<IdentityServiceDefinition>;

/** Operators that one call may name. */
const MOST_NAMED = 200;

/** The calls of identity. */
export function identityRpcs(parts: SignInParts & TeamParts): All {
  return {
    ...sessionRpcs(parts),
    ...signInRpcs(parts),
    ...operatorRpcs(parts),
    ...teamRpcs(parts),
    ...teamReads(parts),
    ...toolRpcs(parts),
    ...centreRpcs(parts),
  };
}

function operatorRpcs(parts: SignInParts): Pick<All, 'ListSignInProviders' | 'ListOperators' | 'BatchGetOperators'> {
  const { providers, staff, centres, browserProviders } = parts;
  return {
    ListSignInProviders: () => {
      const offered = [...providers.values()].map(({ name, displayName, listsOperators }) => ({
        name,
        displayName,
        listsOperators,
      }));
      const elsewhere = [...browserProviders.values()].map(({ name, displayName }) => ({
        name,
        displayName,
        listsOperators: false,
        startPath: `/auth/${name}/start`,
      }));
      return Promise.resolve({ providers: [...elsewhere, ...offered] });
    },

    async ListOperators({ centre, pageSize, pageToken: token }) {
      const code = centre ? parseName('centres', centre, '/centre') : '';
      if (!providers.has('local')) {
        throw new Problem({ reason: 'NOT_FOUND', message: 'No provider here lists its operators.' });
      }
      const page = await staff.page(offeredAt(code, centres()), {
        pageSize: pageSizeOf(pageSize),
        pageToken: token,
        fingerprintOf: centre,
      });
      const operators = page.documents.map((one) => {
        const home = one.places[0]?.centre;
        return toOperator(operatorAt(one, home), standingAt(one, home).suspended);
      });
      return { operators, nextPageToken: page.nextPageToken };
    },

    async BatchGetOperators({ names }) {
      if (names.length > MOST_NAMED) throw tooManyNames();
      const ids = [...new Set(names.map((name, at) => parseName('operators', name, `/names/${at}`)))];
      const known = await staff.named(ids);
      const operators = ids.flatMap((id) => {
        const displayName = known.get(id);
        return displayName === undefined ? [] : { name: nameOf('operators', id), displayName };
      });
      return { operators };
    },
  };
}

/** Who can sign in: at any centre that is open or without one, or who is at home at the centre of this code, which is open. */
function offeredAt(code: string, centres: ReadonlyMap<string, Centre>): object {
  const shut = [...centres.values()].filter(({ status }) => !LIFE[status].signsIn).map((one) => one.code);
  const known = { status: { $ne: 'gone' }, displayName: { $gt: '' } };
  const isOpen = { $nin: shut };
  if (code) {
    const home = { 'places.0.centre': code };
    return { $and: [{ 'places.centre': code }, home, { 'places.0.centre': isOpen }, known] };
  }
  const somewhere = [
    { places: { $elemMatch: { centre: isOpen } } },
    { 'places.0': { $exists: false } },
    { 'platformRoles.0': { $exists: true } },
  ];
  return Object.assign(known, { $or: somewhere });
}

function tooManyNames(): Problem {
  const violations = [violation('/names', 'MAX_ITEMS', { most: MOST_NAMED })];
  return new Problem({ reason: 'INVALID_ARGUMENT', message: 'Too many operators at once.', violations });
}

function centreRpcs({ centres, here }: SessionParts): Pick<All, 'GetCentre' | 'ListCentres'> {
  return {
    async GetCentre({ name, newest }, context) {
      const code = parseName('centres', name);
      const centre = await (context.session?.centre === name ? here.ofSession(code) : here.asked(code));
      if (newest) here.mustBeNewest();
      if (!centre) throw new Problem({ reason: 'NOT_FOUND', message: 'No such centre.' });
      return { centre: toCentre(centre) };
    },

    async ListCentres({ pageSize, pageToken: token }) {
      const page = pageOf([...centres().values()], (centre) => centre.code, { pageSize, pageToken: token, others: 0 });
      return { centres: page.items.map(toCentre), nextPageToken: page.nextPageToken };
    },
  };
}

/** A page of what is in memory, ordered by id. */
function pageOf<T>(
  all: T[],
  idOf: (item: T) => string,
  { pageSize, pageToken: token, others }: { pageSize: number; pageToken: string; others: unknown },
): { items: T[]; nextPageToken: string } {
  const size = pageSizeOf(pageSize);
  const after = readPageToken(token, others);
  const rest = after === undefined ? all : all.filter((item) => idOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return { items, nextPageToken: rest.length > size && last ? pageToken(idOf(last), others) : '' };
}
