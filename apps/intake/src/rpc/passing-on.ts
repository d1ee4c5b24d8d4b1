import { parseRequestId, parseResourceName, resourceName } from '@cups/contracts';
import { fingerprint, normalizePageSize } from '@cups/contracts/node';
import { toTimestamp } from '@cups/contracts/proto';
import type { UndecidedAgency } from '@cups/contracts/gen/cups/intake/v1/UndecidedAgency.ts';
import { sessionOf } from '@cups/rpc';
import { etagOf } from '@cups/store';
import { toFormerAgency } from '../convert/passing-on.ts';
import { answerPassingOn, assignAgency } from '../domain/commands/passing-on.ts';
import { toChange } from '../event-encoder.ts';
import type { StoredApplication } from '../store.ts';
import { changeApplication } from './change.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

/** RPCs about applications that an agency passed on: the answer of the person, and the decision of a supervisor. */

export const answerRpcs = (deps: RpcDeps): Pick<IntakeRpcs, 'AnswerPassingOn'> => ({
  async AnswerPassingOn(request, context) {
    return changeApplication(deps, request, context, {
      decide: (app, actor) => answerPassingOn(app, actor, request.consents),
    });
  },
});

export function passingOnRpcs({
  applications,
  workingTimes,
  hashes,
  now,
}: RpcDeps): Pick<IntakeRpcs, 'ListUndecidedAgencies' | 'AssignAgency'> {
  return {
    async ListUndecidedAgencies({ pageSize, pageToken }) {
      const { documents, nextPageToken } = await applications.list({
        filter: { 'passingOn.superviseTime': { $lte: now() } },
        scope: 'platform',
        orderBy: 'passingOn.superviseTime',
        order: 'asc',
        pageSize: normalizePageSize(pageSize),
        pageToken,
        tokenArguments: 'undecided-agencies',
        projection: PROJECTION,
      });
      return { applications: documents.map(toUndecidedAgency), nextPageToken };
    },

    async AssignAgency(request, context) {
      const { operator } = sessionOf(context);
      parseResourceName('agencies', request.agency, '/agency');
      const { requestId, traceparent, method } = context;
      const id = parseRequestId(request.requestId);
      const { name, agency } = request;
      const supervisor = { operator, now: now(), cause: id };
      const cause = {
        requestId,
        traceparent,
        // The content has no personal data, so this key need not be secret.
        request: { id, key: `${method}|${operator}`, fingerprint: fingerprint('assign-agency', { id, name, agency }) },
      };
      const { document, outcome } = await applications.update(
        parseResourceName('applications', name),
        { scope: 'platform', cause, etag: request.etag || undefined, now: supervisor.now },
        (app) => {
          const isKnown = workingTimes.isAgency(agency);
          return toChange(app, assignAgency(app, supervisor, { agency, isKnown }), hashes);
        },
      );
      return { agency: document.agency, replayed: outcome === 'replayed' };
    },
  };
}

const PROJECTION = {
  revision: 1,
  centre: 1,
  publicService: 1,
  agency: 1,
  dueDate: 1,
  formerAgencies: 1,
  'passingOn.competentAgency': 1,
  'passingOn.cause': 1,
  'passingOn.passTime': 1,
  'passingOn.superviseTime': 1,
} as const;

type UndecidedRow = Pick<
  StoredApplication,
  '_id' | 'revision' | 'centre' | 'publicService' | 'agency' | 'dueDate' | 'formerAgencies' | 'passingOn'
>;

function toUndecidedAgency(app: UndecidedRow): UndecidedAgency {
  const { competentAgency, cause, passTime } = app.passingOn!;
  return {
    application: resourceName('applications', app._id),
    centre: app.centre,
    publicService: app.publicService,
    agency: app.agency,
    competentAgency,
    cause,
    passTime: toTimestamp(passTime),
    dueDate: app.dueDate ?? '',
    formerAgencies: (app.formerAgencies ?? []).map(toFormerAgency),
    etag: etagOf(app),
  };
}
