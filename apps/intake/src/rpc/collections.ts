import { validateHandOverRecord } from '@cups/application';
import { parseResourceName } from '@cups/contracts';
import { normalizePageSize } from '@cups/contracts/node';
import { centresOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import { toCollection, toCollectionRow } from '../convert/collection.ts';
import { fromHandOver } from '../convert/content.ts';
import * as results from '../domain/commands/results.ts';
import { assertNoViolations, notFound } from '../domain/problems.ts';
import { resolveCollectingCentre } from '../domain/result-delivery.ts';
import { listCollections } from '../store/collections.ts';
import { accessLogEntry, recordListAccess } from './access-recording.ts';
import { toViewer } from './caller.ts';
import type { ApplicationCommand, ChangeRequest } from './change.ts';
import { writeChange } from './change.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

type CollectionRpcs = Pick<
  IntakeRpcs,
  'ListCollections' | 'GetCollection' | 'ConfirmCollectionArrival' | 'HandOverCollection'
>;

/**
 * RPC handlers of the centre that hands over the result of another centre's application. It sees the application from
 * the decision until the outcome is confirmed; in other states, and for other centres, it does not exist.
 */
export function collectionRpcs(deps: RpcDeps): CollectionRpcs {
  const { applications, accessLog, now } = deps;

  async function change(request: ChangeRequest, context: Context, decide: ApplicationCommand<undefined>['decide']) {
    const { document, viewer, replayed } = await writeChange(deps, request, context, { decide, as: 'collector' });
    return { collection: toCollection(document, viewer), replayed };
  }

  return {
    async ListCollections(request, context) {
      const viewer = toViewer(context, deps, now());
      const { documents, nextPageToken } = await listCollections(applications, {
        centres: centresOf(context),
        pageSize: normalizePageSize(request.pageSize),
        pageToken: request.pageToken,
      });
      await recordListAccess(accessLog, context, viewer.now);
      return { collections: documents.map((row) => toCollectionRow(row, viewer)), nextPageToken };
    },

    async GetCollection({ name }, context) {
      const scope = { collectionCentre: centresOf(context) };
      const app = await applications.get(parseResourceName('applications', name), { scope });
      if (!app || !resolveCollectingCentre(app)) throw notFound();
      context.recordAccess(name);
      const viewer = toViewer(context, deps, now());
      await accessLog.write([app._id], accessLogEntry(context, 'collection', viewer.now));
      return { collection: toCollection(app, viewer) };
    },

    async ConfirmCollectionArrival(request, context) {
      return change(request, context, results.confirmArrival);
    },

    async HandOverCollection(request, context) {
      const handOver = fromHandOver(request.handOver);
      assertNoViolations(validateHandOverRecord(handOver));
      return change(request, context, (app, actor) => results.handOverResult(app, actor, handOver));
    },
  };
}
