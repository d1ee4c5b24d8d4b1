import { parseResourceName, resourceName } from '@cups/contracts';
import { normalizePageSize } from '@cups/contracts/node';
import { fromProtoEnum } from '@cups/contracts/proto';
import type { ListQuarantinedActsRequest__Output as ListRequest } from '@cups/contracts/gen/cups/intake/v1/ListQuarantinedActsRequest.ts';
import { Problem, violation } from '@cups/problem';
import { centresOf, sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import type { Scope } from '@cups/store';
import { toApplication } from '../convert/application.ts';
import { toQuarantinedAct } from '../convert/quarantined-act.ts';
import { invalidField } from '../domain/problems.ts';
import { assertDecider, assertUndecided } from '../domain/quarantine.ts';
import type { QuarantineState } from '../domain/quarantine.ts';
import type { StoredApplication } from '../store.ts';
import { entryOfAct } from '../store/quarantined-acts.ts';
import type { StoredQuarantinedAct } from '../store/quarantined-acts.ts';
import { toAccessCause } from './access-recording.ts';
import { toViewer } from './caller.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { listMissingScans } from './missing-scans.ts';
import { releaseAct } from './release-act.ts';
import type { DeskWrites } from './release-act.ts';

type QuarantineRpcs = Pick<
  IntakeRpcs,
  'ListQuarantinedActs' | 'GetQuarantinedAct' | 'ReleaseQuarantinedAct' | 'RejectQuarantinedAct'
>;

/** Maximum of the count of open acts. */
const MAX_COUNT = 1_000;
const MAX_REASON_LENGTH = 500;

/**
 * RPCs of heads, for acts of their centre, and of supervisors, for all. Decisions need no request ID: a repeat finds the
 * act decided.
 * @param writes returns the RPCs that apply an act
 */
export function quarantineRpcs(deps: RpcDeps, writes: DeskWrites): QuarantineRpcs {
  const { quarantinedActs: acts, accessLog, now } = deps;
  return {
    async ListQuarantinedActs(request, context) {
      const scope = scopeOf(context, request.centre);
      const filter = toFilter(request);
      const [page, [openCount = 0]] = await Promise.all([
        acts.list({
          filter,
          scope,
          order: 'asc',
          pageSize: normalizePageSize(request.pageSize),
          pageToken: request.pageToken,
          tokenArguments: { ...filter, scope },
          projection: LIST_PROJECTION,
        }),
        acts.countEach([{ state: 'open' }], { scope: scopeOf(context), limit: MAX_COUNT }),
      ]);
      const numbers = await findTrackingNumbers(deps, page.documents);
      const shown = page.documents.map((act) => toQuarantinedAct(act, numbers.get(act._id)));
      return { acts: shown, nextPageToken: page.nextPageToken, openCount };
    },

    async GetQuarantinedAct({ name }, context) {
      const act = await getAct(deps, name, context);
      context.recordAccess(resourceName('applications', act.application));
      await accessLog.write([act.application], accessLogEntryOf(context, act, now()));
      const app = await findApplication(deps, act, context);
      return {
        act: toQuarantinedAct(act, app?.trackingNumber),
        body: act.body,
        key: act.key,
        missingScans: await listMissingScans(deps, act, { app, context }),
        application: app ? toApplication(app, toViewer(context, deps, now())) : null,
      };
    },

    async ReleaseQuarantinedAct({ name, write }, context) {
      const act = await getAct(deps, name, context);
      if (act.state === 'released') return { act: toQuarantinedAct(act) };
      assertDecider(act, sessionOf(context).operator);
      assertUndecided(act, 'release');
      return { act: toQuarantinedAct(await releaseAct(deps, act, { write, context, writes })) };
    },

    async RejectQuarantinedAct({ name, reason: given }, context) {
      const reason = parseReason(given);
      const { operator } = sessionOf(context);
      const { _id, state } = await getAct(deps, name, context);
      const time = now();
      const options = { scope: scopeOf(context), cause: toAccessCause(context), now: time };
      const { document } = await acts.update(_id, options, (act) => {
        if (state !== 'open' && act.state === 'rejected') return { document: act, events: [] };
        assertDecider(act, operator);
        assertUndecided(act, 'reject');
        const rejected = { ...act, state: 'rejected' as const, decision: { operator, time, reason } };
        return { document: rejected, events: [entryOfAct(act, 'reject-act', { decider: operator })] };
      });
      return { act: toQuarantinedAct(document) };
    },
  };
}

/** Everything but the body, which a list never opens. */
const LIST_PROJECTION = {
  application: 1,
  kind: 1,
  deskTime: 1,
  sequence: 1,
  operator: 1,
  device: 1,
  centre: 1,
  anchorTime: 1,
  expireTime: 1,
  handInTime: 1,
  state: 1,
  decision: 1,
  refusal: 1,
} as const;

/**
 * Returns the acts that the caller may see: all for a supervisor, else those of the own centre.
 * @throws Problem PERMISSION_DENIED for a head without a centre; NOT_FOUND for another centre
 */
function scopeOf(context: Context, centre = ''): Scope {
  const { roles, centre: own } = sessionOf(context);
  if (roles.includes('supervisor')) return centre === '' ? 'platform' : { centre };
  if (!own) throw new Problem({ reason: 'PERMISSION_DENIED', message: 'Only a supervisor needs no own centre.' });
  const centres = centresOf(context);
  if (centre === '') return { centre: centres };
  if (!centres.includes(centre)) throw notFound();
  return { centre };
}

/** @throws Problem INVALID_ARGUMENT */
function toFilter({ state, centre, operator, application }: ListRequest) {
  if (centre !== '') parseResourceName('centres', centre, '/centre');
  if (operator !== '') parseResourceName('operators', operator, '/operator');
  const shown = (fromProtoEnum('QUARANTINE_STATE_', state) || 'open') as QuarantineState;
  return {
    state: shown,
    ...(operator === '' ? {} : { operator }),
    ...(application === '' ? {} : { application: parseResourceName('applications', application, '/application') }),
  };
}

/** @throws Problem NOT_FOUND, also for an act of another centre */
async function getAct(
  { quarantinedActs }: Pick<RpcDeps, 'quarantinedActs'>,
  name: string,
  context: Context,
): Promise<StoredQuarantinedAct> {
  const id = parseResourceName('quarantinedActs', name);
  const act = await quarantinedActs.get(id, { scope: scopeOf(context) });
  if (!act) throw notFound();
  return act;
}

const notFound = (): Problem => new Problem({ reason: 'NOT_FOUND', message: 'Quarantined act not found.' });

/** A supervisor has no centre: the access is one of the centre of the act. */
function accessLogEntryOf(context: Context, { centre }: StoredQuarantinedAct, time: Date) {
  const { operator } = sessionOf(context);
  return { entry: { operator, centre, kind: 'quarantine' as const, time }, cause: toAccessCause(context) };
}

/** Returns the application as its centre sees it; undefined for one of a centre that the act does not belong to. */
async function findApplication(
  { applications }: Pick<RpcDeps, 'applications'>,
  act: StoredQuarantinedAct,
  context: Context,
): Promise<StoredApplication | undefined> {
  const { roles } = sessionOf(context);
  const centre = roles.includes('supervisor') ? act.centre : centresOf(context);
  return applications.get(act.application, { scope: { centre } });
}

/** Returns the tracking numbers of applications by act; those that do not exist at the centre of their act are absent. */
async function findTrackingNumbers(
  { applications }: Pick<RpcDeps, 'applications'>,
  acts: readonly StoredQuarantinedAct[],
): Promise<Map<string, string>> {
  const ids = [...new Set(acts.map(({ application }) => application))];
  const projection = { centre: 1, trackingNumber: 1 } as const;
  const found = await applications.find({ _id: { $in: ids } }, { scope: 'service', projection, limit: ids.length });
  const known = new Map(found.map((app) => [app._id, app]));
  return new Map(
    acts.flatMap(({ _id, application, centre }) => {
      const app = known.get(application);
      return app?.centre === centre ? [[_id, app.trackingNumber] as const] : [];
    }),
  );
}

function parseReason(given: string): string {
  const reason = given.trim();
  if (reason === '') throw invalidField(violation('/reason', 'REQUIRED'));
  if (reason.length > MAX_REASON_LENGTH) {
    throw invalidField(violation('/reason', 'MAX_LENGTH', { max: MAX_REASON_LENGTH }));
  }
  return reason;
}
