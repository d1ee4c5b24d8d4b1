import type { State } from '@cups/application';
import { normalizePageSize, createPageToken, parsePageToken } from '@cups/contracts/node';
import { fromProtoEnum } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { centresOf } from '@cups/rpc';
import { toAction, toApplication, toRow } from '../convert/application.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { listByCentre } from '../store/application-rows.ts';
import type { StoredApplication } from '../store.ts';
import { recordListAccess, accessLogEntry } from './access-recording.ts';
import { getCentreApplication, toViewer } from './caller.ts';

/** RPC handlers for reads of a centre's applications. Each access is recorded. */
export function readRpcs(
  deps: Pick<RpcDeps, 'applications' | 'accessLog' | 'persons' | 'workingTimes' | 'now'>,
): Pick<IntakeRpcs, 'GetApplication' | 'ListApplications' | 'ListApplicationActions'> {
  const { applications, accessLog, now } = deps;
  return {
    async GetApplication(request, context) {
      const app = await getCentreApplication(applications, request.name, context);
      const viewer = toViewer(context, deps, now());
      await accessLog.write([app._id], accessLogEntry(context, 'details', viewer.now));
      return { application: toApplication(app, viewer) };
    },

    async ListApplications(request, context) {
      const centres = centresOf(context);
      const viewer = toViewer(context, deps, now());
      const { documents, nextPageToken } = await listByCentre(applications, {
        centres,
        state: fromProtoEnum('STATE_', request.state) as State | '',
        pageSize: normalizePageSize(request.pageSize),
        pageToken: request.pageToken,
      });
      await recordListAccess(accessLog, context, viewer.now);
      return { applications: documents.map((row) => toRow(row, viewer)), nextPageToken };
    },

    async ListApplicationActions(request, context) {
      const app = await getCentreApplication(applications, request.name, context);
      const { rows, nextPageToken } = pageHistory(app, request);
      await accessLog.write([app._id], accessLogEntry(context, 'history', now()));
      return { actions: rows.map((row) => toAction(row, app)), nextPageToken, training: app.training ?? false };
    },
  };
}

/** Returns a page of the history, oldest first. The page token is the index of the next entry. */
function pageHistory(
  { history }: StoredApplication,
  request: { name: string; pageSize: number; pageToken: string },
): { rows: StoredApplication['history']; nextPageToken: string } {
  const size = normalizePageSize(request.pageSize);
  const start = Number(parsePageToken(request.pageToken, request.name) ?? 0);
  if (!Number.isInteger(start) || start < 0 || start > history.length) {
    throw new Problem({ reason: 'PAGE_TOKEN_INVALID', message: 'The page token is invalid.' });
  }
  const end = Math.min(start + size, history.length);
  return {
    rows: history.slice(start, end),
    nextPageToken: end < history.length ? createPageToken(String(end), request.name) : '',
  };
}
