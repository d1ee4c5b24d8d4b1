import { ERASURE_REASONS, isValidIdnp } from '@cups/application';
import { resourceName } from '@cups/contracts';
import type { Erasure } from '@cups/contracts/gen/cups/intake/v1/Erasure.ts';
import type { RefusedErasure } from '@cups/contracts/gen/cups/intake/v1/RefusedErasure.ts';
import { createPageToken, parsePageToken } from '@cups/contracts/node';
import { fromProtoEnum } from '@cups/contracts/proto';
import type { Context } from '@cups/rpc';
import { toRefusal } from '../convert/data-end.ts';
import { listMandates } from '../domain/mandates.ts';
import { copyRolesOf } from '../domain/person-copy.ts';
import { invalidIdnp } from '../domain/problems.ts';
import { endMandateCopies, findNeeds } from '../mandate-ends.ts';
import type { MandateNeeds } from '../mandate-ends.ts';
import type { StoredApplication } from '../store.ts';
import { assertSearchable, findPersonPage } from '../store/person-export.ts';
import { ALWAYS, eraseOne, operatorOf, parseReason, refusalOf } from './data-rights.ts';
import type { DataRightsDeps } from './data-rights.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

type Deps = DataRightsDeps & Pick<RpcDeps, 'mandates' | 'isBackfilled'>;

const PAGE_SIZE = 20;
const ERASURES_PAGE_SIZE = 200;

/** RPCs of administrators that erase what the platform has about a person, and find what earlier erasures left. */
export function personErasureRpcs(deps: Deps): Pick<IntakeRpcs, 'ErasePerson' | 'EraseLeftMandates'> {
  return {
    async ErasePerson(request, context) {
      const { idnp, actor } = request;
      if (!isValidIdnp(idnp)) throw invalidIdnp('/idnp');
      const reason = parseReason(ERASURE_REASONS, fromProtoEnum('ERASURE_REASON_', request.reason));
      operatorOf(request, context);
      assertSearchable(deps);
      const tokenArguments = { person: deps.hashes.forPerson('applicant', idnp), reason: request.reason, actor };
      const before = parsePageToken(request.pageToken, tokenArguments);
      const page = await findPersonPage(deps, { idnp, before, pageSize: PAGE_SIZE });
      const erasures: Erasure[] = [];
      const refusals: RefusedErasure[] = [];
      const [own, ofOthers] = split(page.found, idnp);
      for (const app of own) {
        const name = resourceName('applications', app._id);
        const isHeld = await deps.clients.isHeld(app._id);
        const refusal = refusalOf(app, isHeld, deps);
        if (refusal) refusals.push({ application: name, refusal: toRefusal(refusal) });
        else erasures.push((await eraseOne(deps, { name, actor }, { reason, isHeld, context })).erasure);
      }
      const applicationsOfOthers = ofOthers.map(({ _id }) => resourceName('applications', _id));
      const done = { erasures, refusals, applicationsOfOthers };
      if (page.next !== undefined) return { ...done, nextPageToken: createPageToken(page.next, tokenArguments) };
      const names = await deps.clients.listPersonMandates(idnp, context);
      const { free, needed } = await eraseFree(names, { validateOnly: false }, { deps, context });
      return { ...done, mandates: free, keptMandates: needed };
    },

    async EraseLeftMandates({ validateOnly, pageToken }, context) {
      const { documents, nextPageToken } = await deps.applications.list({
        filter: { 'erasure.time': ALWAYS, 'erasure.cause': 'requested' },
        scope: 'platform',
        orderBy: 'erasure.time',
        order: 'desc',
        pageSize: ERASURES_PAGE_SIZE,
        pageToken,
        tokenArguments: 'left-mandates',
        projection: { erasure: 1, history: 1 },
      });
      const named = documents.flatMap(({ erasure, history }) => [
        ...(erasure?.mandates ?? []),
        ...listMandates({ content: {}, history }),
      ]);
      const { free, needed } = await eraseFree([...new Set(named)], { validateOnly }, { deps, context });
      return { mandates: free, keptMandates: needed, nextPageToken };
    },
  };
}

/** Returns the person's own applications, and those in which they only act for another person. */
function split(found: readonly StoredApplication[], idnp: string): [StoredApplication[], StoredApplication[]] {
  const isOwn = (app: StoredApplication) => !app.content.represented || copyRolesOf(app, idnp).includes('represented');
  return [found.filter(isOwn), found.filter((app) => !isOwn(app))];
}

/**
 * Erases the mandates that no application needs.
 * @returns those whose people were not erased before, and those that stay
 */
async function eraseFree(
  names: readonly string[],
  options: { validateOnly: boolean },
  { deps, context }: { deps: Deps; context: Context },
): Promise<MandateNeeds> {
  const { applications, mandates, clients, now } = deps;
  const { free, needed } = await findNeeds(applications, names);
  const erased = await clients.eraseMandates(free, options, context);
  // Also of those that identity erased before: an interrupted call left their copies.
  if (!options.validateOnly) await endMandateCopies(mandates, free, now());
  return { free: erased, needed };
}
