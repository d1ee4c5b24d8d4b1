import { parseResourceName, resourceName } from '@cups/contracts';
import { normalizePageSize } from '@cups/contracts/node';
import { centresOf } from '@cups/rpc';
import { toRow } from '../convert/application.ts';
import { listByMandate, listFiledByMandate } from '../store/mandate-applications.ts';
import { accessLogEntry } from './access-recording.ts';
import { toViewer } from './caller.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { toTracked } from './tracking.ts';

/** RPC handlers for the applications of a mandate: at its centre, and for the holder of its code. */
export function mandateApplicationRpcs(
  deps: Pick<RpcDeps, 'applications' | 'accessLog' | 'clients' | 'persons' | 'workingTimes' | 'now'>,
): Pick<IntakeRpcs, 'ListMandateApplications' | 'TrackMandateApplications'> {
  const { applications, accessLog, clients, now } = deps;
  return {
    async ListMandateApplications({ mandate, pageSize, pageToken }, context) {
      parseResourceName('mandates', mandate, '/mandate');
      const { documents, nextPageToken } = await listByMandate(applications, {
        centres: centresOf(context),
        mandate,
        pageSize: normalizePageSize(pageSize),
        pageToken,
      });
      const viewer = toViewer(context, deps, now());
      for (const { _id } of documents) context.recordAccess(resourceName('applications', _id));
      const ids = documents.map(({ _id }) => _id);
      if (ids.length > 0) await accessLog.write(ids, accessLogEntry(context, 'search', viewer.now));
      const rows = documents.map((row) => Object.assign(toRow(row, viewer), { trackingNumber: row.trackingNumber }));
      return { applications: rows, nextPageToken };
    },

    async TrackMandateApplications({ code }, context) {
      // Identity knows the code. It answers NOT_FOUND for an unknown one, and so does this call.
      const mandate = await clients.resolveMandateCode(code, context);
      const { found, more } = await listFiledByMandate(applications, mandate);
      return {
        applications: found.map((app) => ({ serviceTitle: app.service.title, tracked: toTracked(app) })),
        more,
      };
    },
  };
}
