import { parseResourceName, resourceName } from '@cups/contracts';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { Hold as HoldMessage } from '@cups/contracts/gen/cups/documents/v1/Hold.ts';
import type { UncollectedResult } from '@cups/contracts/gen/cups/documents/v1/UncollectedResult.ts';
import { normalizePageSize } from '@cups/contracts/node';
import { fromProtoEnum, toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import type { Context, Rpcs } from '@cups/rpc';
import type { RpcDeps } from '../deps.ts';
import { withHold } from '../domain/application-facts.ts';
import type { Hold } from '../domain/application-facts.ts';
import { isHandedOver } from '../domain/retention.ts';
import { entryOfHold } from '../journal.ts';
import { newApplicationRecord } from '../store.ts';
import type { ApplicationRecord, DocumentRecord } from '../store.ts';
import { toCause, toWriteCause } from './requests.ts';

type OversightRpcs = Pick<
  Rpcs<DocumentsServiceDefinition>,
  'SetHold' | 'ClearHold' | 'GetHold' | 'ListHolds' | 'ListUncollectedResults'
>;

/** The access table admits supervisors, who cover all centres, and administrators. */
const SCOPE = 'platform';
const ALWAYS = { $gt: new Date(0) };
const ACTOR = /^[\p{L}\p{N}._@ -]{1,80}$/u;
/** Results that a page of applications can have. */
const MAX_RESULTS_READ = 2_000;

/** RPCs of supervisors and administrators: holds, and results that nobody collects. */
export function oversightRpcs(deps: RpcDeps): OversightRpcs {
  const { applications } = deps;
  return {
    async SetHold(request, context) {
      const operator = actorOf(request, context);
      const reason = fromProtoEnum('HOLD_REASON_', request.reason);
      if (reason === '') throw invalid('The hold has no reason.', '/reason');
      const cause = toWriteCause(context, operator, request);
      const hold = { reason, operator, time: deps.now() };
      return setHold(parseResourceName('applications', request.application, '/application'), hold, cause, deps);
    },

    async ClearHold(request, context) {
      const id = parseResourceName('applications', request.application, '/application');
      const operator = actorOf(request, context);
      const options = { scope: SCOPE, cause: toCause(context), now: deps.now() } as const;
      let cleared: Hold | undefined;
      await applications.update(id, options, (before) => {
        if (!before.hold) throw new Problem({ reason: 'NOT_FOUND', message: 'Hold not found.' });
        cleared = before.hold;
        const events = [entryOfHold(id, 'end-hold', { operator, reason: before.hold.reason })];
        return { document: withHold(before, undefined, options.now), events };
      });
      if (cleared) deps.metrics.recordHold('document-hold-cleared', request.application, { ...cleared, operator });
      return {};
    },

    async GetHold({ application }) {
      const id = parseResourceName('applications', application, '/application');
      const facts = await applications.get(id, { scope: 'service' });
      return { hold: facts?.hold ? toHold(id, facts.hold) : null };
    },

    async ListHolds({ pageSize, pageToken }) {
      const { documents, nextPageToken } = await applications.list({
        filter: { 'hold.time': ALWAYS },
        scope: SCOPE,
        orderBy: 'hold.time',
        order: 'asc',
        pageSize: normalizePageSize(pageSize),
        pageToken,
        tokenArguments: 'holds',
      });
      return { holds: documents.flatMap(({ _id, hold }) => (hold ? [toHold(_id, hold)] : [])), nextPageToken };
    },

    async ListUncollectedResults({ pageSize, pageToken }) {
      const { documents: found, nextPageToken } = await applications.list({
        filter: { uncollectedTime: ALWAYS },
        scope: SCOPE,
        orderBy: 'uncollectedTime',
        order: 'asc',
        pageSize: normalizePageSize(pageSize),
        pageToken,
        tokenArguments: 'uncollected',
      });
      const times = await readResultTimes(found, deps);
      return { results: found.map((facts) => toUncollectedResult(facts, times.get(facts._id))), nextPageToken };
    },
  };
}

const invalid = (message: string, field: string): Problem =>
  new Problem({ reason: 'INVALID_ARGUMENT', message, violations: [violation(field, 'REQUIRED')] });

/** Returns who acts: the operator of the session, or the administrator by name. @throws Problem INVALID_ARGUMENT */
function actorOf({ actor }: { actor: string }, { session }: Context): string {
  if (session) return session.operator;
  if (!ACTOR.test(actor)) throw invalid('The administrator is not named.', '/actor');
  return actor;
}

/**
 * Stores a hold. A hold for the same reason stays as it is.
 * @throws Problem NOT_FOUND for an application without documents and before its submission, ALREADY_EXISTS for a hold with another reason
 */
async function setHold(id: string, hold: Hold, cause: ReturnType<typeof toWriteCause>, deps: RpcDeps) {
  const { records, applications, metrics } = deps;
  const name = resourceName('applications', id);
  const [document] = await records.find({ application: name }, { scope: SCOPE, limit: 1, projection: { _id: 1 } });
  const isKnown = document ?? (await applications.get(id, { scope: SCOPE }))?.centre;
  if (!isKnown) throw new Problem({ reason: 'NOT_FOUND', message: 'The application has no documents.' });
  let isSet = false;
  // A draft with documents has no facts before its first event.
  const options = { scope: SCOPE, cause, now: hold.time, initial: newApplicationRecord(id) } as const;
  const { document: stored, outcome } = await applications.update(id, options, (before) => {
    if (before.hold && before.hold.reason !== hold.reason)
      throw new Problem({ reason: 'ALREADY_EXISTS', message: 'The application is held for another reason.' });
    isSet = before.hold === undefined;
    if (!isSet) return { document: before, events: [] };
    const events = [entryOfHold(id, 'hold-documents', hold)];
    return { document: withHold(before, hold, hold.time), events };
  });
  if (isSet && outcome === 'applied') metrics.recordHold('document-hold-set', name, hold);
  return { hold: toHold(id, stored.hold ?? hold), replayed: outcome === 'replayed' };
}

/** Returns since when the first result that is still to be handed over can be collected, by application. */
async function readResultTimes(
  found: readonly ApplicationRecord[],
  { records }: Pick<RpcDeps, 'records'>,
): Promise<Map<string, Date>> {
  const applications = new Map(found.map((facts) => [resourceName('applications', facts._id), facts]));
  const filter = { application: { $in: [...applications.keys()] }, purpose: 'result', state: 'ready' };
  const projection = { application: 1, acceptTime: 1 } as const;
  const results: Pick<DocumentRecord, 'application' | 'acceptTime'>[] = await records.find(filter, {
    scope: SCOPE,
    projection,
    sort: { _id: 1 },
    limit: MAX_RESULTS_READ,
  });
  const times = new Map<string, Date>();
  const papers = found.map((facts) => ({ facts, time: facts.paperTime }));
  const accepted = results.map(({ application, acceptTime }) => ({
    facts: applications.get(application)!,
    time: acceptTime,
  }));
  for (const { facts, time } of [...papers, ...accepted]) {
    if (!time || isHandedOver(facts, time)) continue;
    const known = times.get(facts._id);
    if (!known || time < known) times.set(facts._id, time);
  }
  return times;
}

const toHold = (id: string, { reason, operator, time }: Hold): HoldMessage => ({
  application: resourceName('applications', id),
  reason: toProtoEnum('HOLD_REASON_', reason),
  operator,
  holdTime: toTimestamp(time),
});

const toUncollectedResult = (
  { _id, centre = '', agency, uncollectedTime }: ApplicationRecord,
  resultTime: Date | undefined,
): UncollectedResult => ({
  application: resourceName('applications', _id),
  centre,
  agency: agency === undefined ? '' : resourceName('agencies', agency),
  resultTime: toTimestamp(resultTime),
  reportTime: toTimestamp(uncollectedTime),
});
