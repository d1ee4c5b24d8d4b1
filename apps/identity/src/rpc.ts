import { resourceName, parseResourceName } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { normalizePageSize, createPageToken, parsePageToken } from '@cups/contracts/node';
import { Problem, violation } from '@cups/problem';
import type { Rpcs } from '@cups/rpc';
import { agencyTokenRpcs } from './agency-tokens/rpcs.ts';
import type { AgencyTokenParts } from './agency-tokens/rpcs.ts';
import { deviceRpcs } from './devices/rpcs.ts';
import type { DeviceParts } from './devices/rpcs.ts';
import { toCentre, toOperator } from './convert.ts';
import type { Centre } from './domain/centres.ts';
import { CENTRE_LIFECYCLE } from './domain/centre-lifecycle.ts';
import { operatorAtCentre } from './domain/operators.ts';
import { resolveEmploymentStatus } from './domain/staff.ts';
import { sessionRpcs } from './rpc/sessions.ts';
import type { SessionParts } from './rpc/sessions.ts';
import { teamReadRpcs } from './rpc/team-reads.ts';
import { teamRpcs } from './rpc/team-changes.ts';
import type { TeamParts } from './rpc/team-changes.ts';
import { mandateHolderRpcs } from './rpc/mandate-holders.ts';
import { mandateMailRpcs } from './rpc/mandate-mail.ts';
import { mandateRpcs } from './rpc/mandates.ts';
import type { MandateParts } from './rpc/mandates.ts';
import { personMandateRpcs } from './rpc/person-mandates.ts';
import { opsRpcs } from './rpc/ops.ts';
import { signInRpcs } from './signin/rpcs.ts';
import type { SignInParts } from './signin/rpcs.ts';

type IdentityRpcs = Rpcs<IdentityServiceDefinition>;

/** Per BatchGetOperators call. */
const MAX_NAMES = 200;

/** Returns the handlers of all methods. */
export function identityRpcs(
  parts: SignInParts & TeamParts & AgencyTokenParts & MandateParts & DeviceParts,
): IdentityRpcs {
  return {
    ...sessionRpcs(parts),
    ...signInRpcs(parts),
    ...agencyTokenRpcs(parts),
    ...operatorRpcs(parts),
    ...teamRpcs(parts),
    ...teamReadRpcs(parts),
    ...opsRpcs(parts),
    ...centreRpcs(parts),
    ...mandateRpcs(parts),
    ...mandateMailRpcs(parts),
    ...mandateHolderRpcs(parts),
    ...personMandateRpcs(parts),
    ...deviceRpcs(parts),
  };
}

function operatorRpcs(
  parts: SignInParts,
): Pick<IdentityRpcs, 'ListSignInProviders' | 'ListOperators' | 'BatchGetOperators'> {
  const { providers, staff, centres, browserProviders } = parts;
  return {
    ListSignInProviders: () => {
      const direct = [...providers.values()].map(({ name, displayName, listsOperators }) => ({
        name,
        displayName,
        listsOperators,
      }));
      const external = [...browserProviders.values()].map(({ name, displayName }) => ({
        name,
        displayName,
        listsOperators: false,
        startPath: `/auth/${name}/start`,
      }));
      return Promise.resolve({ providers: [...external, ...direct] });
    },

    async ListOperators({ centre, pageSize, pageToken: token }) {
      const code = centre ? parseResourceName('centres', centre, '/centre') : '';
      if (!providers.has('local')) {
        throw new Problem({ reason: 'NOT_FOUND', message: 'No configured provider lists its operators.' });
      }
      const page = await staff.page(signInFilter(code, centres()), {
        pageSize: normalizePageSize(pageSize),
        pageToken: token,
        tokenArguments: centre,
      });
      const operators = page.documents.map((operator) => {
        const home = operator.workplaces[0]?.centre;
        return toOperator(operatorAtCentre(operator, home), resolveEmploymentStatus(operator, home).suspended);
      });
      return { operators, nextPageToken: page.nextPageToken };
    },

    async BatchGetOperators({ names }) {
      if (names.length > MAX_NAMES) throw tooManyNames();
      const ids = [...new Set(names.map((name, at) => parseResourceName('operators', name, `/names/${at}`)))];
      const known = await staff.findDisplayNames(ids);
      const operators = ids.flatMap((id) => {
        const displayName = known.get(id);
        return displayName === undefined ? [] : { name: resourceName('operators', id), displayName };
      });
      return { operators };
    },
  };
}

/** Returns the filter for operators who can sign in. @param code of their home centre; empty for all */
function signInFilter(code: string, centres: ReadonlyMap<string, Centre>): object {
  const closedCodes = [...centres.values()]
    .filter(({ status }) => !CENTRE_LIFECYCLE[status].canSignIn)
    .map((centre) => centre.code);
  const known = { status: { $ne: 'former' }, displayName: { $gt: '' } };
  const isOpen = { $nin: closedCodes };
  if (code) {
    const home = { 'workplaces.0.centre': code };
    return { $and: [{ 'workplaces.centre': code }, home, { 'workplaces.0.centre': isOpen }, known] };
  }
  const somewhere = [
    { workplaces: { $elemMatch: { centre: isOpen } } },
    { 'workplaces.0': { $exists: false } },
    { 'platformRoles.0': { $exists: true } },
  ];
  return Object.assign(known, { $or: somewhere });
}

function tooManyNames(): Problem {
  const violations = [violation('/names', 'MAX_ITEMS', { max: MAX_NAMES })];
  return new Problem({
    reason: 'INVALID_ARGUMENT',
    message: `A request can name at most ${MAX_NAMES} operators.`,
    violations,
  });
}

function centreRpcs({ centres, centreLookup }: SessionParts): Pick<IdentityRpcs, 'GetCentre' | 'ListCentres'> {
  return {
    async GetCentre({ name, newest }, context) {
      const code = parseResourceName('centres', name);
      const centre = await (context.session?.centre === name
        ? centreLookup.findForSession(code)
        : centreLookup.findRequested(code));
      if (newest) centreLookup.assertNewest();
      if (!centre) throw new Problem({ reason: 'NOT_FOUND', message: 'Centre not found.' });
      return { centre: toCentre(centre) };
    },

    async ListCentres({ pageSize, pageToken: token }) {
      const page = paginate([...centres().values()], (centre) => centre.code, {
        pageSize,
        pageToken: token,
        others: 0,
      });
      return { centres: page.items.map(toCentre), nextPageToken: page.nextPageToken };
    },
  };
}

/** Returns one page of items that are in memory and ordered by ID. */
function paginate<T>(
  all: T[],
  idOf: (item: T) => string,
  { pageSize, pageToken: token, others }: { pageSize: number; pageToken: string; others: unknown },
): { items: T[]; nextPageToken: string } {
  const size = normalizePageSize(pageSize);
  const after = parsePageToken(token, others);
  const rest = after === undefined ? all : all.filter((item) => idOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return { items, nextPageToken: rest.length > size && last ? createPageToken(idOf(last), others) : '' };
}
